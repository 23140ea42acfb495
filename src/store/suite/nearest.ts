/** How a driver finds the nearest: whole vectors and bits against brute force, very large repositories, edits behind a warm reader. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { BlobId, BlobSet } from '../../domain/mod.ts';
import type { Store, VectorHit } from '../ports.ts';
import { addFacts, addFiles, addView, inScope } from './harness.ts';

/** Chunks of a repository: above `whole` bits choose, above `cells` only a part is looked at. */
export interface VectorSizes {
  readonly whole: number;
  readonly cells: number;
}

/** Runs `work` with two stores over one empty database with a repository, one of them for reading. */
export type InStores = (sizes: VectorSizes, work: (store: Store, reader: Store, repository: number) => Promise<void>) => Promise<void>;

export const DIMENSIONS = 64;

/** A generator of numbers that repeats itself from test to test: 0 to below 1. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Unit length times 127, around one of `clusters` directions, with a common part as static embeddings have it. */
function clustered(count: number, clusters: number, seed: number): Int8Array {
  const next = numbers(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const centers = Array.from({ length: clusters }, () => Array.from({ length: DIMENSIONS }, () => normal() + 0.3));
  const rows = new Int8Array(count * DIMENSIONS);
  for (let row = 0; row < count; row++) {
    const around = centers[Math.floor(next() * clusters)] as number[];
    const vector = around.map((value) => value + normal() * 0.8);
    const length = Math.hypot(...vector);
    vector.forEach((value, i) => { rows[row * DIMENSIONS + i] = Math.round((value / length) * 127); });
  }
  return rows;
}

/** Files of `chunks` chunks each, named by number from `first` on, with the rows given. */
async function put(store: Store, repository: number, view: number, rows: Int8Array, chunks: number, first = 0): Promise<Map<BlobId, Int8Array>> {
  const width = chunks * DIMENSIONS;
  const count = rows.length / width;
  const files = Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${first + at}.${at % 3 === 0 ? 'py' : 'c'}`, `${first + at} ${rows[at * width]}\n${'x\n'.repeat(chunks - 1)}`.trimEnd()]));
  const { blobs } = await addFiles(store, repository, view, files);
  await addFacts(store, repository, new Map(Object.values(files).map((text, at) => [blobs[at] as number, text])));
  const vectors = new Map(blobs.map((blob, at) => [blob, rows.subarray(at * width, (at + 1) * width)]));
  await store.commit({ repository, vectors: { model: 'm', dimensions: DIMENSIONS, rows: [...vectors].map(([blob, own]) => ({ blob, vectors: own })) } });
  return vectors;
}

function bruteForce(all: ReadonlyMap<BlobId, Int8Array>, within: BlobSet, query: Int8Array, limit: number): VectorHit[] {
  const hits: VectorHit[] = [];
  for (const [blob, vectors] of all) {
    for (let chunk = 0; within.has(blob) && chunk * query.length < vectors.length; chunk++) {
      let [product, a, b] = [0, 0, 0];
      for (let i = 0; i < query.length; i++) {
        const [x, y] = [query[i] as number, vectors[chunk * query.length + i] as number];
        product += x * y;
        a += x * x;
        b += y * y;
      }
      hits.push({ blob, chunk, distance: a === 0 || b === 0 ? 1 : 1 - product / Math.sqrt(a * b) });
    }
  }
  return hits.sort((x, y) => x.distance - y.distance || x.blob - y.blob || x.chunk - y.chunk).slice(0, limit);
}

/** The share of the true nearest that is found. */
function recall(found: readonly VectorHit[], exact: readonly VectorHit[]): number {
  const keys = new Set(found.map(({ blob, chunk }) => `${blob} ${chunk}`));
  return exact.filter(({ blob, chunk }) => keys.has(`${blob} ${chunk}`)).length / exact.length;
}

type InStore = (sizes: VectorSizes, work: (store: Store, reader: Store, repository: number, view: number) => Promise<void>) => Promise<void>;

async function exactWhole(inStore: InStore, runs: number): Promise<void> {
  const step = fc.record({ first: fc.nat(12), files: fc.integer({ min: 1, max: 4 }), chunks: fc.integer({ min: 1, max: 3 }), seed: fc.nat(), compact: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), fc.integer({ min: 0, max: 9 }), async (steps, limit) => {
      await inStore({ whole: 1_000, cells: 9_000 }, async (store, reader, repository, view) => {
        await using _lease = await store.lease('test');
        const all = new Map<BlobId, Int8Array>();
        for (const { first, files, chunks, seed, compact } of steps) {
          for (const [blob, own] of await put(store, repository, view, clustered(files * chunks, 2, seed), chunks, first)) all.set(blob, own);
          if (compact) await store.compact();
          const query = clustered(1, 2, seed + 1);
          for (const languages of [[], ['c']]) {
            const within = await inScope(reader, [view], { languages });
            assert.deepEqual(await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector: query, limit }), bruteForce(all, within, query, limit));
          }
        }
      });
    }),
    { numRuns: runs },
  );
}

async function nearlyBits(inStore: InStore): Promise<void> {
  await inStore({ whole: 200, cells: 1_000_000 }, async (store, reader, repository, view) => {
    await using _lease = await store.lease('test');
    const all = new Map<BlobId, Int8Array>();
    const check = async (least: number, rest: Parameters<typeof inScope>[2] = {}): Promise<void> => {
      const within = await inScope(reader, [view], rest);
      let sum = 0;
      for (let seed = 0; seed < 10; seed++) {
        const vector = clustered(1, 40, seed * 40 + 1);
        const found = await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector, limit: 10 });
        sum += recall(found, bruteForce(all, within, vector, 10));
      }
      assert.ok(sum / 10 >= least, `recall ${sum / 10} of the nearest 10, at least ${least}`);
    };
    for (let batch = 0; batch < 3; batch++) {
      for (const [blob, own] of await put(store, repository, view, clustered(1_000, 40, 1), 5, batch * 200)) all.set(blob, own);
      await check(0.95);
    }
    for (let edit = 0; edit < 20; edit++) for (const [blob, own] of await put(store, repository, view, clustered(5, 40, edit + 50), 5, edit)) all.set(blob, own);
    await check(0.95);
    await check(0.95, { languages: ['python'] });
    await store.compact();
    await check(0.95, { notLanguages: ['python'] });
    const few = await inScope(reader, [view], { paths: [{ key: 'f7', prefix: 'f7', matches: (path) => path.startsWith('f7') }] });
    const vector = clustered(1, 40, 3);
    assert.deepEqual(await reader.vectors.nearest({ repositories: [repository], within: few, model: 'm', vector, limit: 20 }), bruteForce(all, few, vector, 20), 'a small scope is compared as a whole');
  });
}

async function nearlyLarge(inStore: InStore, chunks: number): Promise<void> {
  await inStore({ whole: 1_000, cells: chunks * 0.4 }, async (store, reader, repository, view) => {
    await using _lease = await store.lease('test');
    const all = new Map<BlobId, Int8Array>();
    const rows = clustered(chunks, 60, 9);
    const quarter = chunks / 4;
    for (let batch = 0; batch < 4; batch++) {
      for (const [blob, own] of await put(store, repository, view, rows.subarray(batch * quarter * DIMENSIONS, (batch + 1) * quarter * DIMENSIONS), 20, (batch * quarter) / 20)) all.set(blob, own);
    }
    await store.compact();
    const late = rows.slice(100 * DIMENSIONS, 120 * DIMENSIONS);
    for (const [blob, own] of await put(store, repository, view, late, 20, 5_000)) all.set(blob, own);
    const within = await inScope(reader, [view]);
    let sum = 0;
    for (let at = 0; at < 20; at++) {
      const vector = rows.slice(0, DIMENSIONS).map((value, i) => Math.round(0.7 * (rows[at * Math.floor(chunks / 21) * DIMENSIONS + i] as number) + 0.3 * value));
      const found = await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector, limit: 10 });
      sum += recall(found, bruteForce(all, within, vector, 10));
    }
    assert.ok(sum / 20 >= 0.95, `recall ${sum / 20} of the nearest 10`);
    const lately = await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector: late.subarray(0, DIMENSIONS), limit: 2 });
    assert.deepEqual(lately.map(({ distance }) => distance < 1e-9), [true, true], 'both copies are found');
  });
}

/** What every driver of vectors must do, as tests. `runs` of the property, and `chunks` of what counts as very large: less for a slow driver; with no runs that alone. */
export function nearestSuite(name: string, inStores: InStores, { runs = 12, chunks = 20_000 }: { readonly runs?: number; readonly chunks?: number } = {}): void {
  const inStore: InStore = (sizes, work) => inStores(sizes, async (store, reader, repository) => work(store, reader, repository, await addView(store, repository)));
  describe(`the nearest on ${name}`, () => {
    if (runs > 0) {
      test('whole vectors: exactly what brute force finds, through edits, removals and compaction', () => exactWhole(inStore, runs));
      test('bits: nearly always what brute force finds, in every scope, while files come and go', () => nearlyBits(inStore));
    }
    test('very large: nearly what brute force finds in clustered vectors, also what was written after they were made', () => nearlyLarge(inStore, chunks));
  });
}
