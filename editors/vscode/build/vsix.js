// Makes a package: `node build/vsix.js` without a server in it, `node build/vsix.js TARGET BINARY`
// with that one. TARGET is a Rust triple. Prints the path of the package.
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import './bundle.js';

// The platforms as VS Code names them.
const PLATFORMS = {
    'x86_64-unknown-linux-gnu': 'linux-x64',
    'aarch64-unknown-linux-gnu': 'linux-arm64',
    'x86_64-unknown-linux-musl': 'alpine-x64',
    'aarch64-unknown-linux-musl': 'alpine-arm64',
    'x86_64-apple-darwin': 'darwin-x64',
    'aarch64-apple-darwin': 'darwin-arm64',
    'x86_64-pc-windows-msvc': 'win32-x64',
    'aarch64-pc-windows-msvc': 'win32-arm64',
};

const folder = fileURLToPath(new URL('..', import.meta.url));
const root = join(folder, '../..');

function fail(message) {
    console.error(message);
    process.exit(2);
}

const [triple, binary, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (triple !== undefined && binary === undefined)) {
    fail('usage: vsix.js [TARGET BINARY]');
}
const platform = triple && (PLATFORMS[triple] ?? fail(`no such target: ${triple}\nThere are: ${Object.keys(PLATFORMS).join(' ')}`));

// What is in the server besides our own code, which comes with it.
const THIRD_PARTY = 'LICENSES-THIRD-PARTY.txt';

rmSync(join(folder, 'server'), { recursive: true, force: true });
if (platform) {
    const server = join(folder, 'server', platform.startsWith('win32') ? 'stagewright.exe' : 'stagewright');
    mkdirSync(join(folder, 'server'));
    copyFileSync(binary, server);
    chmodSync(server, 0o755);
    copyFileSync(join(root, THIRD_PARTY), join(folder, 'server', THIRD_PARTY));
}
for (const file of globSync(join(root, 'LICENSE-*'))) {
    copyFileSync(file, join(folder, basename(file)));
}
for (const file of globSync(join(root, 'docs/picture-vscode-*.png'))) {
    copyFileSync(file, join(folder, 'media', basename(file)));
}

const packagePath = join(folder, `stagewright-vscode${platform ? `-${platform}` : ''}.vsix`);
await createVSIX({
    cwd: folder,
    packagePath,
    dependencies: false,
    // The licences are there, two of them, under names that are not looked for.
    skipLicense: true,
    baseContentUrl: 'https://github.com/stagewright/stagewright/blob/main/editors/vscode',
    baseImagesUrl: 'https://github.com/stagewright/stagewright/raw/main/editors/vscode',
    ...(platform ? { target: platform } : {}),
});
console.log(packagePath);
