import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '../../domain/mod.ts';
import { fitted } from './fit.ts';

/** An answer whose results are `length` characters each; a page of fewer has its own cursor, as the search gives it. */
function answer(count: number, length: number): Answer {
  const results = Array.from({ length: count }, () => ({ snippet: 'x'.repeat(length) }));
  return { results, nextCursor: `after ${count}` } as unknown as Answer;
}

async function check(count: number, length: number, maxTokens: number): Promise<{ text: string; asked: readonly (number | undefined)[] }> {
  const asked: (number | undefined)[] = [];
  const text = await fitted({
    run: async (limit) => {
      asked.push(limit);
      return answer(limit ?? count, length);
    },
    render: (one) => JSON.stringify(one), maxTokens, pages: (one): one is Answer => typeof one === 'object', json: true,
  });
  return { text, asked };
}

describe('fitted', () => {
  it('asks once where everything fits', async () => {
    assert.deepEqual((await check(3, 100, 1_000)).asked, [undefined]);
  });
  it('asks again for as many as fit, so that the cursor is right', async () => {
    const { text, asked } = await check(20, 100, 300);
    assert.deepEqual(asked, [undefined, 10]);
    assert.match(text, /"after 10"/);
    assert.ok(text.length <= 1_200);
  });
  it('cuts the snippet of a single result that is too long', async () => {
    const { text, asked } = await check(5, 10_000, 500);
    assert.deepEqual(asked, [undefined, 1]);
    assert.ok(text.length <= 2_000, String(text.length));
    assert.equal((JSON.parse(text) as Answer).results.length, 1);
  });
});
