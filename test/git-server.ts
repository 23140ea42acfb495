/** A git server as they stand in the world: `git http-backend` behind TLS. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { makeCertificate } from './certificate.ts';

export interface GitServer extends AsyncDisposable {
  /** `https://localhost:<port>` */
  readonly url: string;
  /** What programs have to be told to trust it: `GIT_SSL_CAINFO`. */
  readonly certificateFile: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** From now on every request is sent elsewhere; null ends that. */
  redirect(to: string | null): void;
  stop(): Promise<void>;
}

/** Serves the repositories that lie in `root`, each by its name; to those alone who bring `login` (`user:password`), where it is given. */
export async function startGitServer(root: string, folder: string, login?: string): Promise<GitServer> {
  const { certificate, key } = makeCertificate('git server');
  const certificateFile = path.join(folder, 'git-server.pem');
  writeFileSync(certificateFile, certificate);
  const asked: string[] = [];
  let elsewhere: string | null = null;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'https://localhost');
    asked.push(pathname);
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    if (elsewhere !== null) return void response.writeHead(302, { location: elsewhere + (request.url ?? '') }).end();
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'], GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname, QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'], HTTP_CONTENT_ENCODING: request.headers['content-encoding'], GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
        GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => {});
    const pieces: Buffer[] = [];
    backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    backend.on('close', () => {
      const whole = Buffer.concat(pieces);
      const end = whole.indexOf('\r\n\r\n');
      const head = whole.subarray(0, end).toString('latin1').split('\r\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
      const status = head.find(([name]) => name === 'Status')?.[1];
      response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(head.filter(([name]) => name !== 'Status')));
      response.end(whole.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`, certificateFile, asked, stop,
    redirect: (to) => {
      elsewhere = to;
    },
    [Symbol.asyncDispose]: () => (server.listening ? stop() : Promise.resolve()),
  };
}
