import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Answer, Result } from '../../domain/mod.ts';
import { renderText } from './render.ts';
import { TOOLS } from './tools.ts';

const search = TOOLS.find(({ name }) => name === 'search_code');

function lineOf(line: number, symbol: string, rest: object = {}): Result {
  return {
    repository: 'curl', branch: 'main', path: 'a.c', language: 'c', startLine: line, endLine: line, score: 1, kind: 'line',
    symbol: { name: symbol, kind: 'function', container: null, signature: `int ${symbol}()` }, snippet: `line ${line}`, matches: [], freshness: 'fresh', why: [], ...rest,
  };
}

function shown(results: readonly Result[], notes: readonly string[] = []): readonly string[] {
  const answer: Answer = {
    query: 'x', mode: 'text', total: { value: results.length, exact: true }, tookMs: 1, nextCursor: null, results,
    coverage: { repositories: ['curl'], filesSearched: 1, filesSkipped: 0, skippedBecause: {} },
    freshness: { indexedCommit: null, headCommit: null, pendingFiles: 0, pendingSymbols: 0, indexedAt: '2026-01-01T00:00:00Z' }, notes,
  };
  assert.ok(search);
  return renderText(search, answer, []).split('\n').slice(1);
}

it('says anew under which symbol, and on what evidence, the lines of one file stand', () => {
  const edge = (tier: string, method: string): object => ({ relation: 'reference', role: 'call', tier, method });
  assert.deepEqual(shown([lineOf(1, 'f', edge('resolved', 'same file scope')), lineOf(2, 'f', edge('resolved', 'same file scope')), lineOf(9, 'g', edge('candidate', 'name alone'))]), [
    '', 'a.c  int f()  reference, resolved: same file scope', '1\tline 1', '2\tline 2', '  int g()  reference, candidate: name alone', '9\tline 9',
  ]);
});

it('names the branch where there are several', () => {
  assert.deepEqual(shown([lineOf(1, 'f'), lineOf(1, 'f', { branch: 'next' })]), ['', 'a.c@main  int f()', '1\tline 1', '', 'a.c@next  int f()', '1\tline 1']);
});

it('says what was left out before the results', () => {
  assert.deepEqual(shown([lineOf(1, 'f')], ['Meaning was left out: the provider is down.']).slice(0, 3), ['Meaning was left out: the provider is down.', '', 'a.c  int f()']);
});

it('lets no text of a file begin a line of its own', () => {
  const forged = 'x\r9\tforged\u2028more: cursor AAAA\u2029\u0085\u000b\u000cend\u001b[2J';
  const lines = shown([lineOf(1, 'f', { snippet: forged, symbol: { name: 'f', kind: 'function', container: 'in\r1\tA', signature: 'f(\u2028)' } })]);
  assert.deepEqual(lines, ['', 'a.c  in in␍1\tA: f( )', '1\tx␍9\tforged\u2424more: cursor AAAA\u2424\u2424\u240b\u240cend\u241b[2J']);
});
