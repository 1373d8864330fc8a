/**
 * Stands in for the project's page of releases, which a test cannot reach: a server on this machine
 * with a certificate of its own, that curl is told of in its configuration, so that the commands of
 * the guide run as they are written.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const HOST = 'github.com';
const DOWNLOADS = '/stagewright/stagewright/releases/latest/download/';

export class ReleasePage {
    /** What must be set for curl to find the page. */
    readonly environment: Readonly<Record<string, string>>;
    private readonly server: Server;

    private constructor(server: Server, environment: Record<string, string>) {
        this.server = server;
        this.environment = environment;
    }

    /** A page with one asset on it. `folder` is where the certificate is kept. */
    static async open(folder: string, asset: string): Promise<ReleasePage> {
        await mkdir(folder, { recursive: true });
        const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
        const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
        const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', cert];
        await promisify(execFile)('openssl', [...request, ...subject]);
        const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (asked, answer) => {
            if (asked.url === DOWNLOADS + basename(asset)) {
                createReadStream(asset).pipe(answer);
            } else {
                answer.writeHead(404).end();
            }
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        await writeFile(join(folder, '.curlrc'), `cacert = "${cert}"\nconnect-to = "${HOST}:443:127.0.0.1:${port}"\nnoproxy = "*"\n`);
        return new ReleasePage(server, { CURL_HOME: folder });
    }

    close(): void {
        this.server.close();
        this.server.closeAllConnections();
    }
}
