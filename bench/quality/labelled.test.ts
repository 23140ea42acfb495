import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootstrap } from './bootstrap.ts';
import { CATEGORIES, ndcg10, ranksOf, readLabelled } from './labelled.ts';

const place = (text: string) => {
  const [path, startLine, endLine] = text.split(/[:-]/);
  return { path: path as string, startLine: Number(startLine), endLine: Number(endLine) };
};

test('ranksOf: the first result that covers a target, by file or by lines', () => {
  const results = ['src/b.c:1-9', 'src/a.c:1-9', 'src/a.c:30-40'].map(place);
  assert.deepEqual(ranksOf(results, [{ path: 'src/a.c' }, { path: 'a.c', start_line: 35, end_line: 36 }, { path: 'lib/src/b.c' }, { path: 'c.c' }]), [2, 3, 1, 0]);
});

test('ndcg10: perfect, late, half and nothing', () => {
  assert.equal(ndcg10([1]), 1);
  assert.equal(ndcg10([2, 1]), 1);
  assert.equal(ndcg10([3]), 0.5);
  assert.equal(ndcg10([1, 0]).toFixed(3), '0.613');
  assert.equal(ndcg10([0, 11]), 0);
  assert.equal(ndcg10([]), 0);
});

test('bootstrap: the mean lies inside, more data is surer, and a seed gives the same again', () => {
  const drawn = (groups: number, each: number) => Array.from({ length: groups * each }, (_, i) => ({ group: `g${i % groups}`, value: (i * 7) % 10 < 6 ? 1 : 0.5 }));
  const few = bootstrap(drawn(4, 5), 500, 1);
  const many = bootstrap(drawn(40, 20), 500, 1);
  assert.ok(few.low <= few.mean && few.mean <= few.high && few.low < few.high);
  assert.ok(many.high - many.low < few.high - few.low);
  assert.deepEqual(bootstrap(drawn(4, 5), 500, 1), few);
  assert.deepEqual(bootstrap([], 500, 1), { mean: 0, low: 0, high: 0 });
});

test('own set: enough questions of every kind in many languages, each with files that answer it', () => {
  const sets = readLabelled(join(import.meta.dirname, 'own'));
  const queries = sets.flatMap((set) => set.queries);
  assert.ok(sets.length >= 10 && queries.length >= 120);
  assert.ok(new Set(sets.map(({ language }) => language)).size >= 10);
  for (const category of CATEGORIES) assert.ok(queries.filter((query) => query.category === category).length >= 40, category);
  for (const { query, targets } of queries) assert.ok(targets.length > 0 && new Set(targets.map(({ path }) => path)).size === targets.length, query);
  for (const { revision } of sets) assert.match(revision, /^[\da-f]{40}$/);
});
