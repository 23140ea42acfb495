/** The search end to end: files are indexed for real, then asked. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPool } from '../src/code/mod.ts';
import { indexView } from '../src/indexing/mod.ts';
import { openLocation } from '../src/repo/mod.ts';
import { findSymbols, read, search, similar, type SearchRequest, type SymbolRequest } from '../src/search/mod.ts';
import { openStore, type Store } from '../src/store/mod.ts';
import { scratch } from './whole.ts';

/** One string holds several files, each under a `//- path` line. */
const FILES = `
//- src/parse.ts
import { helper } from './util.js';

export class Parser {
  parse(text: string): string {
    return helper(text) + local();
  }
}
function local(): string { return 'x'; }
//- src/util.ts
/** Trims a text. */
export function helper(text: string): string {
  return text.trim();
}
//- src/other.ts
export function helper(n: number): number {
  return n;
}
//- src/lost.ts
helper(1);
//- py/tool.py
from py.core import compute

def run(value):
    return compute(value)
//- py/core.py
def compute(value):
    return value * 2
//- c/main.c
#include "list.h"
int main(void) { return list_add(1); }
//- c/list.h
int list_add(int value);
//- c/list.c
#include "list.h"
int list_add(int value)
{
  return value;
}
//- go/stack.go
package stack

// Stack holds values.
type Stack struct{ values []int }

// Push puts a stack value on top, for pop.
func (s *Stack) Push(value int) { s.values = append(s.values, value); s.grow() }

func (s *Stack) grow() {}
//- go/use.go
package stack

func fill(stack *Stack) {
	stack.Push(1)
	other := make(chan *Stack)
	other.Push(2)
}
//- tests/parse.test.ts
new Parser().parse('x'); // Parser
//- notes/CAFE.md
Das Café heißt Straße, C++ and f() and what's ...args
second line
`;

const data = scratch('search');
let store: Store;

before(async () => {
  const root = join(data.path, 'repository');
  for (const part of FILES.split(/^\/\/- /m).slice(1)) {
    const newline = part.indexOf('\n');
    const file = join(root, part.slice(0, newline).trim());
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, part.slice(newline + 1));
  }
  store = await openStore('sqlite:', { dataDir: join(data.path, 'data') });
  await using pool = openPool({ threads: 1 });
  const location = await openLocation(root);
  const repository = await store.meta.putRepository({ name: 'sample', root: location.root, url: null, purpose: null, language: null, expiresAt: null });
  const view = await store.meta.putView({ repository: repository.id, kind: 'worktree', branch: null, root: location.root, commit: null });
  await indexView({ store, pool }, { repository, view, location });
});
after(async () => {
  await store[Symbol.asyncDispose]();
  data[Symbol.dispose]();
});

async function check(request: SearchRequest, expected: readonly string[]): Promise<void> {
  const answer = await search(store, { mode: 'text', all: true, ...request });
  assert.deepEqual(answer.results.map(({ path, startLine, matches }) => `${path}:${startLine}:${matches.map(({ column }) => column).join(',')}`), expected, request.query);
  assert.equal(answer.total.value, expected.length);
}

test('text: words, phrases, operators, filters and any punctuation', async () => {
  await check({ query: 'compute' }, ['py/core.py:1:5', 'py/tool.py:1:21', 'py/tool.py:4:12']);
  await check({ query: '"return compute"' }, ['py/tool.py:4:5']);
  await check({ query: 'compute run' }, ['py/tool.py:1:21', 'py/tool.py:3:5', 'py/tool.py:4:12']);
  await check({ query: 'compute -run' }, ['py/core.py:1:5']);
  await check({ query: 'compute path:py/core.py' }, ['py/core.py:1:5']);
  await check({ query: 'compute path:core.*' }, ['py/core.py:1:5']);
  await check({ query: 'compute lang:c' }, []);
  await check({ query: 'list_add OR trim( path:src' }, ['src/util.ts:3:15']);
  await check({ query: 'PARSER case:yes' }, []);
  for (const query of ['C++', 'f()', "what's", '...args', 'STRASSE'.toLowerCase().replace('ss', 'ß'), 'CAFÉ']) {
    const column = FILES.split('\n').find((line) => line.startsWith('Das'))?.toLowerCase().indexOf(query.toLowerCase()) as number;
    await check({ query, paths: ['notes'] }, [`notes/CAFE.md:1:${column + 1}`]);
  }
});

test('a chunk of several small definitions is shown under the one that matches; a map leads with code', async () => {
  const { results } = await search(store, { query: 'trims text helper', mode: 'hybrid' });
  assert.equal(results.find(({ path }) => path === 'src/util.ts')?.symbol?.name, 'helper');
  const { results: members } = await search(store, { query: 'stack value push pop', mode: 'hybrid', paths: ['go/**'] });
  assert.deepEqual([members[0]?.symbol?.kind, members[0]?.symbol?.name], ['method', 'Push']);
  const { map } = await read(store, { view: 'map', maxTokens: 200 });
  assert.ok(map.length > 0 && map.every(({ path }) => !path.endsWith('.md')), map.map(({ path }) => path).join());
});

test('Go: methods are bound by the type of a receiver or parameter, never past a new declaration', async () => {
  const { results } = await findSymbols(store, { name: 'Push', include: ['callers', 'callees'] });
  const shown = results.map(({ relation, path, startLine, symbol, tier, method }) => `${relation} ${path}:${startLine} ${symbol?.name} ${tier}: ${method}`);
  assert.ok(shown.includes('caller go/use.go:4 fill resolved: stack is a Stack'), shown.join('\n'));
  assert.ok(shown.includes('callee go/stack.go:9 grow resolved: s is a Stack'), shown.join('\n'));
  const { results: uses } = await findSymbols(store, { name: 'Push', include: ['references'] });
  assert.deepEqual(uses.filter(({ path }) => path === 'go/use.go').map(({ startLine, tier }) => [startLine, tier]), [[4, 'resolved'], [6, 'candidate']]);
});

test('auto: signs within one word are meant', async () => {
  for (const query of ['C++', 'f()', "what's", '...args']) {
    const { mode, results } = await search(store, { query });
    assert.deepEqual([mode, results[0]?.path], ['text', 'notes/CAFE.md'], query);
  }
});

test('regex: over lines, anchors, filters', async () => {
  await check({ query: '/^int \\w+\\(int/', mode: 'regex' }, ['c/list.c:2:1', 'c/list.h:1:1']);
  await check({ query: '^int \\w+\\(int', mode: 'regex' }, ['c/list.c:2:1', 'c/list.h:1:1']);
  await check({ query: 'path:c/*.h list_\\w+', mode: 'regex' }, ['c/list.h:1:5']);
  await check({ query: 'value\\)\\n\\{', mode: 'regex' }, ['c/list.c:2:18,1']);
  await assert.rejects(search(store, { query: 'a(', mode: 'regex' }), { code: 'invalid_query' });
});

test('pages: cursors go on, belong to their query, and cover everything once', async () => {
  for (const all of [true, false]) {
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const answer = await search(store, { query: 'e', mode: 'text', all, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      assert.ok(answer.results.length <= 3);
      seen.push(...answer.results.map(({ path, startLine }) => `${path}:${startLine}`));
      if (answer.nextCursor === null) break;
      cursor = answer.nextCursor;
      await assert.rejects(search(store, { query: 'other', mode: 'text', all, cursor }), { code: 'invalid_query' });
    }
    const whole = await search(store, { query: 'e', mode: 'text', all: true, limit: 1000 });
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual([...seen].sort(), whole.results.map(({ path, startLine }) => `${path}:${startLine}`).sort());
  }
});

test('absence says what was searched', async () => {
  const answer = await search(store, { query: 'zzqq_nowhere', mode: 'text' });
  assert.deepEqual([answer.total, answer.coverage.filesSearched, answer.coverage.repositories], [{ value: 0, exact: true }, 13, ['sample']]);
  const filtered = await search(store, { query: 'helper path:nowhere/**', mode: 'text' });
  assert.equal(filtered.coverage.filesSearched, 0);
  await assert.rejects(search(store, { query: 'x', repositories: ['sampel'] }), (error: Error & { fix: string }) => /sample/.test(error.fix));
  await assert.rejects(search(store, { query: 'x lang:klingon' }), { code: 'invalid_query' });
});

test('auto: a name gives its definition, exactness is kept, words are ranked', async () => {
  const name = await search(store, { query: 'Parser' });
  assert.deepEqual([name.mode, name.results[0]?.path, name.results[0]?.symbol?.kind], ['symbol', 'src/parse.ts', 'class']);
  assert.equal((await search(store, { query: '"return compute"' })).mode, 'text');
  const ranked = await search(store, { query: 'trim a text' });
  assert.deepEqual([ranked.mode, ranked.results[0]?.path], ['hybrid', 'src/util.ts']);
  assert.equal((await search(store, { query: 'Pars', mode: 'symbol' })).results[0]?.symbol?.name, 'Parser');
});

async function edges(request: SymbolRequest): Promise<string[]> {
  const { results } = await findSymbols(store, request);
  return results.map(({ path, startLine, relation, role, tier, method, symbol }) => `${relation} ${path}:${startLine} ${role} ${tier}: ${method}${relation === 'caller' || relation === 'callee' ? ` [${symbol?.name}]` : ''}`).sort();
}

test('callers and callees are bound by scope and import, never by the name alone', async () => {
  const helper = await edges({ name: 'helper', include: ['callers'] });
  assert.ok(helper.includes('caller src/parse.ts:5 call resolved: import of ./util.js [parse]'), helper.join('\n'));
  assert.ok(helper.some((edge) => edge.startsWith('caller src/lost.ts:1 call candidate: name alone')), helper.join('\n'));
  const compute = await edges({ name: 'compute', include: ['callers'] });
  assert.deepEqual(compute, ['caller py/tool.py:4 call resolved: import of py.core [run]']);
  const list = await edges({ name: 'list_add', include: ['callers'] });
  assert.deepEqual(list, ['caller c/main.c:2 call resolved: import of list.h [main]']);
  const callees = await edges({ name: 'Parser.parse', include: ['callees'] });
  assert.ok(callees.includes('callee src/parse.ts:8 call resolved: same file scope [local]'), callees.join('\n'));
  assert.ok(callees.some((edge) => edge.endsWith('call resolved: import of ./util.js [helper]')), callees.join('\n'));
});

test('reading: lines, symbols, outlines, maps', async () => {
  const lines = await read(store, { path: 'src/parse.ts', startLine: 4, endLine: 6 });
  assert.match(lines.text, /^ {2}parse\(text/);
  assert.equal(lines.enclosing?.name, 'parse');
  const symbol = await read(store, { symbol: 'src/util.ts#helper' });
  assert.match(symbol.text, /Trims a text[\s\S]*trim\(\)/);
  assert.deepEqual((await read(store, { path: 'src/parse.ts', view: 'outline' })).outline.map(({ name, depth }) => `${depth} ${name}`), ['0 Parser', '1 parse', '0 local']);
  assert.ok((await read(store, { view: 'map' })).map.some(({ path }) => path === 'src/parse.ts'));
  await assert.rejects(read(store, { path: 'src/pars.ts' }), { code: 'not_found' });
  await assert.rejects(read(store, { path: 'src/util.ts', startLine: 900 }), { code: 'invalid_query' });
});

test('similar code leaves out what was asked about', async () => {
  const answer = await similar(store, { path: 'src/util.ts', startLine: 2 });
  assert.ok(answer.results.length > 0 && answer.results.every(({ path }) => path !== 'src/util.ts'));
  const snippet = await similar(store, { snippet: 'def compute(value): return value * 2', languages: ['python'] });
  assert.equal(snippet.results[0]?.path, 'py/core.py');
});

test('a file that changed on disk is told as stale', async () => {
  writeFileSync(join(data.path, 'repository', 'src/lost.ts'), 'helper(2); // changed\n');
  const answer = await search(store, { query: 'helper path:src/lost.ts', mode: 'text' });
  assert.deepEqual(answer.results.map(({ freshness }) => freshness), ['stale']);
});
