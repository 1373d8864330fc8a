import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
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

test('a server tells its version', async () => {
    const file = await program('server', SERVER);
    assert.deepEqual(await probe({ file, from: 'here', bundled: false }), { version: '4.5.6' });
});

test('a bundled server is made executable, and no other', async () => {
    const file = await program('unpacked', SERVER, 0o644);
    assert.deepEqual(await probe({ file, from: 'here', bundled: true }), { version: '4.5.6' });
    assert.equal((await stat(file)).mode & 0o111, 0o111);
});
