/** Stagewright in VS Code: starts the server, and adds what its protocol has no words for. */
import { commands, type ExtensionContext, workspace } from 'vscode';
import { showGraph } from './commands/showGraph.ts';
import { split } from './commands/split.ts';
import { Previews } from './preview.ts';
import { askAboutRivals } from './rivals.ts';
import { Server } from './server.ts';
import { SECTION } from './settings.ts';

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
    const running = new Server(context.extensionPath);
    server = running;
    const previews = new Previews();
    context.subscriptions.push(
        running,
        previews,
        commands.registerCommand('stagewright.restart', () => running.restart()),
        commands.registerCommand('stagewright.showLog', () => running.log.show()),
        commands.registerCommand('stagewright.showGraph', () => showGraph(running)),
        commands.registerCommand('stagewright.split', () => split(running, previews)),
        workspace.onDidGrantWorkspaceTrust(() => running.restart()),
        workspace.onDidChangeConfiguration((change) => {
            if (change.affectsConfiguration(`${SECTION}.path`)) {
                // The client, too, is about to tell its server of the change: not while it stops.
                setImmediate(() => void running.restart());
            }
        }),
    );
    void askAboutRivals(context.globalState);
    void running.restart();
}

export function deactivate(): Promise<void> | undefined {
    return server?.stop();
}
