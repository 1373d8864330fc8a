/** A user of VS Code works on Dockerfiles with several stages. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import type { Browser, FrameLocator } from 'playwright-core';
import { DECOY_RAN, Host, VERSION } from './host.ts';
import { browser, positionOf, until, Workbench } from './workbench.ts';

const SHOP = `# The shop.
FROM golang:1.22 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /shop .

FROM alpine:3.20 AS certificates
RUN apk add --no-cache ca-certificates

FROM alpine:3.20
COPY --from=certificates /etc/ssl /etc/ssl
COPY --from=build /shop /shop
CMD ["/shop"]
`;

const TESTED = SHOP.replace('\nFROM alpine', '\nFROM build AS test\nRUN go test ./...\n\nFROM alpine');

const SERVES = `# Serves.
FROM golang:1.22
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .
EXPOSE 80
# Starts it.
CMD ["/app"]
`;

const SERVES_SPLIT = `# Serves.
FROM golang:1.22 AS builder
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .

FROM scratch
WORKDIR /src
COPY --from=builder /app /app
EXPOSE 80
# Starts it.
CMD ["/app"]
`;

const REFUSED = `# Builds what it is told.
FROM golang:1.22
ARG TARGET
RUN go build -o $TARGET .
CMD ["/app"]
`;

/** What is told of it, whole. */
const REASON =
    'This file is not split. Which file the build produces is not known: its path hangs on what is not known before the build.';

const BROKEN = `# Pasted.
FROM alpine:3.20 AS build
RUN touch /a
FROM alpine:3.20
COPY –from=build /a /a
`;

const WIDE = `FROM busybox AS builder
FROM busybox
RUN --mount=type=bind,source=/é…🦀,from=builder,target=/x true
`;

const FILES: Readonly<Record<string, string>> = {
    'shop/Dockerfile': SHOP,
    'tested/Dockerfile': TESTED,
    'serves/Dockerfile': SERVES,
    'serves/go.mod': 'module example.com/serves\n\ngo 1.22\n',
    'serves/main.go': 'package main\n\nfunc main() {}\n',
    'refused/Dockerfile': REFUSED,
    'broken/Dockerfile': BROKEN,
    'wide/Dockerfile': WIDE,
    'names/Dockerfile.dev': '# For work.\n',
    'names/containerfile': '# For Podman.\n',
    'names/Dockerfile.go': 'package names\n',
};

const SPLIT = 'Stagewright: Split Into Builder and Runtime Stages…';

/**
 * Where pictures go, if they are wanted: those of the guide are remade with `PICTURES=docs`, and made
 * smaller with `pngquant --ext .png --force 64 docs/picture-vscode-*.png`.
 */
const PICTURES = process.env['PICTURES'];

let host: Host;
let chromium: Browser;
let bench: Workbench;

async function picture(name: string): Promise<void> {
    if (PICTURES !== undefined) {
        await bench.picture(join(PICTURES, `picture-vscode-${name}.png`));
    }
}

/** The page of the graph. While it is drawn anew, the one to come stands beside it for a moment. */
function graphPage(): FrameLocator {
    return bench.page.frameLocator('iframe.webview').frameLocator('#active-frame');
}

/** Opens a file as it was at the start, alone. */
async function open(file: string): Promise<void> {
    await bench.press('Escape');
    await bench.press('Control+Shift+e');
    await bench.command('View: Close All Editors');
    await bench.discardIfAsked();
    await host.write(`work/${file}`, FILES[file] ?? '');
    await bench.openFile(file);
    await bench.sees('.editor-instance .view-line', (FILES[file] ?? '').split('\n')[0] ?? '');
}

/** Saves the file in front and waits until it says that. */
async function savesAs(file: string, text: string): Promise<void> {
    await bench.press('Control+s');
    await until(`${file} is\n${text}`, async () => (await host.read(`work/${file}`)) === text);
}

before(async () => {
    host = await Host.install();
    for (const [file, text] of Object.entries(FILES)) {
        await host.write(`work/${file}`, text);
    }
    await host.installNamesake('exiasr', 'hadolint', 'hadolint');
    [chromium] = await Promise.all([browser(), host.start('--disable-workspace-trust')]);
    bench = await Workbench.open(chromium, host.workbench('work'));
});

afterEach(async (context) => {
    const { name, passed } = context as TestContext & { passed: boolean };
    if (!passed) {
        const shown = join(tmpdir(), `${name.replaceAll(/\W+/g, '-')}.png`);
        await bench.picture(shown);
        console.error(`What was to be seen: ${shown}`);
    }
});

after(async () => {
    await chromium?.close();
    await host?.stop();
});

test('one question is asked about another extension with findings, and not again', async () => {
    const question = 'hadolint can report findings in Dockerfiles, too';
    await open('shop/Dockerfile');
    await bench.answer(question, 'Keep Both');
    await bench.reload();
    await open('shop/Dockerfile');
    // The question stands before the server.
    await bench.sees('.view-line', '≈ 299 MB pull');
    assert.equal(await bench.page.getByText(question).count(), 0);
});

// Shows: inlay hints
test('what the guide says is to be seen: sizes behind the images, and the server in the status bar', async () => {
    await open('shop/Dockerfile');
    await bench.sees('.view-line', '≈ 299 MB pull · 823 MB disk');
    await bench.sees('.view-line', '≈ 3.63 MB pull · 7.8 MB disk');
    await bench.page.locator('#status\\.languageStatus').hover();
    await bench.sees('.hover-language-status', `Stagewright ${VERSION}`);
});

test('the licences of what is in the server are beside it', async () => {
    const folders = await readdir(host.path('extensions'));
    const own = folders.find((name) => name.startsWith('stagewright.')) ?? 'not installed';
    const licences = await host.read(`extensions/${own}/server/LICENSES-THIRD-PARTY.txt`);
    assert.match(licences, /^ropey [0-9.]+: MIT$/m);
});

// Shows: lens
test('each stage has the line that builds it', async () => {
    await open('shop/Dockerfile');
    await bench.sees('.codelens-decoration', 'docker build --target build .');
    await bench.sees('.codelens-decoration', 'docker build --target certificates .');
});

// Shows: diagnostics, fix
test('a finding is told, and mended from the menu', async () => {
    await open('broken/Dockerfile');
    await bench.page.locator('.squiggly-warning').first().waitFor();
    await bench.press('F8');
    await bench.sees('.marker-widget', 'pasted-text');
    await picture('finding');
    await bench.press('Escape');
    await bench.press('Control+.');
    await bench.act('Replace');
    await savesAs('broken/Dockerfile', BROKEN.replace('–', '--'));
    await bench.page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
});

// Shows: hover
test('a hover tells what an image weighs and what is lighter', async () => {
    await open('shop/Dockerfile');
    await bench.sees('.view-line', '≈ 299 MB pull');
    await bench.goTo(SHOP, 'FROM gol$0ang:1.22');
    await bench.command('Show or Focus Hover');
    const hover = await bench.sees('.monaco-hover-content', '299 MB');
    const told = (await hover.innerText()).replaceAll('\u00a0', ' ');
    for (const part of ['measured 2024-09-05', 'golang:1.22-alpine', '−226 MB', 'musl instead of glibc']) {
        assert.ok(told.includes(part), `“${part}” is in\n${told}`);
    }
    await picture('hover');
});

// Shows: definition
test('F12 on --from= goes to the stage', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, '--from=cert$0ificates');
    await bench.press('F12');
    await bench.seesCursorAt(positionOf(SHOP, 'alpine:3.20 AS $0certificates'));
});

// Shows: references
test('the uses of a stage are listed', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, 'AS bu$0ild');
    await bench.command('Peek References');
    await bench.sees('.reference-zone-widget', 'References (2)');
    await bench.sees('.reference-zone-widget .ref-tree .monaco-list-row', 'AS build');
    await bench.sees('.reference-zone-widget .ref-tree .monaco-list-row', 'COPY --from=build /shop /shop');
});

// Shows: highlight
test('the uses of a stage are marked where the cursor is on one', async () => {
    await open('shop/Dockerfile');
    // The editor asks once, when the cursor has moved.
    await bench.sees('.view-line', '≈ 299 MB pull');
    await bench.goTo(SHOP, '--from=bu$0ild');
    const marked = bench.page.locator('.cdr.wordHighlight, .cdr.wordHighlightStrong');
    await until('two places are marked', async () => (await marked.count()) === 2);
});

// Shows: completion
test('behind --from= stand the stages that can be used there, and no other', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, 'CMD ["/shop"]$0');
    await bench.type('\nCOPY --from=');
    const rows = bench.page.locator('.suggest-widget .monaco-list-row');
    await bench.sees('.suggest-widget .monaco-list-row', 'certificates');
    await bench.sees('.suggest-widget .monaco-list-row', 'build');
    await picture('completion');
    assert.equal(await rows.filter({ hasText: /^alpine/ }).count(), 0);
    await bench.type('cer');
    await bench.sees('.suggest-widget .monaco-list-row.focused', 'certificates');
    await bench.press('Enter');
    await savesAs('shop/Dockerfile', `${SHOP.trimEnd()}\nCOPY --from=certificates\n`);
});

// Shows: rename
test('F2 renames a stage wherever it is named', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, '--from=bu$0ild');
    await bench.press('F2');
    // The old name is selected in it.
    await bench.page.locator('.rename-box .rename-input:focus').waitFor();
    await bench.type('compiled');
    await bench.press('Enter');
    await bench.sees('.view-line', '--from=compiled');
    await savesAs('shop/Dockerfile', SHOP.replace('AS build', 'AS compiled').replace('=build', '=compiled'));
});

// Shows: encoding
test('a name behind wide characters is renamed where it stands', async () => {
    await open('wide/Dockerfile');
    await bench.goTo(WIDE, 'AS bu$0ilder');
    await bench.press('F2');
    await bench.page.locator('.rename-box .rename-input:focus').waitFor();
    await bench.type('compiled');
    await bench.press('Enter');
    await bench.sees('.view-line', 'from=compiled');
    await savesAs('wide/Dockerfile', WIDE.replaceAll('builder', 'compiled'));
});

// Shows: symbols
test('the outline goes by stages', async () => {
    await open('shop/Dockerfile');
    await bench.press('Control+Shift+o');
    for (const row of ['build', 'certificates', 'stage-2', 'WORKDIR /src']) {
        await bench.sees('.quick-input-list .monaco-list-row', row);
    }
    await bench.type('certificates');
    await bench.sees('.quick-input-list .monaco-list-row.focused', 'certificates');
    await bench.press('Enter');
    await bench.seesCursorAt(positionOf(SHOP, 'alpine:3.20 AS $0certificates'));
});

// Shows: folding
test('a stage is folded', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, '$0FROM golang');
    await bench.sees('.view-line', 'WORKDIR /src');
    await bench.press('Control+Shift+BracketLeft');
    await bench.seesNo('.view-line', 'WORKDIR /src');
    await bench.sees('.view-line', 'FROM golang:1.22');
    // The editor would remember it.
    await bench.press('Control+Shift+BracketRight');
    await bench.sees('.view-line', 'WORKDIR /src');
});

// Shows: links
test('an image is a link to its page', async () => {
    await open('shop/Dockerfile');
    await bench.page.locator('.view-line .detected-link', { hasText: 'golang:1.22' }).waitFor();
});

// Shows: call hierarchy
test('the call hierarchy tells what uses a stage', async () => {
    await open('shop/Dockerfile');
    await bench.goTo(SHOP, 'AS cert$0ificates');
    await bench.press('Shift+Alt+h');
    await bench.sees('.sidebar .monaco-list-row', 'certificates');
    await bench.sees('.sidebar .monaco-list-row', 'stage-2');
});

test('the stage graph shows stages, sizes and arrows, and leads to the stage', async () => {
    await open('tested/Dockerfile');
    await bench.withoutSideBar();
    await bench.command('Stagewright: Show Stage Graph');
    const graph = graphPage();
    const stages = graph.locator('.stage');
    await stages.filter({ hasText: 'certificates' }).waitFor();
    assert.deepEqual(await stages.locator('.name').allTextContents(), ['build', 'test', 'certificates', 'stage-3']);
    assert.match((await stages.filter({ hasText: 'golang' }).textContent()) ?? '', /golang:1\.22.*823 MB/);
    const titles = graph.locator('path title');
    const arrows = ['stage-3 copies from build', 'stage-3 copies from certificates', 'test is built on build'];
    assert.deepEqual((await titles.allTextContents()).sort(), arrows);
    await picture('graph');
    await stages.filter({ hasText: 'certificates' }).click();
    await bench.sees('.tab.active.selected', 'Dockerfile');
    await bench.seesCursorAt(positionOf(TESTED, '$0FROM alpine:3.20 AS'));
    // It follows what is typed.
    await bench.press('Control+End');
    await bench.type('FROM certificates AS more\n');
    await titles.filter({ hasText: 'more is built on certificates' }).waitFor({ state: 'attached' });
});

// Shows: split
test('a split is shown before it is applied, and applied only then', async () => {
    await open('serves/Dockerfile');
    await bench.withoutSideBar();
    await bench.command(SPLIT);
    await bench.pick('on scratch');
    await bench.sees('.editor.modified .view-line', 'COPY --from=builder /app /app');
    await bench.message('on scratch');
    await picture('split');
    await bench.answer('on scratch', 'Cancel');
    await bench.page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
    await savesAs('serves/Dockerfile', SERVES);
    await bench.seesNo('.view-line', 'FROM scratch');

    await bench.command(SPLIT);
    await bench.pick('on scratch');
    await bench.sees('.editor.modified .view-line', 'COPY --from=builder /app /app');
    await bench.answer('on scratch', 'Apply');
    await bench.page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
    await bench.sees('.view-line', 'COPY --from=builder /app /app');
    await savesAs('serves/Dockerfile', SERVES_SPLIT);
});

test('what is not on the disk is not taken for a file without stages', async () => {
    await open('serves/Dockerfile');
    await bench.command(SPLIT);
    await bench.pick('on scratch');
    // The preview is in front now.
    await bench.sees('.editor.modified .view-line', 'COPY --from=builder /app /app');
    await bench.command(SPLIT);
    await bench.message('Open the Dockerfile that is to be split.');
    await bench.command('Stagewright: Show Stage Graph');
    await bench.message('Open the Dockerfile whose stages are to be shown.');
    await bench.answer('on scratch', 'Cancel');
    await bench.page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
});

// Shows: refusal
test('what is not split is told with the reason', async () => {
    await open('refused/Dockerfile');
    await bench.command(SPLIT);
    const message = await bench.message(REASON);
    assert.equal(await message.locator('.notification-list-item-message').innerText(), REASON);
    await bench.command('Notifications: Clear All Notifications');
});

// Shows: settings
test('a changed setting counts at once', async () => {
    await open('serves/Dockerfile');
    await bench.sees('.view-line', '≈ 299 MB pull');
    await bench.set({ 'stagewright.size.unit': 'MiB' });
    await bench.openFile('serves/Dockerfile');
    await bench.sees('.view-line', '≈ 286 MiB pull');
});

test('the usual names are Dockerfiles, and programs are what they were', async () => {
    for (const [file, language] of [
        ['names/Dockerfile.dev', 'Dockerfile'],
        ['names/containerfile', 'Dockerfile'],
        ['names/Dockerfile.go', 'Go'],
    ] as const) {
        await open(file);
        await bench.sees('#status\\.editor\\.mode', language);
    }
});

// Shows: restart
test('a server that is killed comes back, and one that is restarted is another', async () => {
    await open('shop/Dockerfile');
    const [first, ...others] = await host.servers();
    assert.ok(first !== undefined && others.length === 0, 'one server runs');
    process.kill(first, 'SIGKILL');
    const isReplaced = (old: number) => async () => {
        const now = await host.servers();
        return now.length === 1 && now[0] !== old;
    };
    await until('another server runs', isReplaced(first));
    await bench.goTo(SHOP, '--from=cert$0ificates');
    await bench.press('F12');
    await bench.seesCursorAt(positionOf(SHOP, 'alpine:3.20 AS $0certificates'));
    const [second] = await host.servers();
    await bench.command('Stagewright: Restart Server');
    await until('another server runs', isReplaced(second ?? 0));
    await bench.goTo(SHOP, '--from=bu$0ild');
    await bench.press('F12');
    await bench.seesCursorAt(positionOf(SHOP, 'golang:1.22 AS $0build'));
});

test('a wrong path is told with the path, and mended by the setting', async () => {
    await open('shop/Dockerfile');
    await bench.set({ 'stagewright.path': '/no/such/stagewright' });
    const told = '/no/such/stagewright (the setting stagewright.path): there is no such file';
    await bench.message(told);
    await picture('trouble');
    await bench.answer(told, 'Open the Setting');
    await bench.sees('.settings-editor .setting-item-contents', 'The server to start');
    assert.deepEqual(await host.servers(), []);
    await bench.set({ 'stagewright.path': 5 });
    await bench.message('5 (the setting stagewright.path): there is no such file');
    await bench.set({});
    await until('a server runs', async () => (await host.servers()).length === 1);
});

test('the stage graph of a file that was changed without a server is drawn as soon as there is one', async () => {
    await open('tested/Dockerfile');
    await bench.withoutSideBar();
    await bench.command('Stagewright: Show Stage Graph');
    const graph = graphPage();
    await graph.locator('.stage').filter({ hasText: 'certificates' }).click();
    await bench.sees('.tab.active.selected', 'Dockerfile');
    await bench.set({ 'stagewright.path': '/no/such/stagewright' });
    await until('no server runs', async () => (await host.servers()).length === 0);
    await bench.command('Notifications: Clear All Notifications');
    await bench.press('Control+End');
    await bench.type('FROM certificates AS more\n');
    await bench.set({});
    await graph.locator('path title', { hasText: 'more is built on certificates' }).waitFor({ state: 'attached' });
});

test('in a workspace that is not trusted only the bundled server is run', async () => {
    assert.ok(existsSync(host.path(DECOY_RAN)), 'what is in PATH was tried in the tests before');
    await rm(host.path(DECOY_RAN));
    await bench.close();
    await host.write('work/.vscode/settings.json', JSON.stringify({ 'stagewright.path': '/no/such/stagewright' }));
    await host.start();
    bench = await Workbench.open(chromium, host.workbench('work'));
    await bench.sees('.statusbar-item', 'Restricted Mode');
    await open('shop/Dockerfile');
    await bench.sees('.view-line', '≈ 299 MB pull');
    assert.equal((await host.servers()).length, 1);
    assert.ok(!existsSync(host.path(DECOY_RAN)), 'what is in PATH was not run');
});
