/** Two servers of one installation: one data folder, one Redis, a proxy that asks them in turns. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { LIMITS } from '../src/base/mod.ts';
import { openRedisCluster } from '../src/cluster/mod.ts';
import { OPERATIONS, openService, type Service } from '../src/mod.ts';
import { answered } from '../src/service/mod.ts';
import { makeRepository, run, temporaryFolder, until, writeFiles } from './faces.ts';
import { getJson, startServer, type RunningServer } from './server.ts';
import { startRedis, type RedisService } from './services/redis.ts';
import { inMinutes, webToken } from './web-tokens.ts';

/** In CI nothing is skipped. */
const MISSING = process.env['CI'] !== 'true' && spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).error !== undefined;
const ADMIN = 'an-administrator-of-tests';
const SECRET = 'a secret of thirty-two characters';
const asAdmin = { headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' } };
/** So long an answer may rest on a former decision about models; only later ones are shared. */
const SETTLED_MILLIS = 2_600;
const WORDS = ['apricot', 'blueberry', 'cranberry'];

const folder = temporaryFolder();
const dataDir = path.join(folder.path, 'data');
const project = path.join(folder.path, 'project');
const config = path.join(folder.path, 'serve.env');

describe('two servers over Redis', { skip: MISSING }, () => {
  let redis: RedisService;
  let servers: readonly RunningServer[];
  let service: Service;
  before(async () => {
    makeRepository(project, { 'f0.ts': 'export const apricot = 1;\n', 'f1.ts': 'export const blueberry = 2;\n', 'f2.ts': 'export const none = 3;\n' });
    redis = await startRedis({ password: 'a password of tests' });
    service = openService({ dataDir, allowedRoots: [], workspace: [], maskSecrets: true, embedding: { provider: 'none' }, threads: 1, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
    await OPERATIONS.index.run(service, { targets: [project] }, {});
    settings();
    servers = await Promise.all([0, 1].map(() => startServer({ dataDir, cwd: folder.path, flags: ['--config', config] })));
  });
  after(async () => {
    await Promise.all((servers ?? []).map((one) => one.stop()));
    await service?.[Symbol.asyncDispose]();
    await redis?.[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  function settings(more: Readonly<Record<string, string>> = {}): void {
    const all = {
      ADMIN_TOKEN: ADMIN, JWT_SECRET: SECRET, REDIS_URL: `redis://127.0.0.1:${redis.port}/0`, REDIS_PASSWORD: '"a password of tests"', RATE_LIMIT: 'off', TRUSTED_PROXIES: '127.0.0.1', EMBEDDING_PROVIDER: 'none',
      ENABLE_REPOSITORY_MANAGEMENT: 'true', MCP_ALLOWED_ROOTS: folder.path, LOG_LEVEL: 'info', ...more,
    };
    writeFileSync(config, Object.entries(all).map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
  }
  const server = (at: number): RunningServer => servers[at % 2] as RunningServer;
  const search = async (at: number, query: string, headers: Readonly<Record<string, string>> = asAdmin.headers): Promise<{ status: number; cache: string; places: string; etag: string }> => {
    const response = await fetch(`${server(at).url}/api/search?mode=text&query=${query}`, { headers });
    const { results = [] } = (await response.json()) as { results?: readonly { path: string; startLine: number; freshness: string }[] };
    return { status: response.status, cache: response.headers.get('x-cache') ?? '', etag: response.headers.get('etag') ?? '', places: results.map(({ path: file, startLine, freshness }) => `${file}:${startLine} ${freshness}`).sort().join(', ') };
  };
  const figure = async (at: number, name: string): Promise<number> => {
    const text = await (await fetch(`${server(at).url}/metrics`, asAdmin)).text();
    return Number(text.split('\n').find((line) => line.startsWith(name))?.split(' ').at(-1) ?? 0);
  };

  /** Runs it again where a server had to go on alone meanwhile, because this machine was too busy for Redis to answer in time. */
  const undisturbed = async (run: (attempt: number) => Promise<void>): Promise<void> => {
    const alone = async (): Promise<string> => (await Promise.all(['rates', 'answers'].flatMap((part) => [0, 1].map((at) => figure(at, `code_index_shared_requests_total{part="${part}",outcome="failed"}`))))).join();
    for (let attempt = 0; ; attempt++) {
      const before = await alone();
      try {
        return await run(attempt);
      } catch (error) {
        if (before === (await alone()) || attempt === 9) throw error;
        await sleep(LIMITS.sharedPauseMillis + 100);
      }
    }
  };

  it('/ready names Redis, and every part may be left out of what counts', async () => {
    const { status, checks } = await getJson(server(0), '/ready', asAdmin);
    assert.deepEqual([status, checks.redis], ['ready', { ok: true, found: 'ok' }]);
  });

  it('an answer of one is given by the other, and never a stale one', async () => {
    const files = [['export const apricot = 1;'], ['export const blueberry = 2;'], ['export const none = 3;']];
    let indexed = files.map((lines) => [...lines]);
    const wanted = (word: string): string => indexed.flatMap((lines, file) => lines.flatMap((line, at) => (line.includes(word) ? [`f${file}.ts:${at + 1} ${lines.join() === files[file]?.join() ? 'here' : 'stale'}`] : []))).sort().join(', ');
    const checkAll = async (round: number): Promise<string> => {
      const caches: string[] = [];
      for (const word of WORDS) {
        for (const at of [round, round + 1, round]) {
          const { places, cache } = await search(at, word);
          // An edit that is not committed is told as such; what matters here is whether the file is as it was read.
          assert.equal(places.replaceAll(/fresh|edited/g, 'here'), wanted(word), `round ${round}, ${word} of server ${at % 2}`);
          caches.push(cache);
        }
      }
      return caches.join(' ');
    };
    for (let round = 0; round < 3; round++) {
      await checkAll(round);
      await sleep(SETTLED_MILLIS);
      await undisturbed(async (attempt) => {
        const hits = (): Promise<number> => figure(round + 1, 'code_index_cache_requests_total{outcome="hit",level="shared"}');
        const before = await hits();
        const kept = async (): Promise<number> => (await redis.client.keys('code-index:answer:*')).length;
        const count = await kept();
        const queries = WORDS.map((word) => `${word}${'%20'.repeat(attempt + 1)}`);
        const made = await Promise.all(queries.map((query) => search(round, query)));
        for (let turn = 0; turn < 100 && (await kept()) < count + WORDS.length; turn++) await sleep(10);
        const shared = await Promise.all(queries.map((query) => search(round + 1, query)));
        assert.deepEqual(shared.map(({ cache }) => cache), WORDS.map(() => 'hit'), `round ${round}`);
        assert.equal((await hits()) - before, WORDS.length);
        assert.deepEqual(shared.map(({ etag }) => etag), made.map(({ etag }) => etag), 'an ETag of one is one of the other');
      });
      // Edited and not indexed: what is kept anywhere says that the file was fresh.
      files[round % 3]?.push(`export const ${WORDS[(round + 1) % 3]}${round} = ${round};`);
      writeFiles(project, { [`f${round % 3}.ts`]: `${files[round % 3]?.join('\n')}\n` });
      await sleep(LIMITS.answerCheckMillis + 50);
      await checkAll(round);
      await OPERATIONS.index.run(service, { targets: [project] }, {});
      indexed = files.map((lines) => [...lines]);
    }
  });

  it('a token is refused by both as soon as it is revoked, a JSON web token too', async () => {
    const { stdout } = await run(['tokens', 'create', 'ci', '--json'], { cwd: folder.path, dataDir });
    const { token, text } = JSON.parse(stdout) as { token: { id: number }; text: string };
    const [one, two] = ['one', 'two'].map((jti) => webToken({ alg: 'HS256' }, { sub: 'alice', jti, iat: Math.floor(Date.now() / 1_000), exp: inMinutes(5) }, SECRET));
    const answers = async (bearer: string | undefined): Promise<string> => (await Promise.all([0, 1].map(async (at) => (await search(at, 'apricot', { authorization: `Bearer ${bearer}` })).status))).join();
    for (const bearer of [text, one, two]) assert.equal(await answers(bearer), '200,200');
    for (const words of [[String(token.id)], ['--jwt', 'one']]) assert.equal((await run(['tokens', 'revoke', ...words], { cwd: folder.path, dataDir })).code, 0);
    assert.deepEqual([await answers(text), await answers(one), await answers(two)], ['401,401', '401,401', '200,200']);
    const { stdout: said } = await run(['tokens', 'revoke', '--subject', 'alice'], { cwd: folder.path, dataDir });
    assert.match(said, /^Every JSON web token of alice from before .* is revoked/);
    assert.equal(await answers(two), '401,401');
  });

  it('a log level is set everywhere, and settings are read again everywhere', async () => {
    const levels = async (): Promise<string> => (await Promise.all([0, 1].map(async (at) => (await getJson(server(at), '/admin/log-level', asAdmin)).level))).join();
    const set = (body: object, status = 200): Promise<unknown> => getJson(server(0), '/admin/log-level', { ...asAdmin, method: 'POST', body: JSON.stringify(body) }, status);
    assert.deepEqual(await set({ level: 'debug' }), { level: 'debug' });
    assert.equal(await levels(), 'debug,info');
    assert.deepEqual(await set({ level: 'warn', everywhere: true }), { level: 'warn', everywhere: true });
    await until('the level', async () => (await levels()) === 'warn,warn');
    await set({ level: 'warn', everywhere: 'yes' }, 400);
    settings({ RATE_LIMIT: '12/hour' });
    server(0).process.kill('SIGHUP');
    await until('the settings', async () => [0, 1].every((at) => /hold from now on: RATE_LIMIT/.test(server(at).log())));
    const caller = (name: string): Record<string, string> => ({ authorization: `Bearer ${webToken({ alg: 'HS256' }, { sub: name, exp: inMinutes(5) }, SECRET)}`, 'x-forwarded-for': `10.0.0.${name.length}` });
    await undisturbed(async (attempt) => {
      const statuses: number[] = [];
      for (let at = 0; at < 16; at++) statuses.push((await search(at, 'apricot', caller(`carol${'a'.repeat(attempt)}`))).status);
      assert.deepEqual(statuses, [...Array<number>(12).fill(200), ...Array<number>(4).fill(429)], 'a rate counts over both');
    });
    settings();
    server(1).process.kill('SIGHUP');
    await until('the settings', async () => (await Promise.all([0, 1].map(async (at) => (await search(at, 'apricot', caller('carol'))).status))).join() === '200,200');
    assert.equal(await levels(), 'info,info');
  });

  it('sessions of older clients need no stickiness: a call is cancelled at the other server', async () => {
    await using proxy = await inTurns(() => servers);
    const root = makeRepository(path.join(folder.path, 'large'), Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`f${at}.ts`, `export const large${at} = ${at};\n`.repeat(20)])));
    const client = new Client({ name: 'older', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${proxy.url}/mcp`), { requestInit: { headers: asAdmin.headers } }));
    const outcomes = async (): Promise<number> => (await Promise.all([0, 1].map((at) => figure(at, 'code_index_operations_total{operation="repos add",surface="mcp",outcome="timeout"}')))).reduce((sum, one) => sum + one, 0);
    for (let round = 0; round < 3; round++) {
      const before = await outcomes();
      assert.equal((await client.listTools()).tools.length, 11);
      const abort = new AbortController();
      const progress: string[] = [];
      const call = client.callTool({ name: 'add_reference_repository', arguments: { path: root, name: `large-${round}` } }, { signal: abort.signal, onprogress: ({ message }) => { progress.push(message ?? ''); } });
      call.catch(() => {});
      await until('the call', async () => proxy.calls('tools/call') === round + 1);
      abort.abort();
      await assert.rejects(call);
      await until('its end at the server that has it', async () => (await outcomes()) === before + 1);
      assert.notEqual(proxy.last('tools/call'), proxy.last('notifications/cancelled'), 'the cancellation went to the other server');
    }
    const said = await client.callTool({ name: 'search_code', arguments: { query: 'apricot', mode: 'text', repository: 'project' } });
    assert.notEqual(said.isError, true);
    await client.close();
  });

  it('Redis killed and started again: every question is answered, /ready tells, and it is shared again', async () => {
    const bearer = { authorization: `Bearer ${webToken({ alg: 'HS256' }, { sub: 'bob', exp: inMinutes(5) }, SECRET)}` };
    settings({ RATE_LIMIT: '100000/hour' });
    server(0).process.kill('SIGHUP');
    await sleep(200);
    let [asked, stop] = [0, false];
    const asking = Promise.all([0, 1].map(async (at) => {
      while (!stop) {
        const { status } = await search(at, `apricot%20${asked++ % 40}`, bearer);
        assert.equal(status, 200);
      }
    }));
    await sleep(300);
    await redis.stop('kill');
    await until('/ready', async () => (await fetch(`${server(0).url}/ready`, asAdmin)).status === 503);
    const { checks } = await getJson(server(0), '/ready?exclude=redis&exclude=queue', asAdmin);
    assert.match(checks.redis.found, /^Redis cannot be reached: /);
    assert.deepEqual(await getJson(server(1), '/admin/log-level', { ...asAdmin, method: 'POST', body: '{"level":"info","everywhere":true}' }), { level: 'info', everywhere: false });
    const before = asked;
    await sleep(700);
    assert.ok(asked > before + 10, `${asked - before} answers`);
    await redis.start();
    await until('/ready', async () => (await Promise.all([0, 1].map(async (at) => (await fetch(`${server(at).url}/ready`)).status))).join() === '200,200');
    await sleep(200);
    stop = true;
    await asking;
    for (const at of [0, 1]) assert.ok((await figure(at, 'code_index_shared_requests_total{part="rates",outcome="failed"}')) > 0, 'this server went on alone');
    await undisturbed(async () => {
      for (const at of [0, 1]) {
        const done = (): Promise<number> => figure(at, 'code_index_shared_requests_total{part="rates",outcome="done"}');
        const before = await done();
        assert.equal((await search(at, 'apricot', bearer)).status, 200);
        assert.equal(await done(), before + 2, 'its address and its identity');
      }
    });
    await until('news', async () => (await getJson(server(0), '/admin/log-level', { ...asAdmin, method: 'POST', body: '{"level":"error","everywhere":true}' })).everywhere);
    await until('the level', async () => (await getJson(server(1), '/admin/log-level', asAdmin)).level === 'error');
    for (const at of [0, 1]) assert.doesNotMatch(server(at).log(), /a password of tests|error: (?!Of the queue: Redis at)/);
  });

  it('a database that was made anew is another one, though it counts through the same numbers', async () => {
    const cluster = await openRedisCluster({ url: redis.url, log: () => {} });
    const root = path.join(folder.path, 'again');
    const places: string[] = [];
    for (const [at, text] of ['export const pear = 1;\n', '// nothing here\nexport const pear = 2;\n'].entries()) {
      writeFiles(root, { 'a.ts': text });
      await using one = openService({ dataDir: path.join(folder.path, `again-${at}`), allowedRoots: [], workspace: [], embedding: { provider: 'none' }, threads: 1, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
      one.answers.share(cluster.answers);
      await OPERATIONS.index.run(one, { targets: [root] }, {});
      const question = { query: 'pear', mode: 'text' };
      for (const wait of [0, SETTLED_MILLIS]) {
        await sleep(wait);
        one.answers.clear();
        const { bytes } = await answered(one, OPERATIONS.search, question, {}, 'rest');
        places.push(String((JSON.parse(bytes.toString('utf8')) as { results: { startLine: number }[] }).results[0]?.startLine));
      }
      assert.deepEqual((await (await one.store()).meta.repositories()).map(({ id, generation }) => [id, generation > 1]), [[1, true]]);
    }
    assert.deepEqual(places, ['1', '1', '2', '2']);
    await cluster[Symbol.asyncDispose]();
  });
});

interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Requests with this method of the protocol, and which server got the last of them. */
  calls(method: string): number;
  last(method: string): number | undefined;
}

/** Sends each request to the next server. */
async function inTurns(among: () => readonly RunningServer[]): Promise<Proxy> {
  const sent = new Map<string, number[]>();
  let turn = 0;
  const proxy: Server = createServer((request, response) => {
    const at = turn++ % among().length;
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const method = /"method":"([^"]+)"/.exec(body.toString('utf8'))?.[1] ?? request.method ?? '';
      const { host: _host, ...headers } = request.headers;
      const onward = ask(`${among()[at]?.url}${request.url}`, { method: request.method ?? 'GET', headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      onward.end(body);
      sent.set(method, [...(sent.get(method) ?? []), at]);
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    calls: (method) => sent.get(method)?.length ?? 0,
    last: (method) => sent.get(method)?.at(-1),
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
