/** Where the boxes of a graph stand: in rows, each below all that it uses. */
import type { Graph } from './stages.ts';

export interface Box {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    /** The stage's name and what else is told of it. */
    readonly lines: readonly string[];
}

export interface Layout {
    readonly width: number;
    readonly height: number;
    /** One for each stage. */
    readonly boxes: readonly Box[];
}

/** The width of a character of the drawing's font, and the other measures, in pixels. */
const CHARACTER = 7.3;
export const LINE = 18;
export const PADDING = 12;
const GAP = { across: 32, down: 56 };
const MARGIN = 24;

export function layout(graph: Graph): Layout {
    const rows = rowsOf(graph);
    const sizes = graph.stages.map(({ name, detail }) => {
        const lines = [name, ...detail.split(' · ').filter((line) => line !== '')];
        const longest = Math.max(...lines.map((line) => [...line].length));
        return { lines, width: longest * CHARACTER + 2 * PADDING, height: lines.length * LINE + 2 * PADDING };
    });
    const rowWidths = rows.map((row) => {
        const boxes = row.reduce((sum, stage) => sum + (sizes[stage]?.width ?? 0), 0);
        return boxes + GAP.across * Math.max(row.length - 1, 0);
    });
    const widest = Math.max(0, ...rowWidths);
    const boxes: Box[] = [];
    let y = MARGIN;
    for (const [at, row] of rows.entries()) {
        let x = MARGIN + (widest - (rowWidths[at] ?? 0)) / 2;
        for (const stage of row) {
            const size = sizes[stage];
            if (size !== undefined) {
                boxes[stage] = { x, y, ...size };
                x += size.width + GAP.across;
            }
        }
        y += Math.max(...row.map((stage) => sizes[stage]?.height ?? 0)) + GAP.down;
    }
    return { width: widest + 2 * MARGIN, height: Math.max(y - GAP.down, 0) + MARGIN, boxes };
}

/** The stages of each row, in the order of the file. */
function rowsOf({ stages, arrows }: Graph): number[][] {
    const depths = stages.map(() => 0);
    // A stage uses only earlier ones, or the file is broken: so one pass in the order of the file
    // is enough, and what a broken file has in a circle ends, too.
    for (const to of stages.keys()) {
        for (const arrow of arrows) {
            if (arrow.to === to && arrow.from < to) {
                depths[to] = Math.max(depths[to] ?? 0, (depths[arrow.from] ?? 0) + 1);
            }
        }
    }
    const rows: number[][] = [];
    for (const [stage, depth] of depths.entries()) {
        (rows[depth] ??= []).push(stage);
    }
    return rows;
}
