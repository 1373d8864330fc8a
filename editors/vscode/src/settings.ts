/** The settings, and which of them are the editor's business and not the server's. */
import { commands, env, workspace } from 'vscode';

export const SECTION = 'stagewright';

/** The settings that the server must not be sent: it knows none of them. */
const OURS = ['path', 'trace'];

/** Whatever stands in settings.json: VS Code gives a number as it is. */
export function serverPath(): string {
    return String(workspace.getConfiguration(SECTION).get<unknown>('path') ?? '');
}

/** Opens the settings editor at the path, on the page where it is set or would have to be. */
export function openPathSetting(): Thenable<unknown> {
    const set = workspace.getConfiguration(SECTION).inspect('path');
    const isOfWorkspace = set?.workspaceValue !== undefined || set?.workspaceFolderValue !== undefined;
    // The editor shows nothing of it on the user's page while the files are on another machine.
    const page = isOfWorkspace ? 'openWorkspaceSettings' : env.remoteName !== undefined ? 'openRemoteSettings' : 'openSettings';
    return commands.executeCommand(`workbench.action.${page}`, { query: `@id:${SECTION}.path` });
}

/** What the server gets of the section. */
export function forServer(section: unknown): unknown {
    if (typeof section !== 'object' || section === null) {
        return section;
    }
    return Object.fromEntries(Object.entries(section).filter(([key]) => !OURS.includes(key)));
}
