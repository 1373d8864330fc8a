/** The stages of a file and how they hang together. */

export interface Stage {
    readonly name: string;
    /** What it is built on and what it weighs, as the server says it. */
    readonly detail: string;
    /** The line of its FROM, from zero. */
    readonly line: number;
}

/** An arrow from a stage to one that uses it; both are indices of stages. */
export interface Arrow {
    readonly from: number;
    readonly to: number;
    /** Whether the other is built on it, or copies or mounts from it. */
    readonly kind: 'base' | 'copy';
}

export interface Graph {
    readonly stages: readonly Stage[];
    readonly arrows: readonly Arrow[];
}
