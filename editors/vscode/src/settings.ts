/** The settings, and which of them are the editor's business and not the server's. */
import { workspace } from 'vscode';

export const SECTION = 'stagewright';

/** The settings that the server must not be sent: it knows none of them. */
const OURS = ['path', 'trace'];

export function serverPath(): string {
    return workspace.getConfiguration(SECTION).get('path', '');
}

/** What the server gets of the section. */
export function forServer(section: unknown): unknown {
    if (typeof section !== 'object' || section === null) {
        return section;
    }
    return Object.fromEntries(Object.entries(section).filter(([key]) => !OURS.includes(key)));
}
