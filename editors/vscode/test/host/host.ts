/** A code-server with the extension in it, installed as docs/editors/vscode.md says. */
import assert from 'node:assert/strict';
import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { ReleasePage } from './release.ts';

const EXTENSION = resolve(import.meta.dirname, '../..');
const ROOT = resolve(EXTENSION, '../..');
const CODE_SERVER = join(ROOT, '.cache/vscode/code-server/node_modules/code-server/out/node/entry.js');

/** The server that goes into the package. */
const BINARY = process.env['STAGEWRIGHT'] ?? join(ROOT, 'target/debug/stagewright');

/** The extension's version, which is the server's. */
export const VERSION: string = JSON.parse(readFileSync(join(EXTENSION, 'package.json'), 'utf8')).version;

/** What would get into the way of a test, and nothing that the extension is concerned by. */
const SETTINGS = {
    'files.autoSave': 'off',
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.editor.useModal': 'off',
    'workbench.startupEditor': 'none',
    'workbench.colorTheme': 'Default Light Modern',
    // What is typed is what stands there.
    'editor.autoClosingBrackets': 'never',
    'editor.autoIndent': 'none',
    'editor.minimap.enabled': false,
    'editor.hover.delay': 100,
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'security.workspace.trust.startupPrompt': 'never',
    'stagewright.size.platform': 'linux/amd64',
};

/** Is there as soon as the program in PATH that is no server, although called like one, has run. */
export const DECOY_RAN = 'decoy-ran';

const run = promisify(execFile);

export class Host {
    readonly folder: string;
    private process: ChildProcess | undefined;
    private address = '';

    private constructor(folder: string) {
        this.folder = folder;
    }

    /** A host with the extension, but not yet started. */
    static async install(): Promise<Host> {
        const host = new Host(await mkdtemp(join(tmpdir(), 'stagewright-vscode-')));
        await host.write('user/User/settings.json', JSON.stringify(SETTINGS, null, 4));
        await host.write('home/.profile', `PATH='${host.path('bin')}':"$PATH"\n`);
        await host.program('bin/stagewright', `#!/bin/sh\ntouch '${host.path(DECOY_RAN)}'\necho decoy 1.0.0\n`);
        await host.program(
            'bin/code', `#!/bin/sh\nexec '${process.execPath}' '${CODE_SERVER}' ${host.folders()} "$@"\n`,
        );
        await host.runInstallBlock();
        return host;
    }

    /** The first fenced block of the page, run in an empty folder as a newcomer would. */
    private async runInstallBlock(): Promise<void> {
        const guide = await readFile(join(ROOT, 'docs/editors/vscode.md'), 'utf8');
        const block = /^## Install\n[^#]*?^```sh\n(.*?)^```/ms.exec(guide)?.[1];
        assert.ok(block, 'docs/editors/vscode.md has an Install section with a block');
        const asset = await makePackage();
        const page = await ReleasePage.open(join(this.folder, 'release'), asset);
        try {
            const downloads = join(this.folder, 'downloads');
            await mkdir(downloads);
            const env = { ...this.environment(), ...page.environment };
            await run('sh', ['-ec', block], { cwd: downloads, env });
        } finally {
            page.close();
        }
    }

    /** Installs an extension that has a name and nothing else. */
    async installNamesake(publisher: string, name: string, displayName: string): Promise<void> {
        const folder = `namesakes/${name}`;
        const engines = { vscode: '*' };
        await this.write(`${folder}/package.json`, JSON.stringify({ publisher, name, displayName, version: '1.0.0', engines }));
        const packagePath = this.path(`${folder}.vsix`);
        const relaxed = { allowMissingRepository: true, skipLicense: true };
        await createVSIX({ cwd: this.path(folder), packagePath, dependencies: false, ...relaxed });
        await run(this.path('bin/code'), ['--install-extension', packagePath], { env: this.environment() });
    }

    /** Starts code-server, with more arguments than those that each test needs; ends one that runs. */
    async start(...more: string[]): Promise<void> {
        await this.end();
        const plain = [...more, '--disable-telemetry', '--disable-update-check', '--auth', 'none', '--bind-addr', '127.0.0.1:0'];
        const started = spawn(this.path('bin/code'), plain, { env: this.environment(), stdio: ['ignore', 'pipe', 'pipe'] });
        this.process = started;
        let said = '';
        started.stderr.on('data', (data: Buffer) => (said += data.toString()));
        this.address = await new Promise((found, failed) => {
            started.stdout.on('data', (data: Buffer) => {
                said += data.toString();
                const address = /HTTP server listening on (http:\S+?)\/?\s/.exec(said)?.[1];
                if (address !== undefined) {
                    found(address);
                }
            });
            started.once('error', failed);
            started.once('exit', () => failed(new Error(`code-server ended. It said:\n${said}`)));
        });
    }

    async stop(): Promise<void> {
        await this.end();
        await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }

    private async end(): Promise<void> {
        const started = this.process;
        if (started !== undefined && started.exitCode === null) {
            const ended = once(started, 'exit');
            started.kill('SIGTERM');
            await ended;
        }
    }

    /** The address of the workbench with that folder open. */
    workbench(folder: string): string {
        return `${this.address}/?folder=${encodeURIComponent(this.path(folder))}`;
    }

    path(file: string): string {
        return join(this.folder, file);
    }

    async write(file: string, text: string): Promise<void> {
        await mkdir(join(this.folder, file, '..'), { recursive: true });
        await writeFile(join(this.folder, file), text);
    }

    private async program(file: string, text: string): Promise<void> {
        await this.write(file, text);
        await chmod(this.path(file), 0o755);
    }

    /** A home of its own, and our programs first. The profile is for VS Code, which asks a login shell. */
    private environment(): NodeJS.ProcessEnv {
        return { ...process.env, HOME: this.path('home'), PATH: `${this.path('bin')}:${process.env['PATH']}` };
    }

    read(file: string): Promise<string> {
        return readFile(join(this.folder, file), 'utf8');
    }

    /** The ids of the processes that run the server of this host's extension. */
    async servers(): Promise<number[]> {
        const isOurs = async (id: string) => {
            // One that has ended in the meantime is none.
            const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
            return command.startsWith(`${this.folder}/extensions/`) && command.endsWith('\0lsp\0');
        };
        const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
        const ours = await Promise.all(ids.map(isOurs));
        return ids.filter((_, at) => ours[at]).map(Number);
    }

    private folders(): string {
        return `--config '${this.folder}/config.yaml' --user-data-dir '${this.folder}/user' --extensions-dir '${this.folder}/extensions'`;
    }
}

/** The package for this machine, with the server in it. */
async function makePackage(): Promise<string> {
    const script = join(EXTENSION, 'build/vsix.js');
    const { stdout } = await run(process.execPath, [script, 'x86_64-unknown-linux-gnu', BINARY]);
    return stdout.trim().split('\n').at(-1) ?? '';
}
