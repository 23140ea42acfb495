/** How SQLite's driver finds the nearest, and the two kernels. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { addRepository } from '../suite/harness.ts';
import { nearestSuite, numbers } from '../suite/nearest.ts';
import { openSqlite } from './store.ts';
import { makeCompiledKernel } from '../vectors/kernel.ts';
import { PlainKernel, type Kernel } from '../vectors/kernel-plain.ts';

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

nearestSuite('SQLite', async (vectorSizes, work) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'code-index-vectors-'));
  const place = { file: join(dataDir, 'code_index.db'), dataDir, readOnly: false, vectorSizes };
  const [store, reader] = [openSqlite(place), openSqlite(place)];
  try {
    await work(store, reader, await addRepository(store));
  } finally {
    await store[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
