/** Shows the stages of a file as a graph beside it, and follows what is typed. */
import { randomBytes } from 'node:crypto';
import { Range, type TextDocument, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import { page } from '../graph/page.ts';
import { readGraph } from '../graph/read.ts';
import type { Server } from '../server.ts';

/** How long typing must pause, in milliseconds, before the graph is drawn anew. */
const PAUSE = 250;

export async function showGraph(server: Server): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (document?.languageId !== 'dockerfile') {
        void window.showWarningMessage('Open the Dockerfile whose stages are to be shown.');
        return;
    }
    if ((await server.needed()) === undefined) {
        return;
    }
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    const panel = window.createWebviewPanel('stagewright.graph', `Stages of ${name}`, ViewColumn.Beside, {
        enableScripts: true,
        localResourceRoots: [],
    });
    const redraw = () => void draw(server, panel, document);
    let timer: NodeJS.Timeout | undefined;
    const changes = workspace.onDidChangeTextDocument((change) => {
        if (change.document === document) {
            clearTimeout(timer);
            timer = setTimeout(redraw, PAUSE);
        }
    });
    panel.onDidDispose(() => {
        clearTimeout(timer);
        changes.dispose();
    });
    panel.webview.onDidReceiveMessage((message: unknown) => {
        const line = (message as { line?: unknown } | undefined)?.line;
        if (typeof line === 'number') {
            void goTo(document, line);
        }
    });
    redraw();
}

async function draw(server: Server, panel: WebviewPanel, document: TextDocument): Promise<void> {
    const client = server.running();
    if (client === undefined || document.isClosed) {
        return;
    }
    try {
        const graph = await readGraph(client, document);
        panel.webview.html = page(graph, randomBytes(16).toString('base64'));
    } catch (error) {
        // The document has changed in the meantime, and is drawn again soon; or the server has ended.
        server.log.debug(`the stage graph was not drawn: ${String(error)}`);
    }
}

async function goTo(document: TextDocument, line: number): Promise<void> {
    const shown = window.visibleTextEditors.find((editor) => editor.document === document);
    const selection = new Range(line, 0, line, 0);
    await window.showTextDocument(document, { viewColumn: shown?.viewColumn ?? ViewColumn.One, selection });
}
