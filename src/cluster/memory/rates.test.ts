import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RateTaken } from '../port.ts';
import { memoryCounts } from './rates.ts';

test('memoryCounts: as many as the rate says at once, then as they come back', () => {
  let now = 0;
  const counts = memoryCounts(() => now);
  const take = (key = 'a', peek = false): string => {
    const { taken, left, waitMillis } = counts.take(key, { count: 3, millis: 3_000 }, peek) as RateTaken;
    return `${taken} ${left} ${waitMillis}`;
  };
  assert.deepEqual([take(), take(), take(), take()], ['true 2 0', 'true 1 0', 'true 0 1000', 'false 0 1000']);
  assert.equal(take('b'), 'true 2 0', 'another caller has its own');
  now = 400;
  assert.equal(take(), 'false 0 600');
  now = 1_000;
  assert.equal(take('a', true), 'true 1 0', 'looking takes nothing');
  assert.deepEqual([take(), take()], ['true 0 1000', 'false 0 1000']);
  now = 1_000_000;
  assert.equal(take(), 'true 2 0', 'what comes back is never more than the rate');
});

test('memoryCounts: callers beyond number do not fill the memory', () => {
  const counts = memoryCounts(() => 0);
  const before = process.memoryUsage().heapUsed;
  for (let caller = 0; caller < 200_000; caller++) void counts.take(`address:${caller}`, { count: 3, millis: 3_000 });
  assert.ok(process.memoryUsage().heapUsed - before < 40_000_000);
});
