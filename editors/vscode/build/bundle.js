// Bundles the extension into one file: `node build/bundle.js`.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
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
    legalComments: 'inline',
    logLevel: 'warning',
});
