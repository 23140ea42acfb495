/** The shipped configuration of nginx, live: in front of real servers, one of which is killed under load. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Job } from '../../src/domain/mod.ts';
import { makeRepository, until } from '../faces.ts';
import { getJson, startServer, type RunningServer } from '../server.ts';
import { generateRepository, scratch } from '../whole.ts';
import { lacking } from './files.ts';
import { CONFIGURATION, startNginx, writeCertificate, type Nginx } from './nginx.ts';

const TOKEN = 'a-token-of-the-nginx-test';
const missing = lacking('nginx', 'bwrap');
const bearer = { authorization: `Bearer ${TOKEN}` };
const folder = scratch('nginx');
const roots = path.join(folder.path, 'roots');
const trusted = tls.getCACertificates();

before(() => {
  makeRepository(path.join(roots, 'small'), { 'a.ts': 'export function behindTheProxy(): number {\n  return 1;\n}\n' });
});
after(() => {
  tls.setDefaultCACertificates(trusted);
  folder[Symbol.dispose]();
});

/** A server that believes the proxy, and takes folders of the test. */
function startBehind(name: string): Promise<RunningServer> {
  const dataDir = path.join(folder.path, name);
  mkdirSync(dataDir, { recursive: true });
  return startServer({
    dataDir,
    env: { ADMIN_TOKEN: TOKEN, TRUSTED_PROXIES: '127.0.0.1', PUBLIC_URL: 'https://localhost', MCP_ALLOWED_ROOTS: roots, ENABLE_REPOSITORY_MANAGEMENT: 'true', EMBEDDING_PROVIDER: 'none', CODE_INDEX_THREADS: '1', RATE_LIMIT: 'off' },
  });
}

async function startFront(name: string, servers: readonly RunningServer[], rate?: string): Promise<Nginx> {
  const ports = servers.map(({ url }) => Number(new URL(url).port));
  const nginx = await startNginx({ folder: path.join(folder.path, name), servers: [0, 1, 2].map((one) => ports[one % ports.length] as number), ...(rate === undefined ? {} : { rate }) });
  tls.setDefaultCACertificates([...trusted, nginx.certificate.toString()]);
  return nginx;
}

async function add(server: { readonly url: string }, root: string): Promise<Job> {
  return (await getJson(server, '/api/repositories', { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body: JSON.stringify({ path: root }) }, 202)).job as Job;
}

async function addWhole(server: { readonly url: string }, root: string): Promise<void> {
  const { id } = await add(server, root);
  await until('the end of indexing', async () => (await getJson(server, `/api/jobs/${id}`, { headers: bearer })).job.finishedAt !== null);
}

test('nginx takes the shipped file as it is', { skip: missing }, () => {
  writeCertificate(path.join(folder.path, 'shipped'));
  const hosts = path.join(folder.path, 'hosts');
  // It opens /dev/stdout, which may be a file or a pipe, and no socket.
  const stdout = openSync(path.join(folder.path, 'stdout'), 'w');
  writeFileSync(hosts, '127.0.0.1 localhost mcp-server-1 mcp-server-2 mcp-server-3\n');
  // Its own view of the machine: names, certificate, ports and account are as in the container.
  const told = spawnSync('bwrap', [
    '--unshare-user', '--uid', '101', '--gid', '101', '--unshare-net', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--ro-bind', hosts, '/etc/hosts', '--tmpfs', '/etc/nginx',
    '--ro-bind', path.join(folder.path, 'shipped'), '/etc/nginx/tls', '--ro-bind', CONFIGURATION, '/etc/nginx/nginx.conf', 'nginx', '-t', '-c', '/etc/nginx/nginx.conf',
  ], { encoding: 'utf8', stdio: ['ignore', stdout, 'pipe'] });
  assert.equal(told.status, 0, told.stderr);
  // Newer ones know another word for it, which older ones do not know.
  assert.doesNotMatch(told.stderr.replaceAll(/^.*the "listen \.\.\. http2" directive is deprecated.*\n/gm, ''), /\[(?:warn|error|emerg)\]/);
});

test('the proxy speaks TLS, passes everything that is for the world, streams, and keeps the rest from it', { skip: missing }, async () => {
  await using server = await startBehind('one');
  await using nginx = await startFront('front-one', [server]);
  await addWhole(server, path.join(roots, 'small'));

  const plain = await fetch(`${nginx.http}/api/search?query=x`, { redirect: 'manual' });
  assert.deepEqual([plain.status, plain.headers.get('location')], [308, 'https://localhost/api/search?query=x']);
  await assert.rejects(async () => { tls.setDefaultCACertificates(trusted); await fetch(`${nginx.url}/health`); }, /fetch failed/);
  tls.setDefaultCACertificates([...trusted, nginx.certificate.toString()]);
  const found = await fetch(`${nginx.url}/api/search?query=behindTheProxy`, { headers: { ...bearer, 'x-forwarded-for': '203.0.113.9' } });
  assert.equal(((await found.json()) as { results: { path: string }[] }).results[0]?.path, 'a.ts');
  // Once each: a list with a comma would be two.
  assert.deepEqual([found.headers.get('x-content-type-options'), found.headers.get('x-frame-options'), found.headers.get('strict-transport-security')], ['nosniff', 'DENY', 'max-age=31536000']);
  assert.equal((await fetch(`${nginx.url}/`)).headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal((await fetch(`${nginx.url}/health`)).status, 200);

  for (const address of ['/metrics', '/admin/diagnostics', '//admin/log-level', '/%61dmin/diagnostics', '/x/../metrics']) {
    const { port } = new URL(nginx.url);
    const refused = await rawStatus(Number(port), address);
    assert.equal(refused, 404, address);
  }
  assert.equal((await fetch(`${nginx.keepers}/metrics`)).status, 401);
  assert.match(await (await fetch(`${nginx.keepers}/metrics`, { headers: bearer })).text(), /^mcp_requests_total/m);
  assert.equal((await getJson({ url: nginx.keepers }, '/admin/log-level', { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body: '{"level":"debug"}' })).level, 'debug');
  assert.equal((await fetch(`${nginx.keepers}/proxy-health`)).status, 204);

  const large = await fetch(`${nginx.url}/api/search`, { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body: `{"query":"${'x'.repeat(1_100_000)}"}` });
  assert.deepEqual([large.status, ((await large.json()) as { error: { code: string } }).error.code], [413, 'too_large']);
  const archive = await fetch(`${nginx.url}/api/uploads?name=large`, { method: 'POST', headers: { ...bearer, 'content-type': 'application/gzip' }, body: new Uint8Array(3_000_000) });
  assert.deepEqual([archive.status, ((await archive.json()) as { error: { code: string } }).error.code], [400, 'invalid_query']);

  await streams(nginx, server);
  const paths = nginx.log().map((line) => line['path']);
  assert.ok(paths.includes('/api/search') && !paths.includes('/health') && !JSON.stringify(nginx.log()).includes('behindTheProxy'));
});

/** Events of a job come while it runs, and the protocol of agents goes through. */
async function streams(nginx: Nginx, server: RunningServer): Promise<void> {
  generateRepository(path.join(roots, 'large'), 200);
  const { id } = await add(server, path.join(roots, 'large'));
  const response = await fetch(`${nginx.url}/api/jobs/${id}/events`, { headers: bearer });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  let text = '';
  let early = false;
  for await (const piece of response.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(piece).toString('utf8');
    early ||= text.includes('"finishedAt":null') && !/"finishedAt":"/.test(text);
  }
  assert.ok(early && /"finishedAt":"/.test(text), text.slice(0, 500));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${nginx.url}/mcp`), { requestInit: { headers: bearer } }));
  const told = await client.callTool({ name: 'search_code', arguments: { query: 'behindTheProxy' } });
  assert.match((told.content as { text: string }[])[0]?.text ?? '', /a\.ts/);
  await client.close();
}

/** As an attacker writes it: `fetch` would tidy the address. */
function rawStatus(port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => socket.write(`GET ${address} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])));
  });
}

test('a caller who asks too much waits, by the shipped limit', { skip: missing }, async () => {
  await using server = await startBehind('limited');
  await using nginx = await startFront('front-limited', [server]);
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 60 }, () => fetch(`${nginx.url}/api/status`, { headers: bearer })));
  const seconds = (performance.now() - started) / 1_000;
  const passed = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(passed + refused.length, 60);
  assert.ok(passed >= 20 && passed <= 21 + Math.ceil(10 * seconds), `${passed} in ${seconds} s`);
  const [first] = refused;
  assert.ok(first !== undefined);
  assert.deepEqual([first.headers.get('retry-after'), ((await first.json()) as { error: { code: string } }).error.code], ['1', 'rate_limited']);
});

const LOAD_MILLIS = 4_000;
const AT_ONCE = 12;

test('three servers share the load, and a killed one fails no question', { skip: missing }, async () => {
  await using first = await startBehind('shared');
  await addWhole(first, path.join(roots, 'small'));
  await using second = await startBehind('shared');
  await using third = await startBehind('shared');
  const servers = [first, second, third];
  await using nginx = await startFront('front-three', servers, '100000r/s');
  const end = performance.now() + LOAD_MILLIS;
  const statuses = new Map<string, number>();
  const ask = async (): Promise<void> => {
    for (let n = 0; performance.now() < end; n++) {
      const address = n % 3 === 0 ? '/api/status' : '/api/search?query=behindTheProxy';
      const told = await fetch(`${nginx.url}${address}`, { headers: bearer }).then(async (response) => `${response.status}${(await response.text()).includes('behindTheProxy') || n % 3 === 0 ? '' : ' without the hit'}`, (error: Error) => `failed: ${String(error.cause ?? error)}`);
      statuses.set(told, (statuses.get(told) ?? 0) + 1);
    }
  };
  const load = Promise.all(Array.from({ length: AT_ONCE }, ask));
  await new Promise((resolve) => setTimeout(resolve, LOAD_MILLIS / 2));
  const before = nginx.log().length;
  await second.stop('SIGKILL');
  await load;
  assert.deepEqual([...statuses.keys()], ['200']);
  const answered = statuses.get('200') ?? 0;
  assert.ok(answered > 100, `${answered} answers`);
  const counts = (lines: readonly Readonly<Record<string, unknown>>[]): number[] => servers.map(({ url }) => lines.filter((line) => String(line['upstream']).split(', ').at(-1) === new URL(url).host).length);
  const whole = counts(nginx.log().slice(0, before));
  for (const count of whole) assert.ok(count > before / 5, `${String(whole)} before one was killed`);
  const [one = 0, , three = 0] = counts(nginx.log().slice(before + AT_ONCE));
  assert.ok(one > 10 && three > 10, `${one} and ${three} after one was killed`);
});
