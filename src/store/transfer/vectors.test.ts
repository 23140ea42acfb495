/** Centers, bits and cells of vectors go along as they are: what is near is the same before and after, also where cells choose. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Embedded } from '../../../test/services/pglite.ts';
import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../ports.ts';
import { openPostgres } from '../postgres/store.ts';
import { openSqlite } from '../sqlite/store.ts';
import { addFacts, addFiles, addRepository, addView, inScope } from '../suite/harness.ts';
import { copyStore } from './copy.ts';

const DIMENSIONS = 32;
const SIZES = { whole: 20, cells: 60 };
const FILES = 90;

/** Numbers that spread, the same in every run. */
function vectorOf(seed: number): Int8Array {
  return Int8Array.from({ length: DIMENSIONS }, (_, at) => Math.round(100 * Math.sin(seed * 12.9898 + at * 78.233 + (seed % 7) * at)));
}

async function fill(store: Store): Promise<void> {
  const repository = await addRepository(store);
  const [gone, main] = [await addView(store, repository, 'gone'), await addView(store, repository)];
  await using _lease = await store.lease('filling');
  for (let from = 0; from < FILES; from += 30) {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`f${from + at}.c`, `text ${from + at}`]));
    const { blobs } = await addFiles(store, repository, from === 30 ? gone : main, files);
    await addFacts(store, repository, new Map(blobs.map((blob, at) => [blob, `text ${from + at}`])));
    await store.commit({ repository, vectors: { model: 'm', dimensions: DIMENSIONS, rows: blobs.map((blob, at) => ({ blob, vectors: vectorOf(from + at) })) } });
  }
  await store.meta.removeView(gone);
}

async function nearest(store: Store): Promise<unknown> {
  const [repository] = await store.meta.repositories();
  const views = (await store.meta.views()).map(({ id }) => id);
  const within = await inScope(store, views);
  const places = await store.files.places(views, within.toArray());
  const pathOf = (blob: BlobId): string | undefined => places.get(blob)?.[0]?.entry.path;
  return Promise.all([3, 17, 71].map(async (seed) =>
    (await store.vectors.nearest({ repositories: [repository?.id as number], within, model: 'm', vector: vectorOf(seed + 0.01), limit: 8 })).map(({ blob, chunk, distance }) => [pathOf(blob), chunk, distance])));
}

test('bits and cells of vectors: out of SQLite, into PostgreSQL and back, with the same nearest', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'code-index-cells-'));
  const server = await Embedded.start();
  const sqlite = (name: string): Store => openSqlite({ file: join(dataDir, name), dataDir, readOnly: false, vectorSizes: SIZES });
  try {
    await using first = sqlite('first.db');
    await fill(first);
    const wanted = await nearest(first);
    const database = server.database(await server.schema());
    await using between = await openPostgres({ database, readOnly: false, vectorSizes: SIZES });
    await copyStore(first, between);
    const [space] = await database.reader.rows<[number, number]>('SELECT length(center), length(cells) FROM vector_space');
    assert.ok(space !== undefined && space[0] === DIMENSIONS * 4 && space[1] > 0, `center and cells are there: ${String(space)}`);
    assert.deepEqual(await nearest(between), wanted);
    await using last = sqlite('last.db');
    await copyStore(between, last);
    assert.deepEqual(await nearest(last), wanted);
  } finally {
    await server[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
