import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer, Result } from '../../domain/mod.ts';
import { drawBar } from './progress-bar.ts';
import { searchLines } from './render-answer.ts';
import { COLOURS, PLAIN, tame } from './terminal.ts';

const LINE: Result = {
  repository: 'curl', branch: 'main', path: 'lib/url.c', language: 'c', startLine: 7, endLine: 7, score: 1, kind: 'line', symbol: null,
  snippet: 'static int parse(const char *url);', matches: [{ line: 7, column: 12, length: 5 }], freshness: 'fresh', why: [],
};
const CHUNK: Result = {
  ...LINE, kind: 'chunk', startLine: 10, endLine: 30, snippet: Array.from({ length: 21 }, (_, at) => `line ${at + 10}`).join('\n'), matches: [{ line: 20, column: 1, length: 4 }],
  symbol: { name: 'parse', kind: 'function', container: 'Url', signature: 'int parse(url)' }, freshness: 'edited',
};

function answerOf(results: readonly Result[], rest: Partial<Answer> = {}): Answer {
  return {
    query: 'parse', mode: 'text', total: { value: results.length, exact: true }, tookMs: 3.4, nextCursor: null, results,
    coverage: { repositories: ['curl'], filesSearched: 1_204, filesSkipped: 3, skippedBecause: { binary: 2, too_large: 1 } },
    freshness: { indexedCommit: '0123456789abcdef', headCommit: '0123456789abcdef', pendingFiles: 0, pendingSymbols: 0, indexedAt: '2026-01-01T00:00:00Z' }, notes: [], ...rest,
  };
}

function check(answer: Answer, expected: string): void {
  assert.equal(searchLines(answer, PLAIN, { quiet: false }).join('\n'), expected);
}

describe('searchLines', () => {
  it('shows lines like grep', () => {
    check(answerOf([LINE, { ...LINE, startLine: 9, endLine: 10, snippet: 'parse(a);\n}', matches: [{ line: 9, column: 1, length: 5 }] }]), [
      'lib/url.c:7: static int parse(const char *url);', '--', 'lib/url.c:9: parse(a);', 'lib/url.c-10- }', '',
      '2 results · 1,204 files searched, 3 left out (2 binary, 1 too large) · at 012345678 · 3 ms',
    ].join('\n'));
  });
  it('shows a chunk around its first match, with its symbol and its freshness', () => {
    const lines = searchLines(answerOf([CHUNK], { nextCursor: 'abc', total: { value: 40, exact: false } }), PLAIN, { quiet: false });
    assert.equal(lines[0], 'lib/url.c:10-30  function Url.parse  (edited)');
    assert.deepEqual([lines[1], lines[2], lines.length], ['  11: line 11', '  12: line 12', 24]);
    assert.deepEqual(lines.slice(-2), ['at least 40 results, 1 shown · 1,204 files searched, 3 left out (2 binary, 1 too large) · at 012345678 · 3 ms', 'next page: --cursor abc']);
  });
  it('says what was searched when nothing was found', () => {
    check(answerOf([]), 'no results · 1,204 files searched, 3 left out (2 binary, 1 too large) · at 012345678 · 3 ms');
  });
  it('says what is not searched yet', () => {
    const early = answerOf([]);
    check({ ...early, freshness: { ...early.freshness, pendingFiles: 2, pendingSymbols: 1 } },
      'no results · 1,204 files searched, 3 left out (2 binary, 1 too large) · at 012345678, 2 files pending, symbols of 1 file pending · 3 ms');
  });
  it('names the repository where there are several', () => {
    const several = answerOf([LINE]);
    assert.match(searchLines({ ...several, coverage: { ...several.coverage, repositories: ['curl', 'git'] } }, PLAIN, { quiet: true })[0] ?? '', /^curl\/lib\/url\.c:7:/);
  });
  it('writes lines without context under each other, and names the branch where there are several', () => {
    const { length } = searchLines(answerOf([LINE, { ...LINE, path: 'b.c' }]), PLAIN, { quiet: true });
    assert.equal(length, 2);
    assert.match(searchLines(answerOf([LINE, { ...LINE, branch: 'next' }]), PLAIN, { quiet: true })[1] ?? '', /^lib\/url\.c@next:7:/);
  });
  it('keeps a path in its line', () => {
    assert.match(searchLines(answerOf([{ ...LINE, path: 'a\tb\nc' }]), PLAIN, { quiet: true })[0] ?? '', /^a\\tb\\nc:7:/);
  });
  it('says that no symbol has the name, only near ones', () => {
    const near = { ...CHUNK, relation: 'definition', role: 'definition', tier: 'resolved', method: '', why: ['holds the name'] } as Result;
    assert.equal(searchLines(answerOf([near]), PLAIN, { quiet: false })[0], 'No symbol is called "parse"; the nearest names:');
    assert.match(searchLines(answerOf([{ ...near, why: ['exact name'] } as Result]), PLAIN, { quiet: false })[0] ?? '', /^lib/);
  });
  it('marks the match on a terminal', () => {
    assert.match(searchLines(answerOf([LINE]), COLOURS, { quiet: true })[0] ?? '', /static int \u001b\[1m\u001b\[31mparse\u001b\[39m\u001b\[22m\(const/);
  });
});

describe('tame', () => {
  it('lets no indexed text steer the terminal', () => {
    assert.equal(tame('a\u001b[2Jb\tc\u0007'), 'a\ufffd[2Jb\tc\ufffd');
  });
});

describe('drawBar', () => {
  it('fits the width', () => {
    assert.equal(drawBar({ kind: 'text', repository: 'curl', done: 50, total: 200, bytes: 1_500_000 }, 200), '[█████░░░░░░░░░░░░░░░]  25 % curl: text of 50 of 200 files, 1.5 MB');
    assert.equal(drawBar({ kind: 'symbols', repository: 'curl', done: 200, total: 200, bytes: 0 }, 30).length, 29);
  });
});
