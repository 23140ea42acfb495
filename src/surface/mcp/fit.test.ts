import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '../../domain/mod.ts';
import { fitted } from './fit.ts';

/** An answer whose results are `length` characters each; a page of fewer has its own cursor, as the search gives it. */
function answer(count: number, length: number): Answer {
  const results = Array.from({ length: count }, () => ({ snippet: 'x'.repeat(length), kind: 'line', matches: [], startLine: 1, endLine: 1, symbol: null }));
  return { results, nextCursor: `after ${count}` } as unknown as Answer;
}

async function check(count: number, length: number, maxTokens: number): Promise<{ text: string; asked: readonly (number | undefined)[] }> {
  const asked: (number | undefined)[] = [];
  const text = await fitted({
    run: async (limit) => {
      asked.push(limit);
      return answer(limit ?? count, length);
    },
    render: (one) => JSON.stringify(one), maxTokens, pages: (one): one is Answer => typeof one === 'object', json: true, cursors: true,
  });
  return { text, asked };
}

describe('fitted', () => {
  it('asks once where everything fits', async () => {
    assert.deepEqual((await check(3, 100, 1_000)).asked, [undefined]);
  });
  it('asks again for as many as fit, so that the cursor is right', async () => {
    const { text, asked } = await check(20, 100, 300);
    assert.deepEqual(asked, [undefined, 6]);
    assert.match(text, /"after 6"/);
    assert.ok(text.length <= 1_200);
  });
  it('cuts the snippet of a single result that is too long', async () => {
    const { text, asked } = await check(5, 10_000, 500);
    assert.deepEqual(asked, [undefined, 1]);
    assert.ok(text.length <= 2_000, String(text.length));
    assert.equal((JSON.parse(text) as Answer).results.length, 1);
  });
  it('shows the best code whole and later code shorter, in whole lines, and says what is cut', async () => {
    const lines = (name: string): string => [`function ${name}() {`, ...Array.from({ length: 38 }, (_, at) => `  step${at}(${name});`), '}'].join('\n');
    const results = ['a', 'b', 'c', 'd'].map((name, at) => ({
      path: `${name}.ts`, snippet: lines(name), kind: 'chunk', matches: [], startLine: 10, endLine: 49, score: 4 - at, symbol: { name, kind: 'function', container: null, signature: `function ${name}()` }, why: [],
    }));
    for (const maxTokens of [250, 400, 700, 1_000]) {
      const text = await fitted({
        run: async (limit) => ({ results: results.slice(0, limit ?? 4), nextCursor: limit === undefined ? null : `after ${limit}`, notes: [] }),
        render: (one) => JSON.stringify(one), maxTokens, pages: (one): one is Answer => typeof one === 'object', json: true, cursors: true,
      });
      assert.ok(text.length <= maxTokens * 4, `${text.length} characters of ${maxTokens} tokens`);
      const shown = JSON.parse(text) as Answer;
      const sizes = shown.results.map(({ snippet }) => snippet.length);
      assert.deepEqual([...sizes].sort((a, b) => b - a), sizes, `${maxTokens}: ${sizes.join()}`);
      assert.ok(maxTokens < 400 || shown.results[0]?.snippet === lines('a'), `${maxTokens}: the best is whole`);
      for (const { snippet, startLine, endLine, whole } of shown.results) {
        assert.equal(snippet.split('\n').length, endLine - startLine + 1);
        assert.ok(lines('a').length === snippet.length ? whole === undefined : whole?.startLine === 10 && whole.endLine === 49);
      }
      assert.equal(shown.nextCursor, shown.results.length === 4 ? null : `after ${shown.results.length}`);
    }
  });
});
