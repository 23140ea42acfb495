/** Answers as an agent gets them: within a size, no code twice, and so complete that the file need not be opened. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { OPERATIONS, openService, type Answer, type Service } from '../src/mod.ts';
import { callTool, toolsFor } from '../src/surface/mcp/mod.ts';
import { git, makeRepository, temporaryFolder, writeFiles } from './faces.ts';

const folder = temporaryFolder();
let service: Service;

const POOL = `/** Lends connections, and closes those that idle. */
export class ConnectionPool {
  private readonly idle: Connection[] = [];

  /** The limit holds for all hosts together. */
  constructor(private readonly limit: number) {
    if (limit < 1) throw new RangeError('limit');
  }

  /** Lends an idle connection, or opens one. */
  borrow(host: string): Connection {
    const known = this.idle.find((one) => one.host === host);
    if (known !== undefined) return known;
    return new Connection(host);
  }
}
`;

/** A function long enough to be shown in part. */
function longFunction(name: string): string {
  const steps = Array.from({ length: 30 }, (_, at) => `  const evicted${at} = evictExpired(cache, now - ${at});`);
  return `export function ${name}(cache: Cache, now: number): void {\n${steps.join('\n')}\n}\n`;
}

before(async () => {
  const project = makeRepository(path.join(folder.path, 'project'), {
    'src/pool.ts': POOL, 'vendor/pool.ts': POOL, 'old/pool.ts': POOL.replace('RangeError', 'TypeError'),
    'src/evict.ts': longFunction('evictOldEntries'), 'src/sweep.ts': longFunction('sweepCache').replaceAll('now - ', 'now * '), 'src/expire.ts': longFunction('expireCache').replaceAll('now - ', 'now / '),
  });
  git(project, 'checkout', '-q', '-b', 'next');
  writeFiles(project, { 'src/pool.ts': POOL.replace('all hosts together', 'every host alone') });
  git(project, 'commit', '-q', '-a', '-m', 'second');
  git(project, 'checkout', '-q', 'main');
  service = openService({ dataDir: path.join(folder.path, 'data'), allowedRoots: [], workspace: [], embedding: { provider: 'static' }, threads: 2, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
  assert.deepEqual((await OPERATIONS.index.run(service, { targets: [project], branch: ['next'] }, {})).failed, []);
});
after(async () => {
  await service[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(name: string, input: Record<string, unknown>): Promise<string> {
  const tool = toolsFor(false).find((one) => one.name === name);
  assert.ok(tool);
  const { content, isError } = await callTool(service, tool, input, { signal: AbortSignal.timeout(30_000), activity: () => [] });
  assert.notEqual(isError, true, content[0]?.text);
  return content[0]?.text ?? '';
}

async function askJson(name: string, input: Record<string, unknown>): Promise<Answer> {
  return JSON.parse(await ask(name, { ...input, format: 'json' })) as Answer;
}

test('the same code answers once and names its other places', async () => {
  for (const query of ['lend an idle connection for a host', 'ConnectionPool']) {
    const { results } = await askJson('search_code', { query, branch: ['main', 'next'] });
    const pools = results.filter(({ snippet }) => snippet.includes('class ConnectionPool'));
    assert.equal(pools.length, 1, query);
    const places = [pools[0], ...(pools[0]?.alsoAt ?? [])].map((one) => `${one?.path}@${one?.branch}`).sort();
    assert.deepEqual([...new Set(places)], places, `${query}: each place is named once`);
    for (const place of ['old/pool.ts@main', 'src/pool.ts@main', 'src/pool.ts@next', 'vendor/pool.ts@main']) assert.ok(places.includes(place), `${query}: ${place} of ${places.join()}`);
  }
  const similar = await askJson('find_similar', { snippet: POOL, language: 'typescript' });
  assert.equal(similar.results.filter(({ snippet }) => snippet.includes('ConnectionPool')).length, 1);
  assert.ok((similar.results[0]?.alsoAt?.length ?? 0) >= 2);
  assert.match(await ask('search_code', { query: 'lend an idle connection for a host' }), /^ {2}also at .*pool\.ts/m);
});

test('exact modes keep every place', async () => {
  const { results } = await askJson('search_code', { query: 'class ConnectionPool', mode: 'text' });
  assert.deepEqual([...new Set(results.map((one) => one.path))].sort(), ['old/pool.ts', 'src/pool.ts', 'vendor/pool.ts']);
});

test('code comes with what is around it', async () => {
  const { results } = await askJson('symbol_lookup', { name: 'borrow', path: ['src/*'] });
  assert.deepEqual(results[0]?.enclosing?.map(({ name, startLine }) => [name, startLine]), [['ConnectionPool', 2]]);
  assert.ok(results[0]?.neighbours?.some(({ name }) => name === 'constructor'));
  assert.match(await ask('symbol_lookup', { name: 'borrow', path: ['src/*'] }), /^ {2}in 2-16 export class ConnectionPool · .*before: .*constructor 6-8/m);
});

test('an answer keeps to its size, with the best whole and whole lines of the rest', async () => {
  for (const format of ['text', 'json']) {
    for (const maxTokens of [120, 300, 500, 1_000, 1_500, 4_000]) {
      for (const [name, input] of [['search_code', { query: 'evict expired entries of the cache' }], ['search_code', { query: 'evictOldEntries' }], ['find_similar', { snippet: longFunction('x') }]] as const) {
        const text = await ask(name, { ...input, format, max_tokens: maxTokens });
        if (format === 'json' && maxTokens < 300) continue; // What surrounds one result is larger.
        assert.ok(Buffer.byteLength(text) <= maxTokens * 4, `${name} ${format}: ${Buffer.byteLength(text)} bytes for ${maxTokens} tokens`);
      }
    }
  }
  const { results } = await askJson('search_code', { query: 'evict expired entries of the cache', max_tokens: 1_200 });
  assert.equal(results[0]?.whole, undefined);
  for (const { snippet, startLine, endLine } of results) assert.equal(snippet.split('\n').length, endLine - startLine + 1);
});

test('what a cut answer leaves out is on the next page', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer = await askJson('search_code', { query: 'evict expired entries of the cache', max_tokens: 700, ...(cursor === null ? {} : { cursor }) });
    seen.push(...page.results.map(({ path: file }) => file));
    cursor = page.nextCursor;
  } while (cursor !== null && seen.length < 50);
  assert.deepEqual([...new Set(seen)], seen);
  assert.deepEqual(seen, (await askJson('search_code', { query: 'evict expired entries of the cache' })).results.map(({ path: file }) => file));
});

test('a name that nothing holds has no results, and the nearest names are told', async () => {
  const { total, notes } = await askJson('search_code', { query: 'evictOldEntris' });
  assert.equal(total.value, 0);
  assert.match(notes.join(' '), /^Nothing that was searched holds "evictOldEntris"\. The nearest names: evictOldEntries\./);
  assert.equal((await askJson('search_code', { query: 'evict_old_entries' })).results[0]?.path, 'src/evict.ts');
  assert.equal((await askJson('search_code', { query: 'zzqqxx flurbl' })).total.value, 0);
});
