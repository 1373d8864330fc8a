/** Asks a file whether it is a server, by running `FILE --version`. */
import { execFile } from 'node:child_process';
import { access, chmod, constants } from 'node:fs/promises';
import { type Candidate, MISSING, type Probed, readVersion } from './binary.ts';

/** A server answers in a few milliseconds; a file on a slow network share takes longer to load. */
const TIMEOUT = 10_000;

export async function probe(candidate: Candidate): Promise<Probed> {
    if (candidate.bundled) {
        await makeExecutable(candidate.file);
    }
    return new Promise((resolve) => {
        const options = { timeout: TIMEOUT, windowsHide: true };
        execFile(candidate.file, ['--version'], options, (error, printed) => {
            resolve(error ? { problem: inWords(error) } : judge(printed));
        });
    });
}

/** Some ways of unpacking lose the mode of files. What cannot be mended here, the probe tells. */
async function makeExecutable(file: string): Promise<void> {
    try {
        await access(file, constants.X_OK);
    } catch {
        await chmod(file, 0o755).catch(() => undefined);
    }
}

function judge(printed: string): Probed {
    const version = readVersion(printed);
    return version === undefined ? { problem: 'it is some other program' } : { version };
}

const PROBLEMS: Readonly<Record<string, string>> = {
    ENOENT: MISSING,
    ENOTDIR: MISSING,
    EACCES: 'it may not be executed',
    ENOEXEC: 'it is not a program for this platform',
    // Node's name for what Windows says of a program for another processor.
    UNKNOWN: 'it is not a program for this platform',
};

function inWords(error: Error & { code?: unknown; killed?: boolean; signal?: unknown }): string {
    if (error.killed === true) {
        return `it did not answer within ${TIMEOUT / 1000} seconds`;
    }
    const known = typeof error.code === 'string' ? PROBLEMS[error.code] : undefined;
    return known ?? `it ended with ${String(error.signal ?? error.code)}`;
}
