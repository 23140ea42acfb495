import assert from 'node:assert/strict';
import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, RepositoryId, ViewId } from '../../domain/mod.ts';
import type { Store } from '../ports.ts';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, pathTest, type Cases } from './harness.ts';

/** Files whose lines are their vectors: the numbers of a line, each line one chunk. */
async function addVectors(store: Store, repository: RepositoryId, view: ViewId, model: string, files: Readonly<Record<string, string>>): Promise<readonly BlobId[]> {
  const { blobs } = await addFiles(store, repository, view, files);
  await addFacts(store, repository, new Map(Object.values(files).map((text, at) => [blobs[at] as number, text])));
  await putVectors(store, repository, model, new Map(Object.values(files).map((text, at) => [blobs[at] as number, text])));
  return blobs;
}

async function putVectors(store: Store, repository: RepositoryId, model: string, texts: ReadonlyMap<BlobId, string>): Promise<void> {
  const rows = [...texts].map(([blob, text]) => ({ blob, vectors: Int8Array.from(text.split(/\s/).map(Number)) }));
  const dimensions = ([...texts.values()][0] as string).split('\n')[0]?.split(' ').length as number;
  await store.commit({ repository, vectors: { model, dimensions, rows } });
}

function failsWith(code: string, ...words: string[]): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code);
    for (const word of words) assert.ok(thrown.message.includes(word), `"${thrown.message}" names ${word}`);
    return true;
  };
}

export const VECTORS: Cases = {
  'vectors: nearest first, ties by blob and chunk; filters inside the search; replaced as a whole': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const [a, b, c] = (await addVectors(store, repository, view, 'm', { 'a.c': '100 0\n-100 0', 'b.py': '0 5\n9 0', 'c.c': '0 0' })) as [number, number, number];
    const ask = async (rest: Parameters<typeof inScope>[2] = {}, limit = 9): Promise<unknown[]> =>
      (await store.vectors.nearest({ repositories: [repository], within: await inScope(store, [view], rest), model: 'm', vector: Int8Array.of(7, 0), limit }))
        .map((hit) => [hit.blob, hit.chunk, hit.distance]);
    for (const _ of ['as committed', 'compacted']) {
      assert.deepEqual(await ask(), [[a, 0, 0], [b, 1, 0], [b, 0, 1], [c, 0, 1], [a, 1, 2]]);
      assert.deepEqual(await ask({}, 2), [[a, 0, 0], [b, 1, 0]]);
      assert.deepEqual(await ask({}, 0), []);
      assert.deepEqual(await ask({ languages: ['c'] }, 1), [[a, 0, 0]]);
      assert.deepEqual(await ask({ languages: ['python'] }), [[b, 1, 0], [b, 0, 1]]);
      assert.deepEqual(await ask({ paths: [pathTest('c', 'c', (path) => path.startsWith('c'))] }, 1), [[c, 0, 1]]);
      assert.deepEqual(await ask({ languages: ['cobol'] }), []);
      await store.compact();
    }
    await putVectors(store, repository, 'm', new Map([[a, '0 1\n0 -1']]));
    assert.deepEqual(await ask({ languages: ['c'] }), [[a, 0, 1], [a, 1, 1], [c, 0, 1]]);
    await addVectors(store, repository, view, 'm', { 'b.py': '1 0' });
    assert.equal((await ask({ languages: ['python'] })).length, 1, 'what an edit left behind is not found');
    assert.deepEqual(await store.vectors.of([a, c, 999], 'm'), new Map([[a, Int8Array.of(0, 1, 0, -1)], [c, Int8Array.of(0, 0)]]));
    assert.deepEqual(await store.vectors.products([a, b, 999], 'm', Int8Array.of(3, 2)), new Map([
      [a, { products: Int32Array.of(2, -2), sumLength: 0 }], [b, { products: Int32Array.of(10, 27), sumLength: Math.hypot(9, 5) }],
    ]));
    await assert.rejects(store.vectors.products([a], 'm', Int8Array.of(1)), failsWith('invalid_query', '1 dimensions', 'have 2'));
  },

  'vectors: several repositories, only those asked for': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const [one, two] = [await addRepository(store, 'one'), await addRepository(store, 'two')];
    const [first, second] = [await addView(store, one), await addView(store, two)];
    const [a] = (await addVectors(store, one, first, 'm', { 'a.c': '3 0' })) as [number];
    const [b] = (await addVectors(store, two, second, 'm', { 'b.c': '2 1' })) as [number];
    const within = await inScope(store, [first, second]);
    const ask = async (repositories: number[]): Promise<number[]> =>
      (await store.vectors.nearest({ repositories, within, model: 'm', vector: Int8Array.of(0, 1), limit: 9 })).map((hit) => hit.blob);
    assert.deepEqual(await ask([one, two, two]), [b, a]);
    assert.deepEqual(await ask([one]), [a]);
    assert.deepEqual(await ask([]), []);
    assert.deepEqual(await store.vectors.models([one, two]), new Map([['m', 2]]));
    await store.meta.removeRepository(two);
    assert.deepEqual(await ask([one, two]), [a]);
  },

  'vectors: two models side by side until one is dropped; what each lacks, in turns': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const files = { 'a.c': '1 0', 'b.c': '0 1\n1 1', 'c.c': '0 2' };
    const texts = Object.values(files);
    const { blobs } = await addFiles(store, repository, view, files);
    const [a, b, c] = blobs as [number, number, number];
    const missing = async (model: string, limit = 9, after = 0): Promise<number[]> =>
      (await store.vectors.missing(repository, model, limit, after)).map(({ id }) => id);
    assert.deepEqual(await missing('old'), [], 'what is not parsed has no chunks yet');
    await addFacts(store, repository, new Map(blobs.map((blob, at) => [blob, texts[at] as string])));
    assert.deepEqual([await missing('old'), await store.vectors.missingCount(repository, 'old')], [[a, b, c], 3]);
    await putVectors(store, repository, 'old', new Map([[a, '1 0'], [b, '0 1\n1 1']]));
    assert.deepEqual([await missing('old'), await store.vectors.missingCount(repository, 'old')], [[c], 1]);
    await putVectors(store, repository, 'new', new Map([[b, '1 2 3\n4 5 6']]));
    assert.deepEqual([await missing('new'), await missing('new', 1), await missing('new', 1, a), await missing('new', 9, c)], [[a, c], [a], [c], []]);
    assert.deepEqual([await missing('old'), await store.vectors.missingCount(repository, 'old'), await store.vectors.missingCount(repository, 'new')], [[c], 1, 2]);
    assert.deepEqual(await store.vectors.models([repository]), new Map([['old', 2], ['new', 1]]));
    assert.equal((await store.meta.statistics(repository)).vectors, 5);
    const near = async (model: string, vector: Int8Array): Promise<number[]> =>
      (await store.vectors.nearest({ repositories: [repository], within: await inScope(store, [view]), model, vector, limit: 9 })).map((hit) => hit.blob);
    assert.deepEqual([await near('old', Int8Array.of(1, 0)), await near('new', Int8Array.of(4, 5, 6))], [[a, b, b], [b, b]]);
    await store.commit({ repository, dropVectorsBut: 'new' });
    assert.deepEqual([await near('old', Int8Array.of(1, 0)), await near('new', Int8Array.of(4, 5, 6))], [[], [b, b]]);
    assert.deepEqual([await missing('old'), await missing('new'), await store.vectors.missingCount(repository, 'new')], [[a, b, c], [a, c], 2]);
    assert.deepEqual([await store.vectors.models([repository]), (await store.meta.statistics(repository)).vectors], [new Map([['new', 1]]), 2]);
    await addFiles(store, repository, view, { 'a.c': 'an edit' });
    assert.deepEqual(await missing('new'), [c], 'what no file holds any more is not embedded');
  },

  'vectors: a wrong dimension, a wrong length and a blob without facts are refused': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const [a] = (await addVectors(store, repository, view, 'm', { 'a.c': '1 0' })) as [number];
    const within = await inScope(store, [view]);
    const query = { repositories: [repository], within, model: 'm', limit: 3 };
    await assert.rejects(store.vectors.nearest({ ...query, vector: new Int8Array(3) }), failsWith('invalid_query', '3', '2'));
    await assert.rejects(putVectors(store, repository, 'm', new Map([[a, '1 0 0']])), failsWith('conflict', '3', '2'));
    await assert.rejects(putVectors(store, repository, 'm', new Map([[a, '1 0\n2 0']])), failsWith('internal', '4'));
    const { blobs } = await addFiles(store, repository, view, { 'b.c': 'unparsed' });
    await assert.rejects(putVectors(store, repository, 'm', new Map([[blobs[0] as number, '1 0']])), failsWith('conflict', String(blobs[0])));
    assert.deepEqual((await store.vectors.nearest({ ...query, vector: Int8Array.of(1, 0) })).map((hit) => hit.blob), [a], 'nothing was half written');
  },
};
