/** How SQLite's driver finds the nearest: the two kernels, bits against brute force, cells, edits behind a warm reader. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { BlobId, BlobSet } from '../../domain/mod.ts';
import type { Store, VectorHit } from '../ports.ts';
import { addFacts, addFiles, addRepository, addView, inScope } from '../suite/harness.ts';
import { openSqlite, type VectorSizes } from './store.ts';
import { makeCompiledKernel } from '../vectors/kernel.ts';
import { PlainKernel, type Kernel } from '../vectors/kernel-plain.ts';

const DIMENSIONS = 64;

/** A generator of numbers that repeats itself from test to test: 0 to below 1. */
function numbers(seed: number): () => number {
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

async function inStore(sizes: VectorSizes, work: (store: Store, reader: Store, repository: number, view: number) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'code-index-vectors-'));
  const place = { file: join(dataDir, 'code_index.db'), dataDir, readOnly: false, vectorSizes: sizes };
  const [store, reader] = [openSqlite(place), openSqlite(place)];
  try {
    const repository = await addRepository(store);
    await work(store, reader, repository, await addView(store, repository));
  } finally {
    await store[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  }
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

test('the compiled kernel and the plain one give the same numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 70 }), fc.integer(), (vectors, count, seed) => {
      const bytes = 65_536;
      const plain = new PlainKernel(bytes);
      const compiled = makeCompiledKernel(bytes) as Kernel;
      assert.ok(compiled !== null, 'this platform runs SIMD in WebAssembly');
      const next = numbers(seed);
      const start = Uint8Array.from({ length: 40_000 }, () => Math.floor(next() * 256));
      for (const kernel of [plain, compiled]) {
        const memory = new Uint8Array(kernel.buffer, 0, bytes);
        memory.set(start, 1_024);
        memory.fill(0, 50_000);
        kernel.differences(8_192, count, vectors, 1_024, 50_000, 52_000);
        kernel.differencesIn(2_048, 2_304, 8_192, count, vectors, 1_024, 55_000, 56_000);
        const found = kernel.pick(50_000, count, 7, vectors * 60, vectors * 66, 20, 60_000);
        memory.set([found], 60_200);
        kernel.products(8_192, count, vectors, 1_024, 60_400);
        new Uint32Array(kernel.buffer, 61_000, 3).set([0, 2, 1]);
        kernel.weigh(16_384, 16, 61_000, 3, 20_480, 61_100);
      }
      assert.deepEqual(new Uint8Array(compiled.buffer, 50_000, 12_000), new Uint8Array(plain.buffer, 50_000, 12_000));
    }),
    { numRuns: 60 },
  );
});

test('whole vectors: exactly what brute force finds, through edits, removals and compaction', async () => {
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
    { numRuns: 12 },
  );
});

test('bits: nearly always what brute force finds, in every scope, while files come and go', async () => {
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
});

test('cells: nearly what brute force finds in clustered vectors, also what was written after they were made', async () => {
  await inStore({ whole: 1_000, cells: 8_000 }, async (store, reader, repository, view) => {
    await using _lease = await store.lease('test');
    const all = new Map<BlobId, Int8Array>();
    const rows = clustered(20_000, 60, 9);
    for (let batch = 0; batch < 4; batch++) {
      for (const [blob, own] of await put(store, repository, view, rows.subarray(batch * 5_000 * DIMENSIONS, (batch + 1) * 5_000 * DIMENSIONS), 20, batch * 250)) all.set(blob, own);
    }
    await store.compact();
    const late = rows.slice(100 * DIMENSIONS, 120 * DIMENSIONS);
    for (const [blob, own] of await put(store, repository, view, late, 20, 5_000)) all.set(blob, own);
    const within = await inScope(reader, [view]);
    let sum = 0;
    for (let at = 0; at < 20; at++) {
      const vector = rows.slice(0, DIMENSIONS).map((value, i) => Math.round(0.7 * (rows[at * 960 * DIMENSIONS + i] as number) + 0.3 * value));
      const found = await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector, limit: 10 });
      sum += recall(found, bruteForce(all, within, vector, 10));
    }
    assert.ok(sum / 20 >= 0.95, `recall ${sum / 20} of the nearest 10`);
    const lately = await reader.vectors.nearest({ repositories: [repository], within, model: 'm', vector: late.subarray(0, DIMENSIONS), limit: 2 });
    assert.deepEqual(lately.map(({ distance }) => distance < 1e-9), [true, true], 'both copies are found');
  });
});
