/** The server as a process: what it refuses, signals, logs, the service manager, and what leaves the machine. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { OPERATIONS, openService } from '../src/mod.ts';
import { cleanEnvironment, getJson, startServer, type RunningServer } from './server.ts';

const program = path.resolve(import.meta.dirname, '..', 'src', 'bin.ts');
/** What the test of the service manager needs; in CI nothing is skipped. */
const MISSING = process.env['CI'] === 'true' ? '' : ['systemd-notify', 'python3'].filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined).join(' and ');
const ADMIN = 'an-admin-token-for-tests';
const asAdmin = { headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' } };

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-ops-')));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until it holds, at most 10 seconds. */
async function until(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(what());
}

function said(server: RunningServer, pattern: RegExp): Promise<void> {
  return until(() => pattern.test(server.log()), () => `the log has no ${String(pattern)}:\n${server.log()}`);
}

async function indexed(root: string): Promise<string> {
  const [project, dataDir] = [path.join(root, 'project'), path.join(root, 'data')];
  mkdirSync(project);
  writeFileSync(path.join(project, 'a.ts'), 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n');
  await using service = openService({ dataDir, allowedRoots: [], workspace: [], maskSecrets: true, embedding: { provider: 'none' }, threads: 1, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
  await OPERATIONS.index.run(service, { targets: [project] }, {});
  return dataDir;
}

async function found(server: RunningServer): Promise<readonly string[]> {
  return (await getJson(server, '/api/search?query=parseUrl&mode=text')).results.map((one: { path: string }) => one.path);
}

test('serve: what would be unsafe or cannot work is refused with one sentence before anything listens', () => inFolder(async (dataDir) => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const taken = String((blocker.address() as AddressInfo).port);
  const wrong: readonly [readonly string[], Record<string, string>, number, RegExp][] = [
    [['--host', '0.0.0.0'], {}, 2, /^code-index: Others can reach 0\.0\.0\.0, and nothing says who they are\. Create a token with `code-index tokens create <name>`/],
    [['--port', taken], {}, 1, new RegExp(`^code-index: Port ${taken} of 127\\.0\\.0\\.1 is taken by another program\\. Choose another one with --port`)],
    [['--config', path.join(dataDir, 'none')], {}, 2, /^code-index: The settings file .* cannot be read/],
  ];
  for (const [flags, env, code, sentence] of wrong) {
    const { status, stderr } = spawnSync(process.execPath, [program, 'serve', '--data-dir', dataDir, '--port', '0', ...flags], { encoding: 'utf8', env: cleanEnvironment(env), timeout: 30_000 });
    assert.match(stderr, sentence);
    assert.equal(status, code, stderr);
  }
  blocker.close();
  const { status, stderr } = spawnSync(process.execPath, [program, 'status', '--port', '1'], { encoding: 'utf8', env: cleanEnvironment() });
  assert.deepEqual([status, /Unknown option '--port'/.test(stderr)], [2, true]);
}));

test('serve: signals read settings again, write a report and end it, and no secret is told', () => inFolder(async (root) => {
  const dataDir = await indexed(root);
  const config = path.join(root, 'serve.env');
  writeFileSync(config, `ADMIN_TOKEN=${ADMIN}\nMCP_ENVIRONMENT=production\nPORT=0\n`);
  await using server = await startServer({ dataDir, flags: ['--config', config] });
  await getJson(server, '/api/search?query=parseUrl', {}, 401);
  assert.equal((await getJson(server, '/api/search?query=parseUrl&mode=text', asAdmin)).results[0].path, 'a.ts');
  await getJson(server, '/api/search?query=x', { headers: { authorization: 'Bearer a-wrong-token-of-somebody' } }, 401);

  server.process.kill('SIGUSR1');
  await said(server, /A report lies in /);
  const report = readFileSync(/A report lies in (.*?\.json)\./.exec(server.log())?.[1] as string, 'utf8');
  const { settings, process: { id }, store, node } = JSON.parse(report);
  assert.deepEqual([settings.ADMIN_TOKEN, id, store.files, typeof node.javascriptHeap], ['***', server.process.pid, 1, 'object']);
  assert.doesNotMatch(report, new RegExp(`${ADMIN}|environmentVariables`));
  assert.doesNotMatch(server.log(), /Debugger listening/);
  const { settings: shown, checks } = await getJson(server, '/admin/diagnostics', asAdmin);
  assert.deepEqual([shown.ADMIN_TOKEN, checks.database.ok], ['***', true]);

  writeFileSync(config, `ADMIN_TOKEN=${ADMIN}2\nMCP_ENVIRONMENT=production\nREQUEST_TIMEOUT_SECONDS=31\nLOG_LEVEL=debug\n`);
  server.process.kill('SIGHUP');
  await said(server, /Settings were read again and hold from now on: LOG_LEVEL, ADMIN_TOKEN\. Changed, but only a restart takes it: REQUEST_TIMEOUT_SECONDS\./);
  await getJson(server, '/api/search?query=parseUrl', asAdmin, 401);
  const asNew = { headers: { ...asAdmin.headers, authorization: `Bearer ${ADMIN}2` } };
  assert.equal((await getJson(server, '/admin/log-level', asNew)).level, 'debug');
  assert.equal((await getJson(server, '/admin/log-level', { ...asNew, method: 'POST', body: '{"level":"info"}' })).level, 'info');

  writeFileSync(config, 'ADMIN_TOKEN=short\n');
  server.process.kill('SIGHUP');
  await said(server, /cannot be used; the old ones stay: ADMIN_TOKEN has 5 characters/);
  await getJson(server, '/api/search?query=parseUrl', asNew);

  assert.equal(await server.stop('SIGINT'), 0);
  const file = readFileSync(path.join(dataDir, 'logs', 'serve.log'), 'utf8');
  for (const text of [file, server.log()]) {
    assert.doesNotMatch(text, /an-admin-token|a-wrong-token/);
    for (const line of text.trim().split('\n')) assert.deepEqual(Object.keys(JSON.parse(line)).slice(0, 2), ['level', 'time']);
  }
  assert.match(file, /"message":"Stopped\."/);
}));

test('serve: killed, it answers again after a start; a locked database holds up no answer; one that is gone is told by /ready', () => inFolder(async (root) => {
  const dataDir = await indexed(root);
  {
    await using server = await startServer({ dataDir });
    assert.deepEqual(await found(server), ['a.ts']);
    await server.stop('SIGKILL');
  }
  await using server = await startServer({ dataDir });
  const file = path.join(dataDir, 'code_index.db');
  assert.equal((await getJson(server, '/ready')).status, 'ready');

  const other = new Database(file);
  other.exec('BEGIN EXCLUSIVE');
  let changed = false;
  const change = getJson(server, '/admin/log-level', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"level":"debug"}' }).finally(() => (changed = true));
  assert.deepEqual(await found(server), ['a.ts']);
  assert.equal((await getJson(server, '/ready')).status, 'ready');
  assert.equal(changed, false, 'the act is written down before it is answered');
  other.exec('ROLLBACK');
  other.close();
  assert.equal((await change).level, 'debug');

  renameSync(file, `${file}.away`);
  await until(async () => (await fetch(`${server.url}/ready`)).status === 503, () => 'still ready');
  assert.match((await getJson(server, '/ready', {}, 503)).checks.database.found, /is gone; answers come from what this server has open/);
  assert.deepEqual(await found(server), ['a.ts']);
  renameSync(`${file}.away`, file);
  await until(async () => (await fetch(`${server.url}/ready`)).status === 200, () => 'not ready again');
  assert.equal(await server.stop(), 0);
}));

interface Manager extends Disposable {
  readonly socket: string;
  readonly messages: string[];
}

/** A service manager's end: prints each datagram, one line each. */
async function openManager(root: string): Promise<Manager> {
  const socket = path.join(root, 'notify.sock');
  const receiver = spawn('python3', ['-c', 'import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\nprint("ready",flush=True)\nwhile True: print(s.recv(4096).decode().replace("\\n"," "),flush=True)', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages: string[] = [];
  createInterface({ input: receiver.stdout }).on('line', (line) => messages.push(line));
  await until(() => messages[0] === 'ready', () => 'no receiver');
  return { socket, messages, [Symbol.dispose]: () => void receiver.kill() };
}

test('serve: the service manager is told of readiness, life, reloading and the end', { skip: MISSING === '' ? false : `${MISSING} is not installed` }, () => inFolder(async (dataDir) => {
  using manager = await openManager(dataDir);
  const heard = (pattern: RegExp): Promise<void> => until(() => manager.messages.some((one) => pattern.test(one)), () => `no ${String(pattern)} in ${manager.messages.join('\n')}`);
  await using server = await startServer({ dataDir, env: { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '400000' } });
  await heard(/READY=1.*STATUS=Serving on http/);
  await heard(/WATCHDOG=1/);
  server.process.kill('SIGHUP');
  await heard(/RELOADING=1.*MONOTONIC_USEC=\d{6,}/);
  await until(() => manager.messages.filter((one) => /READY=1/.test(one)).length === 2, () => manager.messages.join('\n'));
  assert.equal(await server.stop(), 0);
  await heard(/STOPPING=1/);
}));

test('serve: without systemd-notify one line says so', () => inFolder(async (dataDir) => {
  await using server = await startServer({ dataDir, env: { NOTIFY_SOCKET: path.join(dataDir, 'nobody'), PATH: dataDir } });
  await said(server, /warn: The service manager cannot be told about this server: the program systemd-notify is missing\./);
  assert.equal(await server.stop(), 0);
}));

interface Sink extends Disposable {
  readonly url: string;
  readonly port: number;
  /** Address and body of each request. */
  readonly received: { readonly address: string; readonly body: string }[];
}

async function openSink(): Promise<Sink> {
  const received: { address: string; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      received.push({ address: request.url ?? '', body: (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8') });
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`, port, received,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('serve: errors and traces go where the settings say, without what was asked; a log that cannot be written stops nothing', () => inFolder(async (root) => {
  const dataDir = await indexed(root);
  using sink = await openSink();
  const logDir = path.join(root, 'a-file');
  writeFileSync(logDir, '');
  await using server = await startServer({
    dataDir, env: { SENTRY_DSN: `http://publickey@127.0.0.1:${sink.port}/7`, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, LOG_DIR: logDir, OTEL_BSP_SCHEDULE_DELAY: '100' },
  });
  await said(server, /warn: The log in .*a-file cannot be written/);
  const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  await getJson(server, '/api/search?query=parseUrl&mode=text', { headers: { traceparent: `00-${trace}-${parent}-01` } });
  server.process.kill('SIGUSR1');
  const bodies = (address: RegExp): string => sink.received.filter((one) => address.test(one.address)).map(({ body }) => body).join('\n');
  await until(() => bodies(/^\/v1\/traces/).includes(trace) && bodies(/^\/api\/7\/envelope/) !== '', () => `received ${sink.received.map(({ address }) => address).join()}\n${server.log()}`);
  const spans = bodies(/^\/v1\/traces/).split('\n').flatMap((body) => JSON.parse(body).resourceSpans).flatMap((one) => one.scopeSpans).flatMap((one) => one.spans);
  const mine = spans.filter((one: { traceId: string }) => one.traceId === trace);
  const request = mine.find((one: { name: string }) => one.name === 'GET /api/search');
  const operation = mine.find((one: { name: string }) => one.name === 'search');
  assert.deepEqual([request?.parentSpanId, operation?.parentSpanId], [parent, request?.spanId], JSON.stringify(mine));
  const event = bodies(/^\/api\/7\/envelope/);
  assert.match(event, /"value":"A report cannot be written/);
  assert.match(event, /"release":"code-index@/);
  assert.doesNotMatch(`${event}${JSON.stringify(spans)}`, /parseUrl|publickey@/);
  assert.equal(await server.stop(), 0);
}));

test('serve: nothing is written beside the data folder, and nothing is sent, where no setting says so', () => inFolder(async (root) => {
  const dataDir = await indexed(root);
  const before = readdirSync(root).sort();
  await using server = await startServer({ dataDir, cwd: path.join(root, 'project') });
  assert.deepEqual(await found(server), ['a.ts']);
  assert.equal(await server.stop(), 0);
  assert.deepEqual(readdirSync(root).sort(), before);
  assert.deepEqual(readdirSync(path.join(root, 'project')), ['a.ts']);
}));
