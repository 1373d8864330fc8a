/** The server's life: found, started, restarted, stopped. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import {
    type Disposable,
    env,
    EventEmitter,
    languages,
    type LogOutputChannel,
    type TextDocument,
    Uri,
    window,
    workspace,
} from 'vscode';
import { LanguageClient, type LanguageClientOptions, State } from 'vscode-languageclient/node';
import { candidates, type Failure, find, type Found, inShort, inWords } from './binary.ts';
import { probe } from './probe.ts';
import { forServer, openPathSetting, SECTION, serverPath } from './settings.ts';
import { Status } from './status.ts';

const INSTALL_PAGE = 'https://github.com/stagewright/stagewright/blob/main/docs/editors/vscode.md';

/** What the server is told of. What comes from elsewhere, such as an old version in Git, has no folder. */
const SERVED = ['file', 'untitled'].map((scheme) => ({ language: 'dockerfile', scheme }));

/** The document in front, if the server knows it. */
export function servedInFront(): TextDocument | undefined {
    const document = window.activeTextEditor?.document;
    return document !== undefined && languages.match(SERVED, document) > 0 ? document : undefined;
}

export class Server implements Disposable {
    readonly log: LogOutputChannel = window.createOutputChannel('Stagewright', { log: true });
    private readonly started = new EventEmitter<void>();
    /**
     * A server runs, one that came back included. What it is asked then waits in the client until it
     * has been told of the files that are open.
     */
    readonly onStarted = this.started.event;
    private readonly status = new Status();
    private client: LanguageClient | undefined;
    /** Restarts wait for each other: two at a time would leave a server behind. */
    private queue: Promise<void> = Promise.resolve();

    private readonly extensionFolder: string;

    constructor(extensionFolder: string) {
        this.extensionFolder = extensionFolder;
    }

    /** The client, if a server runs. */
    running(): LanguageClient | undefined {
        return this.client?.state === State.Running ? this.client : undefined;
    }

    /** The client, for a command that a user gave; says so if no server runs. */
    async needed(): Promise<LanguageClient | undefined> {
        await this.queue;
        const client = this.running();
        if (client === undefined) {
            void window.showWarningMessage('Stagewright does not run. Its log says why.', 'Show Log').then((chosen) => {
                if (chosen !== undefined) {
                    this.log.show();
                }
            });
        }
        return client;
    }

    restart(): Promise<void> {
        const restarted = this.queue.then(() => this.stopNow()).then(() => this.startNow());
        // The next one is tried even if this one fails.
        this.queue = restarted.catch((error: unknown) => this.tellFailed(error));
        return this.queue;
    }

    stop(): Promise<void> {
        this.queue = this.queue.then(() => this.stopNow());
        return this.queue;
    }

    dispose(): void {
        this.started.dispose();
        this.status.dispose();
        this.log.dispose();
    }

    private async startNow(): Promise<void> {
        this.status.show({ kind: 'starting' });
        const tried = candidates({
            setting: serverPath(),
            trusted: workspace.isTrusted,
            home: homedir(),
            searchPath: process.env['PATH'] ?? '',
            windows: process.platform === 'win32',
            extension: this.extensionFolder,
            exists: existsSync,
        });
        const found = await find(tried, probe);
        if (!('version' in found)) {
            this.tellNotFound(found);
            return;
        }
        this.log.info(`starting ${found.candidate.file} (${found.candidate.from}), version ${found.version}`);
        const client = new LanguageClient(
            SECTION,
            'Stagewright',
            { command: found.candidate.file, args: ['lsp'] },
            this.options(),
        );
        client.onDidChangeState(({ newState }) => this.tellState(newState, found));
        this.client = client;
        await client.start();
    }

    private async stopNow(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        // A client that has lost its server has nothing to stop, and says so by an error.
        await client?.dispose().catch((error: unknown) => this.log.debug(`stopping: ${String(error)}`));
    }

    private options(): LanguageClientOptions {
        return {
            documentSelector: SERVED,
            outputChannel: this.log,
            traceOutputChannel: this.log,
            middleware: {
                workspace: {
                    // The server is told that there is something new, and asks: what it is sent
                    // unasked would have our own settings in it.
                    didChangeConfiguration: (_, next) => next(undefined),
                    configuration: async (params, token, next) => {
                        const answer = await next(params, token);
                        return Array.isArray(answer) ? answer.map(forServer) : answer;
                    },
                },
            },
        };
    }

    private tellState(state: State, { candidate, version }: Found): void {
        switch (state) {
            case State.Running:
                this.status.show({ kind: 'running', version, file: candidate.file });
                this.started.fire();
                break;
            case State.Stopped:
                this.status.show({ kind: 'stopped', why: 'the server has ended' });
                break;
            default:
                this.status.show({ kind: 'starting' });
        }
    }

    private tellFailed(error: unknown): void {
        this.log.error(`the server did not start: ${String(error)}`);
        this.status.show({ kind: 'stopped', why: String(error) });
    }

    private tellNotFound(failures: readonly Failure[]): void {
        this.log.error(`no server was found. Tried:\n${inWords(failures)}`);
        this.status.show({ kind: 'stopped', why: 'no server was found' });
        const answers = { 'Open the Setting': openPathSetting, 'How to Install': openInstallPage };
        const message = `Stagewright has no server to start. Tried: ${inShort(failures)}.`;
        void window.showErrorMessage(message, ...Object.keys(answers)).then((chosen) => {
            if (chosen !== undefined) {
                void answers[chosen as keyof typeof answers]();
            }
        });
    }
}

function openInstallPage(): Thenable<unknown> {
    return env.openExternal(Uri.parse(INSTALL_PAGE));
}
