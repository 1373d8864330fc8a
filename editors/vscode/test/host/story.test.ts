/** A user of VS Code works on Dockerfiles with several stages. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Host } from './host.ts';
import { browser, until, Workbench } from './workbench.ts';

const SHOP = `# The shop.
FROM golang:1.22 AS build
WORKDIR /src
COPY . .
RUN go build -o /shop .

FROM alpine:3.20 AS certificates
RUN apk add --no-cache ca-certificates

FROM alpine:3.20
COPY --from=certificates /etc/ssl /etc/ssl
COPY --from=build /shop /shop
CMD ["/shop"]
`;

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

FROM gcr.io/distroless/static-debian12
WORKDIR /src
COPY --from=builder /app /app
EXPOSE 80
# Starts it.
CMD ["/app"]
`;

const REFUSED = `FROM golang:1.22
ARG TARGET
RUN go build -o $TARGET .
CMD ["/app"]
`;

const BROKEN = `FROM alpine:3.20 AS build
RUN touch /a
FROM alpine:3.20
COPY –from=build /a /a
`;

const FILES: Readonly<Record<string, string>> = {
    'shop/Dockerfile': SHOP,
    'serves/Dockerfile': SERVES,
    'serves/go.mod': 'module example.com/serves\n\ngo 1.22\n',
    'serves/main.go': 'package main\n\nfunc main() {}\n',
    'refused/Dockerfile': REFUSED,
    'broken/Dockerfile': BROKEN,
    'names/Dockerfile.dev': 'FROM alpine:3.20\n',
    'names/containerfile': 'FROM alpine:3.20\n',
    'names/Dockerfile.go': 'package names\n',
};

/** Where pictures go, if they are wanted: `PICTURES=docs`. */
const PICTURES = process.env['PICTURES'];

let host: Host;
let chromium: Browser;
let bench: Workbench;

async function picture(name: string): Promise<void> {
    if (PICTURES !== undefined) {
        await bench.picture(join(PICTURES, `picture-vscode-${name}.png`));
    }
}

/** Opens a file as it was at the start, alone. */
async function open(file: string): Promise<void> {
    await bench.press('Escape');
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
    [chromium] = await Promise.all([browser(), host.start()]);
    bench = await Workbench.open(chromium, host.workbench('work'));
});

after(async () => {
    await chromium?.close();
    await host?.stop();
});

// Shows: inlay hints
test('the guide’s block installs it, and sizes stand behind the images', async () => {
    await open('shop/Dockerfile');
    await bench.sees('.view-line', '≈ 299 MB pull · 823 MB disk');
    await bench.sees('.view-line', '≈ 3.63 MB pull · 7.8 MB disk');
});
