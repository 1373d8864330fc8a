// Bundles the extension into dist/: `node build/bundle.js`. What is bundled comes with its licence.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    bundle: true,
    platform: 'node',
    // What the oldest VS Code of package.json's `engines` runs on.
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
});

const packages = new Set(Object.keys(metafile.inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));

function licence(packageFolder) {
    const file = readdirSync(join(folder, packageFolder)).find((name) => /^licen[sc]e/i.test(name));
    if (file === undefined) {
        throw new Error(`${packageFolder} is bundled and has no licence`);
    }
    const { name, version } = JSON.parse(readFileSync(join(folder, packageFolder, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${readFileSync(join(folder, packageFolder, file), 'utf8').trim()}\n`;
}

const rule = `\n${'-'.repeat(72)}\n\n`;
writeFileSync(join(folder, 'dist/licences-of-dependencies.txt'), [...packages].sort().map(licence).join(rule));
