/** The shipped configuration of nginx in front of servers of the test: other addresses, ports and folders, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { makeCertificate } from '../certificate.ts';
import { until } from '../faces.ts';
import { ROOT } from './dockerfile.ts';

export const CONFIGURATION: string = path.join(ROOT, 'deploy', 'nginx', 'nginx.conf');
/** Where the world comes in, over HTTP and TLS, and where the keepers do. */
export const PORTS = { http: 8080, tls: 8443, keepers: 8000 } as const;

export interface Nginx extends AsyncDisposable {
  /** `https://localhost:<port>` */
  readonly url: string;
  readonly http: string;
  readonly keepers: string;
  readonly certificate: Buffer;
  /** Lines of the access log so far. */
  log(): readonly Readonly<Record<string, unknown>>[];
}

export interface NginxOptions {
  /** Made when missing; configuration, certificate and logs lie there. */
  readonly folder: string;
  /** Ports of three servers on 127.0.0.1; one may stand there more than once. */
  readonly servers: readonly number[];
  /** Requests of one address in a second; as shipped when absent. */
  readonly rate?: string;
}

/** Writes a certificate for `localhost` and its key as the configuration names them. */
export function writeCertificate(folder: string): Buffer {
  mkdirSync(folder, { recursive: true });
  const { certificate, key } = makeCertificate('localhost');
  writeFileSync(path.join(folder, 'fullchain.pem'), certificate);
  writeFileSync(path.join(folder, 'privkey.pem'), key);
  return certificate;
}

export async function startNginx({ folder, servers, rate }: NginxOptions): Promise<Nginx> {
  const certificate = writeCertificate(path.join(folder, 'tls'));
  mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  const [http, tls, keepers] = await freePorts(3) as [number, number, number];
  const log = path.join(folder, 'access.log');
  const changes: readonly (readonly [string | RegExp, string])[] = [
    ...servers.map((port, index) => [`mcp-server-${index + 1}:8000`, `127.0.0.1:${port}`] as const),
    [`listen ${PORTS.http};`, `listen 127.0.0.1:${http};`], [`listen ${PORTS.tls} ssl`, `listen 127.0.0.1:${tls} ssl`], [`listen ${PORTS.keepers};`, `listen 127.0.0.1:${keepers};`],
    [/(?<= )\/tmp\//g, path.join(folder, 'tmp', '/')], [/\/etc\/nginx\/tls\//g, path.join(folder, 'tls', '/')], ['/dev/stdout', log],
    ...(rate === undefined ? [] : [[/(?<=zone=(?:api|page):10m rate=)\d+r\/s/g, rate] as const]),
  ];
  let text = readFileSync(CONFIGURATION, 'utf8');
  for (const [from, to] of changes) {
    const changed = text.replaceAll(typeof from === 'string' ? from : new RegExp(from.source, 'g'), to);
    if (changed === text) throw new Error(`${CONFIGURATION} does not have ${String(from)}`);
    text = changed;
  }
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, text);
  const child = spawn('nginx', ['-c', file, '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => { said += piece; });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  await Promise.race([failed, until('the start of nginx', async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}:\n${said}`);
    return answers(tls);
  })]);
  return {
    url: `https://localhost:${tls}`, http: `http://localhost:${http}`, keepers: `http://localhost:${keepers}`, certificate,
    log: () => readFileSync(log, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

/** All at once, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
