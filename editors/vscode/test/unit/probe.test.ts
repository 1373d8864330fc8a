import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { probe } from '../../src/probe.ts';

let folder: string;

before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stagewright-probe-'));
});

after(() => rm(folder, { recursive: true }));

async function program(name: string, text: string, mode = 0o755): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
}

const SERVER = '#!/bin/sh\necho stagewright 4.5.6\n';

for (const { name, text, mode, problem } of [
    { name: 'other', text: '#!/bin/sh\necho other 1.0.0\n', mode: 0o755, problem: 'it is some other program' },
    { name: 'failing', text: '#!/bin/sh\nexit 3\n', mode: 0o755, problem: 'it ended with 3' },
    { name: 'forbidden', text: SERVER, mode: 0o644, problem: 'it may not be executed' },
    { name: 'foreign', text: '\x7fELF of another processor', mode: 0o755, problem: 'it is not a program for this platform' },
]) {
    test(`a ${name} program is told in words`, async () => {
        const file = await program(name, text, mode);
        assert.deepEqual(await probe({ file, from: 'here', bundled: false }), { problem });
    });
}

test('a missing file is told in words', async () => {
    const file = join(folder, 'missing');
    assert.deepEqual(await probe({ file, from: 'here', bundled: false }), { problem: 'there is no such file' });
});

test('a program that breaks down is told by its signal', async () => {
    // The start of a program of this platform, as a broken download leaves it.
    const file = join(folder, 'half');
    await copyFile('/bin/bash', file);
    await truncate(file, 50_000);
    assert.match(JSON.stringify(await probe({ file, from: 'here', bundled: false })), /it ended with SIG[A-Z]+/);
});

test('a file in PATH that is no folder has nothing in it', async () => {
    const file = join(await program('file', ''), 'stagewright');
    assert.deepEqual(await probe({ file, from: 'in PATH', bundled: false }), { problem: 'there is no such file' });
});

test('a program that does not end is ended, whatever it thinks of that', async () => {
    const file = await program('stubborn', "#!/bin/sh\ntrap '' TERM\nsleep 20\n");
    const problem = 'it did not answer within 10 seconds';
    assert.deepEqual(await probe({ file, from: 'here', bundled: false }), { problem });
});

test('a server tells its version', async () => {
    const file = await program('server', SERVER);
    assert.deepEqual(await probe({ file, from: 'here', bundled: false }), { version: '4.5.6' });
});

test('a bundled server is made executable, and no other', async () => {
    const file = await program('unpacked', SERVER, 0o644);
    assert.deepEqual(await probe({ file, from: 'here', bundled: true }), { version: '4.5.6' });
    assert.equal((await stat(file)).mode & 0o111, 0o111);
});
