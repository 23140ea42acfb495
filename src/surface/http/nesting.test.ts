import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nestsTooDeep } from './nesting.ts';

test('nesting: depth counts, length and what stands in texts do not', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  assert.deepEqual([nested(3), nested(100), nested(101), nested(500_000)].map(nestsTooDeep), [false, false, true, true]);
  assert.ok(nestsTooDeep(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`));
  assert.ok(!nestsTooDeep(JSON.stringify({ snippet: `\\"${'{['.repeat(1_000)}` })));
  assert.ok(!nestsTooDeep(JSON.stringify(Array.from({ length: 1_000 }, () => ({ a: [] })))));
  assert.ok(!nestsTooDeep(`"${'\\'.repeat(501)}`));
});
