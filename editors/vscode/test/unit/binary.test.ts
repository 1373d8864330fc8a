import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates, find, inShort, inWords, MISSING, type Probed, readVersion, SCRIPT, type Surroundings } from '../../src/binary.ts';

const LINUX: Surroundings = {
    setting: '',
    trusted: true,
    home: '/home/ann',
    searchPath: '/usr/bin:/opt/bin',
    windows: false,
    extension: '/ext',
    exists: () => false,
};

const BUNDLED = '/ext/server/stagewright';

function files(around: Partial<Surroundings>): string[] {
    return candidates({ ...LINUX, ...around }).map(({ file }) => file);
}

/** A disk with these files and versions; a version of '' is some other program. */
function disk(versions: Record<string, string>) {
    return ({ file }: { file: string }): Promise<Probed> => {
        const version = versions[file];
        return Promise.resolve(
            version === undefined ? { problem: MISSING } : version === '' ? { problem: 'it is some other program' } : { version },
        );
    };
}

test('PATH comes before what is bundled', () => {
    assert.deepEqual(files({}), ['/usr/bin/stagewright', '/opt/bin/stagewright', BUNDLED]);
});

test('a setting is all that is tried', () => {
    assert.deepEqual(files({ setting: '/my/server' }), ['/my/server']);
    assert.deepEqual(files({ setting: ' ~/bin/stagewright ' }), ['/home/ann/bin/stagewright']);
    assert.deepEqual(files({ setting: '  ' }), files({}));
});

test('a workspace that is not trusted gets the bundled one only', () => {
    assert.deepEqual(files({ trusted: false }), [BUNDLED]);
    assert.deepEqual(files({ trusted: false, setting: '/my/server' }), [BUNDLED]);
});

test('relative folders of PATH do not count, and none twice', () => {
    assert.deepEqual(files({ searchPath: '.:bin::/usr/bin:/usr/bin' }), ['/usr/bin/stagewright', BUNDLED]);
});

test('Windows has its own separators and ending', () => {
    const windows = { windows: true, searchPath: 'C:\\tools;D:\\bin', extension: 'C:\\ext' };
    assert.deepEqual(files(windows), ['C:\\tools\\stagewright.exe', 'D:\\bin\\stagewright.exe', 'C:\\ext\\server\\stagewright.exe']);
});

/** A Windows with these files: two folders in PATH, the second of which is npm's. */
function windows(there: readonly string[], setting = ''): Surroundings {
    const searchPath = 'C:\\tools;C:\\npm';
    return { ...LINUX, setting, windows: true, searchPath, extension: 'C:\\ext', exists: (file) => there.includes(file) };
}

const SHIM = 'C:\\npm\\stagewright.cmd';
const OF_NPM = 'C:\\npm\\node_modules\\stagewright\\node_modules\\@stagewright\\win32-arm64\\stagewright.exe';

test("npm's command on Windows leads to the program in its package", async () => {
    const npm = windows([SHIM, OF_NPM]);
    const before = ['C:\\tools\\stagewright.exe', 'C:\\npm\\stagewright.exe'];
    assert.deepEqual(candidates(npm).map(({ file }) => file), [...before, OF_NPM, 'C:\\ext\\server\\stagewright.exe']);
    const found = await find(candidates(npm), disk({ [OF_NPM]: '1.2.3' }));
    assert.ok('version' in found);
    assert.deepEqual([found.candidate.file, found.candidate.from], [OF_NPM, 'in PATH']);
    // `where stagewright` answers the script, so that is what a user sets.
    const set = candidates(windows([SHIM, OF_NPM], SHIM));
    assert.deepEqual(set, [{ file: OF_NPM, from: 'the setting stagewright.path', bundled: false }]);
});

test('a script of Windows that leads nowhere known is told with what to set', async () => {
    const told = (around: Surroundings) =>
        find(candidates(around), disk({ [SHIM]: '1.2.3' })).then((failures) => 'version' in failures ? '' : inShort(failures));
    assert.match(await told(windows([SHIM])), /^nothing in PATH .*; C:\\npm\\stagewright\.cmd \(in PATH\): it is a script, which is not/);
    assert.equal(await told(windows([SHIM], SHIM)), `${SHIM} (the setting stagewright.path): ${SCRIPT}`);
    assert.match(await told(windows([], 'C:\\x.cmd')), /^C:\\x\.cmd \(the setting stagewright\.path\): there is no such file$/);
    // Elsewhere the name says nothing.
    assert.deepEqual(files({ setting: '/my/server.cmd', exists: () => true }), ['/my/server.cmd']);
});

test('the first that works is taken', async () => {
    const found = await find(candidates(LINUX), disk({ '/usr/bin/stagewright': '', [BUNDLED]: '1.2.3', '/opt/bin/stagewright': '0.9.0' }));
    assert.ok('version' in found);
    assert.equal(found.version, '0.9.0');
    assert.equal(found.candidate.file, '/opt/bin/stagewright');
});

test('if none works, each path that was tried is named', async () => {
    const failures = await find(candidates(LINUX), disk({ '/opt/bin/stagewright': '' }));
    assert.ok(!('version' in failures));
    assert.equal(
        inWords(failures),
        `/usr/bin/stagewright (in PATH): there is no such file
/opt/bin/stagewright (in PATH): it is some other program
/ext/server/stagewright (in the extension): there is no such file`,
    );
    assert.equal(
        inShort(failures),
        'nothing in PATH (/usr/bin); /opt/bin/stagewright (in PATH): it is some other program; /ext/server/stagewright (in the extension): there is no such file',
    );
});

test('versions are read, and what is no server is not', () => {
    assert.equal(readVersion('stagewright 0.1.0\n'), '0.1.0');
    assert.equal(readVersion('stagewright 1.0.0-beta.1\n'), '1.0.0-beta.1');
    for (const other of ['', 'git version 2.39.5\n', 'stagewright\n', 'a stagewright 0.1.0\n']) {
        assert.equal(readVersion(other), undefined, other);
    }
});
