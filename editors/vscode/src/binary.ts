/**
 * Where the server may be, and which of those places counts. Nothing here knows of VS Code, and the
 * disk is asked by {@link Probe} only, so all of it can be tested without either.
 */
import * as path from 'node:path';

/** What decides where is looked. */
export interface Surroundings {
    /** The setting `stagewright.path`; empty if it is not set. */
    readonly setting: string;
    /** Whether the workspace is trusted. */
    readonly trusted: boolean;
    readonly home: string;
    /** The variable `PATH`. */
    readonly searchPath: string;
    readonly windows: boolean;
    /** The extension's folder. */
    readonly extension: string;
    /** Whether there is a file of that path. */
    readonly exists: (file: string) => boolean;
}

export interface Candidate {
    readonly file: string;
    /** Where the path comes from, in words. */
    readonly from: string;
    /** Whether it belongs to the extension, which may then make it executable. */
    readonly bundled: boolean;
    /** Why it is not even tried. */
    readonly problem?: string;
}

/** Answers the version of a server, or the reason in words why it is none. */
export type Probe = (candidate: Candidate) => Promise<Probed>;
export type Probed = { readonly version: string } | { readonly problem: string };

export interface Found {
    readonly candidate: Candidate;
    readonly version: string;
}

export interface Failure {
    readonly candidate: Candidate;
    readonly problem: string;
}

/** The places in the order in which they are tried. */
export function candidates(around: Surroundings): Candidate[] {
    const paths = around.windows ? path.win32 : path.posix;
    const name = around.windows ? 'stagewright.exe' : 'stagewright';
    const bundled = {
        file: paths.join(around.extension, 'server', name),
        from: 'in the extension',
        bundled: true,
    };
    // A workspace that is not trusted must not choose what is run: neither by its settings nor by a
    // folder of it that stands in PATH.
    if (!around.trusted) {
        return [bundled];
    }
    const setting = around.setting.trim();
    if (setting !== '') {
        // Who names a server wants that one, and to be told if it does not work.
        const file = setting.startsWith('~/') ? paths.join(around.home, setting.slice(2)) : setting;
        return [named(file, 'the setting stagewright.path', around)];
    }
    const folders = around.searchPath.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
    const inPath = [...new Set(folders)].flatMap((folder) => {
        const script = paths.join(folder, 'stagewright.cmd');
        const files = [paths.join(folder, name), ...(around.windows && around.exists(script) ? [script] : [])];
        return files.map((file) => named(file, 'in PATH', around));
    });
    return [...inPath, bundled];
}

/**
 * What npm puts beside its script when it installs globally: release/npm/pack.mjs makes the packages,
 * tests/release/npm.rs sees where they come to lie.
 */
const OF_NPM = ['x64', 'arm64'].map(
    (processor) => `node_modules\\stagewright\\node_modules\\@stagewright\\win32-${processor}\\stagewright.exe`,
);

/**
 * What is started where a user or PATH names that file: itself, or on Windows, where npm's command is
 * a script, the program that the script leads to. A script needs a shell, which reads arguments as it
 * likes, so Node refuses to start one without.
 */
function named(file: string, from: string, { windows, exists }: Surroundings): Candidate {
    const itself = { file, from, bundled: false };
    if (!windows || !/\.(cmd|bat)$/i.test(file) || !exists(file)) {
        return itself;
    }
    const programs = OF_NPM.map((program) => path.win32.join(path.win32.dirname(file), program));
    const program = programs.find(exists);
    return program === undefined ? { ...itself, problem: SCRIPT } : { ...itself, file: program };
}

/** What a file that is not there is told as. */
export const MISSING = 'there is no such file';

/** What a script of Windows is told as where nobody knows what it starts. */
export const SCRIPT = 'it is a script, which is not started here: set stagewright.path to the stagewright.exe that it starts';

/** The first that works, or what is wrong with each. */
export async function find(tried: readonly Candidate[], probe: Probe): Promise<Found | Failure[]> {
    const failures: Failure[] = [];
    for (const candidate of tried) {
        const probed = candidate.problem === undefined ? await probe(candidate) : { problem: candidate.problem };
        if ('version' in probed) {
            return { candidate, version: probed.version };
        }
        failures.push({ candidate, problem: probed.problem });
    }
    return failures;
}

/** All paths that were tried, for the log. */
export function inWords(failures: readonly Failure[]): string {
    return failures.map(({ candidate, problem }) => `${candidate.file} (${candidate.from}): ${problem}`).join('\n');
}

/**
 * The same, short enough for a message: what is missing in PATH is told in one part, since nobody
 * looks for a server in each of its folders.
 */
export function inShort(failures: readonly Failure[]): string {
    const isPlain = ({ candidate, problem }: Failure) => candidate.from === 'in PATH' && problem === MISSING;
    const told = failures.filter((failure) => !isPlain(failure));
    const parts = told.map(({ candidate, problem }) => `${candidate.file} (${candidate.from}): ${problem}`);
    const plain = failures.filter(isPlain).map(({ candidate }) => path.dirname(candidate.file));
    if (plain.length > 0) {
        parts.unshift(`nothing in PATH (${plain.join(', ')})`);
    }
    return parts.join('; ');
}

/** Reads what `stagewright --version` prints. */
export function readVersion(printed: string): string | undefined {
    return /^stagewright (\d+\.\d+\.\d+\S*)\s*$/.exec(printed)?.[1];
}
