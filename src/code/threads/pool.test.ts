import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openPool } from './pool.ts';
import type { ParseItem, ParseTask } from './messages.ts';

function taskOf(texts: readonly string[]): ParseTask {
  const items = texts.map((text, blob): ParseItem => ({ blob, language: 'python', textOnly: null, problems: [], content: { pack: blob, offset: 0, length: Buffer.byteLength(text) } }));
  return { kind: 'parse', model: null, packs: texts.map((text) => new Uint8Array(zstdCompressSync(text))), items };
}

const entry = new URL('./failing-entry.testing.ts', import.meta.url);

test('a grammar that throws, kills its thread or hangs costs one file, which is kept as text with the reason', async () => {
  await using pool = openPool({ threads: 2, entry, fileMillis: 3_000 });
  const texts = ['def one(): pass', 'x = "throws"', 'def two(): pass', 'y = "dies"', 'def three(): pass', 'z = "hangs"', 'def four(): pass'];
  const outcomes = (await pool.parse(taskOf(texts))).outcomes;
  assert.deepEqual(outcomes.map(({ textOnly }) => textOnly), [null, 'parse_crash', null, 'parse_crash', null, 'parse_crash', null]);
  assert.deepEqual(outcomes.map(({ symbols }) => symbols), [1, 0, 1, 0, 1, 0, 1]);
  assert.deepEqual(outcomes.map(({ chunks }) => chunks), [1, 1, 1, 1, 1, 1, 1]);
  for (const { textOnly, problems } of outcomes) assert.equal(problems.some(({ kind }) => kind === 'parse_crash'), textOnly === 'parse_crash');
});

test('the pool goes on after a thread was replaced, and stops when it is told to', async () => {
  const pool = openPool({ threads: 1, entry, fileMillis: 3_000 });
  await pool.parse(taskOf(['y = "dies"']));
  const after = await pool.parse(taskOf(['def still(): pass']));
  assert.equal(after.outcomes[0]?.symbols, 1);
  await assert.rejects(pool.parse(taskOf(['x = 1']), AbortSignal.abort()), /abort/i);
  await pool[Symbol.asyncDispose]();
  await assert.rejects(pool.parse(taskOf(['x = 1'])), /closed/);
});
