/** Shows the stages of a file as a graph beside it, and follows what is typed and the server's life. */
import { randomBytes } from 'node:crypto';
import { Range, type Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import { page } from '../graph/page.ts';
import { readGraph } from '../graph/read.ts';
import { servedInFront, type Server } from '../server.ts';

/** How long typing must pause, in milliseconds, before the graph is drawn anew. */
const PAUSE = 250;

/** The graphs that are shown, by the URI of their file. */
const shown = new Map<string, WebviewPanel>();

export async function showGraph(server: Server): Promise<void> {
    const document = servedInFront();
    if (document === undefined) {
        void window.showWarningMessage('Open the Dockerfile whose stages are to be shown.');
        return;
    }
    if ((await server.needed()) === undefined) {
        return;
    }
    const uri = document.uri;
    const open = shown.get(uri.toString());
    if (open === undefined) {
        shown.set(uri.toString(), openPanel(server, uri));
    } else {
        open.reveal();
    }
}

function openPanel(server: Server, uri: Uri): WebviewPanel {
    const title = `Stages of ${uri.path.slice(uri.path.lastIndexOf('/') + 1)}`;
    const options = { enableScripts: true, localResourceRoots: [] };
    const panel = window.createWebviewPanel('stagewright.graph', title, ViewColumn.Beside, options);
    const redraw = () => void draw(server, panel, uri);
    let timer: NodeJS.Timeout | undefined;
    const changes = workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() === uri.toString()) {
            clearTimeout(timer);
            timer = setTimeout(redraw, PAUSE);
        }
    });
    const starts = server.onStarted(redraw);
    panel.onDidDispose(() => {
        shown.delete(uri.toString());
        clearTimeout(timer);
        changes.dispose();
        starts.dispose();
    });
    panel.webview.onDidReceiveMessage((message: unknown) => {
        const line = (message as { line?: unknown } | undefined)?.line;
        if (typeof line === 'number') {
            void goTo(uri, line);
        }
    });
    redraw();
    return panel;
}

async function draw(server: Server, panel: WebviewPanel, uri: Uri): Promise<void> {
    const client = server.running();
    // The server knows open files only: the graph of one that was closed stays as it was.
    const isOpen = workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
    if (client === undefined || !isOpen) {
        return;
    }
    try {
        const graph = await readGraph(client, uri);
        panel.webview.html = page(graph, randomBytes(16).toString('base64'));
    } catch (error) {
        // The file has changed in the meantime, and is drawn again soon; or the server has ended,
        // and it is drawn when there is another.
        server.log.debug(`the stage graph was not drawn: ${String(error)}`);
    }
}

async function goTo(uri: Uri, line: number): Promise<void> {
    const editor = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const selection = new Range(line, 0, line, 0);
    await window.showTextDocument(uri, { viewColumn: editor?.viewColumn ?? ViewColumn.One, selection });
}
