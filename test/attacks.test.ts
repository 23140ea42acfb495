/** A server that others can reach, attacked as its callers could: what they may not know or change stays so. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Job } from '../src/domain/mod.ts';
import { makeRepository, run, temporaryFolder, writeFiles } from './faces.ts';
import { startServer, type RunningServer } from './server.ts';

const folder = temporaryFolder();
const roots = path.join(folder.path, 'roots');
const dataDir = path.join(folder.path, 'made', 'data');
const ADMIN = 'an-administrator-of-tests';
let server: RunningServer;
const tokens: Record<'reader' | 'maintainer' | 'shop', string> = { reader: '', maintainer: '', shop: '' };

before(async () => {
  writeFiles(path.join(roots, 'shop'), { 'src/total.ts': 'export function total(items: number[]): number {\n  return items.length;\n}\n' });
  writeFiles(path.join(roots, 'vault'), { 'sub/treasury.ts': 'export function payZanzibar(): number {\n  return 1;\n}\n', 'other/a.ts': 'export const other = 1;\n' });
  mkdirSync(path.join(folder.path, 'outside'));
  symlinkSync(path.join(folder.path, 'outside'), path.join(roots, 'way-out'));
  server = await startServer({ dataDir, cwd: folder.path, env: { HOST: '0.0.0.0', MCP_ALLOWED_ROOTS: roots, ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', RATE_LIMIT: 'off', EMBEDDING_PROVIDER: 'none' } });
  for (const name of ['shop', 'vault']) assert.equal((await ended(await add({ path: path.join(roots, name) }))).state, 'done');
  for (const [name, ...flags] of [['reader'], ['maintainer', '--role', 'maintainer'], ['shop', '--role', 'maintainer', '--repo', 'shop', '--repo', 'mine']] as const) {
    const { code, stdout, stderr } = await run(['tokens', 'create', name, '--json', ...flags], { cwd: folder.path, dataDir });
    assert.equal(code, 0, stderr);
    tokens[name] = /cidx_[\w-]+/.exec(stdout)?.[0] ?? '';
  }
});
after(async () => {
  await server?.stop();
  folder[Symbol.dispose]();
});

interface Reply {
  readonly status: number;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
  readonly json: any;
}

async function ask(address: string, token: string = ADMIN, body?: unknown): Promise<Reply> {
  const response = await fetch(`${server.url}${address}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

const add = (body: object, token: string = ADMIN): Promise<Reply> => ask('/api/repositories', token, body);

async function ended({ status, text, json }: Reply): Promise<Job> {
  assert.equal(status, 202, text);
  for (;;) {
    const { job } = (await ask(`/api/jobs/${json.job.id}`)).json as { job: Job };
    if (job.finishedAt !== null) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function tool(name: string, args: object, token: string): Promise<Reply> {
  return ask('/mcp', token, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
}

describe('where the server keeps its files', () => {
  it('is told to administrators alone', async () => {
    const [job] = (await ask('/api/jobs')).json.jobs as Job[];
    assert.ok((await ask('/api/repositories')).text.includes(roots) && JSON.stringify(job).includes(roots));
    for (const token of [tokens.reader, tokens.maintainer]) {
      for (const address of [
        '/api/status', '/api/repositories', '/api/repositories/shop', '/api/repositories/shop/skipped', '/api/repositories/shop/secrets', '/api/jobs', `/api/jobs/${job?.id}`, `/api/jobs/${job?.id}/events`, '/api/session', '/ready', '/metrics',
        '/openapi.json', '/docs', '/api/search?query=total', '/api/symbols?name=total', '/api/references?name=total', '/api/files/shop/src/total.ts', '/api/files/shop/nothing.ts', '/api/files?view=map', '/api/similar?repository=shop&path=src/total.ts&start_line=1',
      ]) {
        const { status, text } = await ask(address, token);
        assert.ok(status < 500 && !text.includes(folder.path), `${address}: ${status} ${text.slice(0, 500)}`);
      }
      for (const name of ['get_status', 'list_repositories']) for (const format of ['text', 'json']) assert.ok(!(await tool(name, { format }, token)).text.includes(folder.path), name);
    }
    for (const reply of [await add({ path: path.join(roots, 'shop'), name: 'other' }, tokens.maintainer), await add({ path: path.join(roots, 'vault', 'other'), name: 'shop' }, tokens.maintainer)]) {
      assert.equal(reply.status, 409);
      assert.ok(!reply.text.includes(folder.path), reply.text);
    }
  });
});

describe('repositories of others', () => {
  it('are not reached by folders in them, around them, or by where the server keeps its own', async () => {
    for (const [body, wanted] of [
      [{ path: path.join(roots, 'vault'), name: 'mine' }, 403], [{ path: path.join(roots, 'vault', 'sub'), name: 'mine' }, 403], [{ path: roots, name: 'mine' }, 403], [{ url: `file://${roots}/vault/sub`, name: 'mine' }, 403],
      [{ path: path.join(roots, 'vault', 'nothing'), name: 'mine' }, 404], [{ path: path.join(roots, 'shop') }, 202],
    ] as const) {
      const reply = await add(body, tokens.shop);
      assert.equal(reply.status, wanted, `${JSON.stringify(body)}: ${reply.text}`);
      if (wanted !== 202) assert.ok(!/indexed already|another name/.test(reply.text), reply.text);
    }
    assert.doesNotMatch((await ask('/api/search?query=payZanzibar&mode=text', tokens.shop)).text, /treasury/);
    const within = makeRepository(path.join(roots, 'around'), { 'a.ts': 'export const a = 1;\n' });
    await using other = await startServer({ dataDir: path.join(within, 'data'), cwd: folder.path, env: { MCP_ALLOWED_ROOTS: roots, ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', EMBEDDING_PROVIDER: 'none' } });
    const response = await fetch(`${other.url}/api/repositories`, { method: 'POST', headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' }, body: JSON.stringify({ path: path.join(within, 'data', 'logs') }) });
    assert.equal(response.status, 403, await response.text());
  });

  it('cannot be imitated by names with signs that are not seen', async () => {
    for (const name of ['va\u200bult', '\u202evault', 'vault\u0085', '\ud800', 'va\u00adult']) {
      const { status, json } = await add({ path: path.join(roots, 'vault', 'other'), name });
      assert.deepEqual([status, json.error.code], [400, 'invalid_query'], JSON.stringify(name));
    }
  });
});

it('what is said of a repository stands in every list, so it is short', async () => {
  for (const body of [{ purpose: 'x'.repeat(1_001) }, { language: 'x'.repeat(51) }]) assert.equal((await add({ path: path.join(roots, 'shop'), ...body })).json.error.code, 'invalid_query');
});

it('globs and patterns that are made to take for ever hold up nobody', async () => {
  const begun = performance.now();
  for (const given of ['mode=regex&query=(%3F%3Aa%3F)%7B50%7Da%7B50%7D', 'mode=regex&query=(.*)*x', `query=total&path=${'*%3F'.repeat(90)}q`, `query=total&path=${'*a'.repeat(15)}q`, `query=total&path=${'%7Ba,a%7D'.repeat(15)}q`, `query=total&repository=${'*a'.repeat(15)}q`]) {
    assert.ok([200, 400, 404].includes((await ask(`/api/search?${given}`, tokens.reader)).status), given);
  }
  assert.match((await tool('search_code', { query: 'total', path: Array.from({ length: 60 }, () => '*a*') }, tokens.reader)).text, /60 path filters/);
  assert.ok(performance.now() - begun < 5_000, `${performance.now() - begun} ms`);
});

it('the folder of the index and the database are for its user alone', { skip: process.platform === 'win32' }, () => {
  const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
  assert.deepEqual([dataDir, path.join(dataDir, 'code_index.db'), path.join(dataDir, 'code_index.db-wal'), path.join(dataDir, 'serve.sock')].map(modeOf), ['700', '600', '600', '600']);
  assert.equal(modeOf(path.join(dataDir, 'logs')), '700');
});
