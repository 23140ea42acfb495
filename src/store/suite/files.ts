import assert from 'node:assert/strict';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, newBlob, pathTest, type Cases } from './harness.ts';

export const FILES: Cases = {
  'entries in path order, in turns, by folder, skipped alone': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    await addFiles(store, repository, view, { 'src/a.c': 'a', 'src/b.c': 'b', 'src.c': 'c', 'é/ü.py': 'd', 'z 1%FF': 'e' });
    await store.commit({ repository, view: { id: view, upsert: [{ path: 'src/big.bin', blob: null, skipped: 'binary', size: 9, mtimeMs: 0, edited: false }] } });
    const list = async (options: { after?: string; limit?: number; under?: string; skippedOnly?: boolean }): Promise<string[]> =>
      (await store.files.entries(view, { limit: 100, ...options })).map((entry) => entry.path);
    assert.deepEqual(await list({}), ['src.c', 'src/a.c', 'src/b.c', 'src/big.bin', 'z 1%FF', 'é/ü.py']);
    assert.deepEqual(await list({ limit: 2 }), ['src.c', 'src/a.c']);
    assert.deepEqual(await list({ limit: 2, after: 'src/a.c' }), ['src/b.c', 'src/big.bin']);
    assert.deepEqual(await list({ under: 'src' }), ['src/a.c', 'src/b.c', 'src/big.bin']);
    assert.deepEqual(await list({ under: 'é/', after: 'src.c' }), ['é/ü.py']);
    assert.deepEqual(await list({ skippedOnly: true }), ['src/big.bin']);
    assert.deepEqual(await store.files.plan.skipped([view]), new Map([['binary', 1]]));
    assert.equal(await store.files.plan.count([view]), 5);
    const at = await store.files.entriesAt(view, ['src.c', 'nowhere', 'src/big.bin']);
    assert.deepEqual([...at.keys()], ['src.c', 'src/big.bin']);
    assert.deepEqual(at.get('src/big.bin'), { path: 'src/big.bin', blob: null, skipped: 'binary', size: 9, mtimeMs: 0, edited: false });
    assert.equal(at.get('src.c')?.mtimeMs, 1.25);
  },

  'blobs, texts and places; one content at several paths and views': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const [main, other] = [await addView(store, repository), await addView(store, repository, 'other')];
    const first = await addFiles(store, repository, main, { 'b.c': 'same ☃ text', 'a.c': 'same ☃ text', 'c.py': 'same ☃ text', 'empty.c': '' });
    const second = await addFiles(store, repository, other, { 'd.c': 'same ☃ text', 'new.c': 'new text' });
    const [b, a, c, empty] = first.blobs as [number, number, number, number];
    assert.equal(a, b, 'stored once');
    assert.notEqual(c, b, 'another language is another blob');
    assert.equal(second.blobs[0], b, 'known from another view');
    const places = await store.files.places([main, other], [b, c, 999]);
    assert.deepEqual(places.get(b)?.map(({ view, entry }) => [view, entry.path]), [[main, 'a.c'], [main, 'b.c'], [other, 'd.c']]);
    assert.equal(places.has(999), false);
    const many = await store.files.places([main], [b, ...Array.from({ length: 9_000 }, (_, at) => at + 1_000_000)]);
    assert.deepEqual([...many].map(([id, list]) => [id, list.map(({ entry }) => entry.path)]), [[b, ['a.c', 'b.c']]]);
    assert.deepEqual(await store.files.texts([b, empty, 999]), new Map([[b, 'same ☃ text'], [empty, '']]));
    const info = (await store.files.blobs([c])).get(c);
    assert.deepEqual([info?.language, info?.size, info?.lines, info?.state, info?.oid], ['python', 13, 1, 'text', newBlob('', 'same ☃ text').oid]);
    const known = await store.files.plan.known(repository, [{ oid: newBlob('', 'new text').oid, language: 'c' }, { oid: 'ab', language: 'c' }, { oid: 'ab', language: 'never' }]);
    assert.deepEqual([...known.values()], [second.blobs[1]]);
    const { packs, places: inPacks } = await store.files.plan.packedTexts([b, 999]);
    assert.deepEqual([packs.size, inPacks.get(b)?.length], [1, Buffer.byteLength('same ☃ text')]);
  },

  'what awaits parsing, and facts': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const { blobs } = await addFiles(store, repository, view, { 'a.c': 'def one', 'b.c': 'def two', 'c.c': 'def three' });
    const [a, b, c] = blobs as [number, number, number];
    assert.deepEqual((await store.files.plan.unparsed(repository, 2, 0)).map(({ id }) => id), [a, b]);
    assert.deepEqual((await store.files.plan.unparsed(repository, 2, b)).map(({ id }) => id), [c]);
    await addFacts(store, repository, new Map([[b, 'def two']]));
    assert.equal(await store.files.plan.unparsedCount(repository), 2);
    assert.deepEqual([...(await store.files.facts([a, b])).keys()], [b]);
    assert.equal((await store.files.blobs([b])).get(b)?.state, 'parsed');
    await addFiles(store, repository, view, { 'a.c': 'an edit' });
    assert.equal(await store.files.plan.unparsedCount(repository), 2, 'what no file holds any more is not parsed');
    const totals = await store.meta.statistics(repository);
    assert.deepEqual([totals.files, totals.blobs, totals.symbols, totals.chunks], [3, 3, 1, 1]);
    assert.deepEqual(totals.languages, { c: { files: 3, bytes: 23 } });
  },

  'scope: languages, paths, both ways, kept until something changes, whoever changes it': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const second = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const { blobs } = await addFiles(store, repository, view, { 'src/a.c': '1', 'src/b.py': '2', 'test/c.c': '3', 'd.txt': '4' });
    const [a, b, c, d] = blobs as [number, number, number, number];
    const under = (prefix: string) => pathTest(prefix, prefix, (path) => path.startsWith(prefix));
    const ending = (end: string) => pathTest(end, '', (path) => path.endsWith(end));
    const ids = async (rest: Parameters<typeof inScope>[2]): Promise<number[]> => (await inScope(second, [view], rest)).toArray();
    assert.deepEqual(await ids({}), [a, b, c, d]);
    assert.deepEqual(await ids({ languages: ['c'] }), [a, c]);
    assert.deepEqual(await ids({ languages: ['cobol'] }), []);
    assert.deepEqual(await ids({ notLanguages: ['c', 'cobol'] }), [b, d]);
    assert.deepEqual(await ids({ paths: [under('src/')] }), [a, b]);
    assert.deepEqual(await ids({ paths: [under('src/'), under('test/')] }), [a, b, c]);
    assert.deepEqual(await ids({ paths: [under('src/'), ending('.txt')] }), [a, b, d]);
    assert.deepEqual(await ids({ notPaths: [under('src/')] }), [c, d]);
    assert.deepEqual(await ids({ paths: [ending('.c')], notPaths: [under('test/')], languages: ['c', 'python'] }), [a]);
    const before = await inScope(second, [view]);
    assert.equal(await inScope(second, [view]), before, 'kept');
    const added = await addFiles(store, repository, view, { 'e.c': '5' });
    assert.deepEqual((await inScope(second, [view])).toArray(), [a, b, c, d, ...added.blobs]);
    await store.commit({ repository, view: { id: view, remove: ['src/a.c', 'never'] } });
    assert.deepEqual(await ids({ languages: ['c'] }), [c, ...added.blobs]);
    assert.deepEqual(await inScope(store, []).then((set) => set.size), 0);
  },
};
