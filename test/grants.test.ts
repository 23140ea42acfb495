/**
 * What a caller may not see is not there: answers to a caller with grants are those of a product in which the other
 * repositories were never indexed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { asCodeIndexError } from '../src/base/mod.ts';
import type { Identity, Job } from '../src/domain/mod.ts';
import { OPERATIONS, checkInput, openService, runOperation, type AnyOperation, type Service } from '../src/service/mod.ts';
import { mountRest } from '../src/surface/rest/mod.ts';
import { openTestServer } from './http-server.ts';

const OPEN = {
  'src/orders.ts': 'import { total } from "./total.ts";\n\n/** Places an order. */\nexport function placeOrder(items: readonly number[]): number {\n  const sum = total(items);\n  return sum > 100 ? sum * 0.9 : sum;\n}\n',
  'src/total.ts': 'export function total(items: readonly number[]): number {\n  let sum = 0;\n  for (const item of items) sum += item;\n  return sum;\n}\n',
};
const SECRET = {
  'src/treasury.ts': 'import { total } from "./total.ts";\n\n/** Pays the zanzibar account. */\nexport function payZanzibar(items: readonly number[]): number {\n  const sum = total(items);\n  return sum > 100 ? sum * 0.9 : sum;\n}\n',
  'src/total.ts': OPEN['src/total.ts'],
};

let root = '';
let both: Service;
let alone: Service;
let limited: Service;

function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, folder, name)), { recursive: true });
    writeFileSync(path.join(root, folder, name), text);
  }
  return path.join(root, folder);
}

before(async () => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-grants-')));
  const [shop, vault] = [write('shop', OPEN), write('vault', SECRET)];
  const open = (name: string): Service => openService({ dataDir: path.join(root, name), allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
  both = open('both');
  alone = open('alone');
  await OPERATIONS.index.run(both, { targets: [vault, shop] }, {});
  await OPERATIONS.index.run(alone, { targets: [shop] }, {});
  limited = as(both, ['shop']);
});

after(async () => {
  await both[Symbol.asyncDispose]();
  await alone[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function as(service: Service, repositories: Identity['repositories'], role: Identity['role'] = 'reader'): Service {
  return service.as({ identity: { id: 'token:1', name: 'limited', role, repositories }, workspace: [] });
}

/** The answer, or the error as a face shows it; without times, sizes and folders, which differ between two products. */
async function told(service: Service, operation: AnyOperation, input: Readonly<Record<string, unknown>>): Promise<string> {
  let found: unknown;
  try {
    found = await runOperation(service, operation, checkInput(operation.fields, input), {}, 'rest');
  } catch (thrown) {
    found = asCodeIndexError(thrown, operation.name).toJSON();
  }
  return JSON.stringify(found, (name, value: unknown) => (['tookMs', 'indexedAt', 'createdAt', 'databaseBytes', 'dataDir', 'nextCursor'].includes(name) ? 0 : value));
}

const ASKED: readonly (readonly [AnyOperation, Readonly<Record<string, unknown>>])[] = [
  ...['total', 'payZanzibar', 'zanzibar', 'pay the account', 'repo:vault total', 'repo:v* total', '-repo:shop total', 'path:src/treasury.ts sum', 'symbol:payZanzibar', 'lang:typescript sum', '"sum * 0.9"'].flatMap((query) => [
    [OPERATIONS.search, { query }] as const, [OPERATIONS.search, { query, mode: 'text' }] as const, [OPERATIONS.search, { query, mode: 'symbol' }] as const, [OPERATIONS.search, { query, mode: 'semantic' }] as const,
  ]),
  [OPERATIONS.search, { query: 'pay.*bar', mode: 'regex' }], [OPERATIONS.search, { query: 'total', repository: 'vault' }], [OPERATIONS.search, { query: 'total', repository: ['vault', 'shop'] }], [OPERATIONS.search, { query: 'total', limit: 1 }],
  ...['payZanzibar', 'payZanziba', 'total', 'placeOrder', 'pay'].map((name) => [OPERATIONS.symbol, { name, include: ['definition', 'references', 'callers'] }] as const),
  [OPERATIONS.symbol, { name: 'total', repository: 'vault' }],
  [OPERATIONS.similar, { path: 'src/orders.ts', startLine: 4, endLine: 7 }], [OPERATIONS.similar, { path: 'src/treasury.ts', startLine: 4, endLine: 7 }], [OPERATIONS.similar, { path: 'src/treasury.ts', repository: 'vault', startLine: 4 }],
  [OPERATIONS.similar, { symbol: 'payZanzibar' }], [OPERATIONS.similar, { symbol: 'placeOrder' }], [OPERATIONS.similar, { snippet: SECRET['src/treasury.ts'] }],
  [OPERATIONS.read, { path: 'src/treasury.ts' }], [OPERATIONS.read, { path: 'src/treasury.ts', repository: 'vault' }], [OPERATIONS.read, { path: 'src/total.ts' }], [OPERATIONS.read, { path: 'vault/src/treasury.ts' }],
  [OPERATIONS.read, { path: 'src/tresury.ts' }], [OPERATIONS.read, { symbol: 'payZanzibar' }], [OPERATIONS.read, { view: 'map' }], [OPERATIONS.read, { view: 'map', repository: 'vault' }],
  [OPERATIONS.status, {}], [OPERATIONS.status, { repository: 'vault' }], [OPERATIONS.status, { skipped: true }], [OPERATIONS.list, {}],
];

test('grants: a caller with grants is answered as if nothing else were indexed', async () => {
  let compared = 0;
  for (const [operation, input] of ASKED) {
    const [found, wanted] = [await told(limited, operation, input), await told(as(alone, null), operation, input)];
    assert.equal(found, wanted, `${operation.name} ${JSON.stringify(input)}`);
    const asked = JSON.stringify(input);
    for (const word of ['vault', 'zanzibar', 'treasury']) if (!asked.toLowerCase().includes(word)) assert.ok(!found.toLowerCase().includes(word), `${operation.name} ${asked}: ${word}`);
    compared++;
  }
  assert.equal(compared, ASKED.length);
  assert.match(await told(both, OPERATIONS.search, { query: 'zanzibar', mode: 'text' }), /treasury/, 'the others see it');
});

test('grants: a forbidden repository and one that does not exist are the same', async () => {
  for (const operation of [OPERATIONS.status, OPERATIONS.search, OPERATIONS.symbol, OPERATIONS.read, OPERATIONS.similar]) {
    const input = (repository: string): Record<string, unknown> => ({
      repository,
      ...(operation === OPERATIONS.search ? { query: 'total' } : operation === OPERATIONS.symbol ? { name: 'total' } : operation === OPERATIONS.status ? {} : { path: 'src/total.ts', startLine: 1 }),
    });
    assert.equal((await told(limited, operation, input('vault'))).replaceAll('vault', 'x'), (await told(limited, operation, input('nowhere'))).replaceAll('nowhere', 'x'), operation.name);
  }
});

test('grants: a cursor of another caller shows nothing more', async () => {
  const first = (await OPERATIONS.search.run(both, { query: 'sum', mode: 'text', limit: 1 }, {})) as { readonly nextCursor: string | null };
  const cursors = [first.nextCursor, (await OPERATIONS.search.run(both, { query: 'sum', mode: 'text', limit: 1, repository: ['vault'] }, {}) as { readonly nextCursor: string | null }).nextCursor];
  for (const cursor of cursors) {
    assert.ok(typeof cursor === 'string');
    for (const input of [{ query: 'sum', mode: 'text', limit: 5, cursor }, { query: 'sum', mode: 'text', limit: 5, cursor, repository: 'vault' }]) assert.doesNotMatch(await told(limited, OPERATIONS.search, input), /treasury|anzibar/);
  }
});

test('grants: what changes something reaches no other repository either', async () => {
  const maintainer = as(both, ['shop'], 'admin');
  for (const [operation, input] of [[OPERATIONS.remove, { name: 'vault' }], [OPERATIONS.update, { name: 'vault' }], [OPERATIONS.reindex, { repository: 'vault' }]] as const) {
    assert.match(await told(maintainer, operation, input), /"not_found"/, operation.name);
  }
  assert.doesNotMatch(await told(maintainer, OPERATIONS.reindex, {}), /vault/);
  assert.doesNotMatch(await told(maintainer, OPERATIONS.add, { path: path.join(root, 'vault'), name: 'vault' }), /treasury|zanzibar/);
  assert.match(await told(both, OPERATIONS.search, { query: 'zanzibar', mode: 'text' }), /treasury/, 'it is still there');
});

test('grants: work on a forbidden repository is not there either', async () => {
  const { journal } = await both.store();
  const job: Omit<Job, 'id' | 'repository'> = {
    request: { kind: 'cleanup' }, state: 'done', by: 'local', attempts: 1, createdAt: '2026-01-01T00:00:00.000Z', startedAt: null, finishedAt: null, progress: null, result: null, error: null,
  };
  await journal.putJob({ ...job, id: '1', repository: 'vault', request: { kind: 'index', repository: 'vault', fetch: false } });
  await journal.putJob({ ...job, id: '2', repository: '' });
  await journal.putJob({ ...job, id: '3', repository: 'shop' });
  const ids = async (service: Service, input: Record<string, unknown> = {}): Promise<string> => (await OPERATIONS.listJobs.run(service, input, {})).jobs.map(({ id }) => id).join(' ');
  assert.equal(await ids(both), '3 2 1');
  assert.equal(await ids(limited), '3');
  assert.equal(await ids(limited, { limit: 1 }), '3');
  assert.equal(await ids(limited, { repository: 'vault' }), '');
  for (const operation of [OPERATIONS.showJob, OPERATIONS.cancelJob, OPERATIONS.replayJob]) {
    assert.equal((await told(as(both, ['shop'], 'admin'), operation, { id: '1' })).replaceAll('\\"1\\"', 'x'), (await told(as(both, ['shop'], 'admin'), operation, { id: '9' })).replaceAll('\\"9\\"', 'x'));
  }
});

test('grants: kept answers of one caller are never given to another', async () => {
  await using server = await openTestServer({ access: { required: true }, mounts: [mountRest({ maxQueryChars: 200, management: true, maxUploadBytes: 1_000_000 })] });
  await OPERATIONS.index.run(server.service, { targets: [path.join(root, 'vault'), path.join(root, 'shop')] }, {});
  const token = async (input: Record<string, unknown>): Promise<string> => (await OPERATIONS.createToken.run(server.service, { name: 'test', role: 'maintainer', ...input }, {})).text;
  const [all, shop, vault, none] = [await token({}), await token({ repositories: ['shop'] }), await token({ repositories: ['vault'] }), await token({ repositories: [] })];
  const addresses = [
    '/api/search?query=sum&mode=text', '/api/search?query=total', '/api/search?query=zanzibar', '/api/symbols?name=total', '/api/references?name=total', '/api/similar?repository=vault&path=src/treasury.ts&start_line=4',
    '/api/files?path=src/treasury.ts', '/api/files/vault/src/treasury.ts', '/api/files/shop/src/orders.ts', '/api/files?view=map', '/api/status', '/api/repositories', '/api/repositories/vault', '/api/repositories/vault/skipped', '/api/repositories/vault/secrets',
  ];
  for (const address of addresses) {
    const first = await server.get(address, all);
    const tag = first.headers.get('etag');
    for (const [name, caller, hidden] of [['shop', shop, /treasury|payZ|zanzibar account/], ['vault', vault, /orders\.ts|placeOrder/], ['nobody', none, /treasury|payZ|zanzibar account|orders\.ts|placeOrder/]] as const) {
      const { status, text } = await server.get(address, caller, tag === null ? {} : { headers: { 'if-none-match': tag } });
      // Their own answers may be the same.
      assert.ok(status === 200 || status === 404 || (status === 304 && name === 'vault' && address.startsWith('/api/repositories/vault/')), `${name} ${address}: ${status} ${text}`);
      // What was asked comes back in the question's own words.
      const shown = JSON.stringify(JSON.parse(text === '' ? '{}' : text), (key, value: unknown) => (key === 'query' || key === 'message' ? '' : value));
      assert.doesNotMatch(shown, hidden, `${name} ${address}`);
    }
    assert.equal((await server.get(address, all)).text.replaceAll(/"tookMs":[\d.]+/g, ''), first.text.replaceAll(/"tookMs":[\d.]+/g, ''), address);
  }
  const { status, code } = await server.get('/api/repositories/vault', shop, { method: 'DELETE' });
  assert.deepEqual([status, code], [403, 'forbidden']);
});

test('grants: readers only read', async () => {
  for (const [name, operation] of Object.entries(OPERATIONS) as [string, AnyOperation][]) {
    if (operation.effect === 'read') continue;
    await assert.rejects(runOperation(as(both, null), operation, {}, {}, 'rest'), { code: 'forbidden' }, name);
    if (operation.effect === 'admin') await assert.rejects(runOperation(as(both, null, 'maintainer'), operation, {}, {}, 'rest'), { code: 'forbidden' }, name);
  }
});
