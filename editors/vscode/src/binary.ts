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
}

export interface Candidate {
    readonly file: string;
    /** Where the path comes from, in words. */
    readonly from: string;
    /** Whether it belongs to the extension, which may then make it executable. */
    readonly bundled: boolean;
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
        return [{ file, from: 'the setting stagewright.path', bundled: false }];
    }
    const folders = around.searchPath.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
    const inPath = [...new Set(folders)].map((folder) => ({
        file: paths.join(folder, name),
        from: 'in PATH',
        bundled: false,
    }));
    return [...inPath, bundled];
}

/** What a file that is not there is told as. */
export const MISSING = 'there is no such file';

/** The first that works, or what is wrong with each. */
export async function find(tried: readonly Candidate[], probe: Probe): Promise<Found | Failure[]> {
    const failures: Failure[] = [];
    for (const candidate of tried) {
        const probed = await probe(candidate);
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
