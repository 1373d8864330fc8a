/** What a file would be, shown beside what it is, with a question. */
import {
    commands,
    type Disposable,
    type TextDocument,
    type TextDocumentContentProvider,
    Uri,
    window,
    workspace,
    type WorkspaceEdit,
} from 'vscode';
import { applied } from './edits.ts';

const SCHEME = 'stagewright-preview';
const APPLY = 'Apply';
const CANCEL = 'Cancel';

export class Previews implements TextDocumentContentProvider, Disposable {
    private readonly texts = new Map<string, string>();
    private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, this);
    private count = 0;

    provideTextDocumentContent(uri: Uri): string | undefined {
        return this.texts.get(uri.toString());
    }

    /**
     * Shows what `edit` would do to `document`, and does it if the user says so. Answers whether it
     * was done.
     */
    async offer(document: TextDocument, edit: WorkspaceEdit, title: string): Promise<boolean> {
        // A number of its own: the editor keeps what it has read under a URI.
        this.count += 1;
        const after = Uri.from({ scheme: SCHEME, path: document.uri.path, query: String(this.count) });
        const version = document.version;
        this.texts.set(after.toString(), resultOf(document, edit));
        try {
            await commands.executeCommand('vscode.diff', document.uri, after, title, { preview: true });
            const answer = await window.showInformationMessage(`${title}?`, APPLY, CANCEL);
            await closeTabsOf(after);
            if (answer !== APPLY) {
                return false;
            }
            if (document.isClosed || document.version !== version) {
                void window.showWarningMessage('The file has changed since the preview was made. Nothing was done.');
                return false;
            }
            return await workspace.applyEdit(edit);
        } finally {
            this.texts.delete(after.toString());
        }
    }

    dispose(): void {
        this.registration.dispose();
    }
}

function resultOf(document: TextDocument, edit: WorkspaceEdit): string {
    const edits = edit.get(document.uri).map(({ range, newText }) => ({
        start: document.offsetAt(range.start),
        end: document.offsetAt(range.end),
        text: newText,
    }));
    return applied(document.getText(), edits);
}

async function closeTabsOf(after: Uri): Promise<void> {
    const isOurs = (input: unknown) =>
        (input as { modified?: Uri } | undefined)?.modified?.toString() === after.toString();
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => isOurs(tab.input));
    await window.tabGroups.close(tabs);
}
