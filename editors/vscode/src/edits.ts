/** A text with edits applied, before any editor applies them. */

/** An edit with offsets into the text that it is about. */
export interface Edit {
    readonly start: number;
    readonly end: number;
    readonly text: string;
}

/** Edits do not overlap; those that insert at one place keep their order (as the protocol has it). */
export function applied(text: string, edits: readonly Edit[]): string {
    const inOrder = edits.map((edit, at) => ({ edit, at })).sort((a, b) => a.edit.start - b.edit.start || a.at - b.at);
    let result = '';
    let done = 0;
    for (const { edit } of inOrder) {
        result += text.slice(done, edit.start) + edit.text;
        done = edit.end;
    }
    return result + text.slice(done);
}
