/** Asks a file whether it is a server, by running `FILE --version`. */
import { execFile, type ExecFileException } from 'node:child_process';
import { access, chmod, constants, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Candidate, MISSING, type Probed, readVersion } from './binary.ts';

/** A server answers in a few milliseconds; a file on a slow network share takes longer to load. */
const TIMEOUT = 10_000;

const FOREIGN = 'it is not a program for this platform';

export async function probe({ file, bundled }: Candidate): Promise<Probed> {
    if (bundled) {
        await makeExecutable(file);
    }
    const { error, printed } = await run(file);
    if (error !== null) {
        return { problem: await inWords(file, error) };
    }
    const version = readVersion(printed);
    return version === undefined ? { problem: 'it is some other program' } : { version };
}

async function run(file: string): Promise<{ error: ExecFileException | null; printed: string }> {
    // Whoever is late is ended for certain: everything waits for it.
    const options = { timeout: TIMEOUT, killSignal: 'SIGKILL', windowsHide: true } as const;
    try {
        const { stdout } = await promisify(execFile)(file, ['--version'], options);
        return { error: null, printed: stdout };
    } catch (error) {
        return { error: error as ExecFileException, printed: '' };
    }
}

/** Some ways of unpacking lose the mode of files. What cannot be mended here, the run tells. */
async function makeExecutable(file: string): Promise<void> {
    try {
        await access(file, constants.X_OK);
    } catch {
        await chmod(file, 0o755).catch(() => undefined);
    }
}

async function inWords(file: string, error: ExecFileException): Promise<string> {
    if (error.killed === true) {
        return `it did not answer within ${TIMEOUT / 1000} seconds`;
    }
    const start = await startOf(file);
    if (start === undefined) {
        return MISSING;
    }
    if (error.code === 'EACCES') {
        return 'it may not be executed';
    }
    // A program for another processor is given to a shell, which ends with some number or other, and
    // one for another C library counts as missing: only a script can really end with a number.
    return start === '#!' || error.signal ? `it ended with ${String(error.signal ?? error.code)}` : FOREIGN;
}

/** The first two characters of a file; nothing if there is none. */
async function startOf(file: string): Promise<string | undefined> {
    try {
        const opened = await open(file);
        try {
            const { buffer, bytesRead } = await opened.read(Buffer.alloc(2), 0, 2, 0);
            return buffer.toString('latin1', 0, bytesRead);
        } finally {
            await opened.close();
        }
    } catch (error) {
        // A file that may not be read is there nevertheless.
        return (error as { code?: string }).code === 'EACCES' ? '' : undefined;
    }
}
