import assert from 'node:assert/strict';
import { readTerm } from '../../domain/mod.ts';
import type { Store, TrigramPlan } from '../ports.ts';
import { frequencyOf, planOf, wordsOf } from './blocks.ts';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, type Cases } from './harness.ts';

/** Blob, chunk within the blob, frequency byte: what the postings of a term say, for live blobs. */
async function termHits(store: Store, repository: number, term: string, within: { has(id: number): boolean }): Promise<number[][]> {
  const hits: number[][] = [];
  for (const { blocks } of await store.terms.postings([repository], [term])) {
    for (const { block, bytes } of blocks) {
      const { count, ordinals, frequencies } = readTerm(bytes);
      for (const [i, chunk] of ordinals.subarray(0, count).entries()) {
        const at = block.chunkStart.findIndex((start, index) => start <= chunk && chunk < (block.chunkStart[index + 1] ?? 0));
        const blob = block.blobs[at] as number;
        if (within.has(blob)) hits.push([blob, chunk - (block.chunkStart[at] as number), frequencies[i] as number, block.chunkTerms[chunk] as number]);
      }
    }
  }
  return hits.sort((a, b) => (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number));
}

export const POSTINGS: Cases = {
  'trigrams: and, or, all, none; in scope; each blob once': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const first = await addFiles(store, repository, view, { 'a.c': 'hello world', 'b.c': 'hello there', 'c.c': 'goodbye', 'd.c': 'hello world' });
    const second = await addFiles(store, repository, view, { 'e.c': 'hello world', 'f.c': 'world of yellow' });
    const [a, b, c] = first.blobs as [number, number, number];
    const f = second.blobs[1] as number;
    const within = await inScope(store, [view]);
    const find = async (plan: TrigramPlan): Promise<number[]> => [...(await store.trigrams.candidates([repository], plan, within))];
    assert.deepEqual(await find(planOf('hello')), [a, b]);
    assert.deepEqual(await find(planOf('world')), [a, f]);
    assert.deepEqual(await find({ kind: 'or', items: [planOf('goodbye'), planOf('yellow'), { kind: 'none' }] }), [c, f]);
    assert.deepEqual(await find({ kind: 'and', keys: [], items: [planOf('hello'), { kind: 'or', items: [planOf('there'), planOf('zzz')] }] }), [b]);
    assert.deepEqual(await find({ kind: 'all' }), [a, b, c, f]);
    assert.deepEqual(await find({ kind: 'or', items: [planOf('hello'), { kind: 'all' }] }), [a, b, c, f]);
    assert.deepEqual(await find({ kind: 'none' }), []);
    assert.deepEqual(await find({ kind: 'or', items: [] }), []);
    assert.deepEqual(await find({ kind: 'and', keys: [], items: [] }), [a, b, c, f]);
    assert.deepEqual(await find(planOf('zzz')), []);
    assert.deepEqual([...(await store.trigrams.candidates([repository], planOf('hello'), await inScope(store, [])))], []);
    assert.deepEqual([...(await store.trigrams.candidates([], planOf('hello'), within))], []);
    await addFiles(store, repository, view, { 'a.c': 'now goodbye', 'd.c': 'd', 'e.c': 'e' });
    assert.deepEqual([...(await store.trigrams.candidates([repository], planOf('hello'), await inScope(store, [view])))], [b]);
  },

  'terms: postings, frequencies, statistics, all of several words': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const texts = { 'a.c': 'open file\nclose file file', 'b.c': 'open quite quite question', 'c.c': 'öffnen x x x x x' };
    const { blobs } = await addFiles(store, repository, view, texts);
    const [a, b, c] = blobs as [number, number, number];
    await addFacts(store, repository, new Map([[a, texts['a.c']], [b, texts['b.c']]]));
    await addFacts(store, repository, new Map([[c, texts['c.c']]]));
    const within = await inScope(store, [view]);
    for (const round of ['as committed', 'compacted']) {
      assert.deepEqual(await termHits(store, repository, 'open', within), [[a, 0, 8, 2], [b, 0, 8, 4]], round);
      assert.deepEqual(await termHits(store, repository, 'file', within), [[a, 0, 8, 2], [a, 1, 16, 3]], round);
      assert.deepEqual(await termHits(store, repository, 'quite', within), [[b, 0, 2, 4]], round);
      assert.deepEqual(await termHits(store, repository, 'x', within), [[c, 0, frequencyOf(wordsOf(texts['c.c']), 'x'), 6]], round);
      assert.deepEqual((await termHits(store, repository, 'öffnen', within)).length, 1, round);
      assert.deepEqual((await store.terms.postings([repository], ['nowhere'])).map(({ term, documentCount }) => [term, documentCount]), [['nowhere', 0]], round);
      assert.deepEqual(await store.terms.statistics([repository]), { chunks: 4, terms: 15 }, round);
      assert.deepEqual([...(await store.terms.blobsWithAll([repository], ['file', 'open'], within))], [a], round);
      assert.deepEqual([...(await store.terms.blobsWithAll([repository], ['open'], within))], [a, b], round);
      assert.deepEqual([...(await store.terms.blobsWithAll([repository], [], within))], [], round);
      await store.compact();
    }
  },

  'symbol names: exact, prefix, substring, fuzzy': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const texts = { 'a.c': 'def ReadFile\ndef readfile2\ndef größe', 'b.c': 'def readFile\ndef reader', 'c.c': 'def thread' };
    const { blobs } = await addFiles(store, repository, view, texts);
    const [a, b, c] = blobs as [number, number, number];
    await addFacts(store, repository, new Map([[a, texts['a.c']]]));
    await addFacts(store, repository, new Map([[b, texts['b.c']], [c, texts['c.c']]]));
    const within = await inScope(store, [view]);
    const names = async (match: 'exact' | 'prefix' | 'substring' | 'fuzzy', name: string, limit = 10): Promise<unknown[]> =>
      (await store.symbols.names({ repositories: [repository], within, name, match, limit })).map((hit) => [hit.name, hit.distance, ...hit.blobs]);
    for (const _ of ['as committed', 'compacted']) {
      assert.deepEqual(await names('exact', 'readfile'), [['readfile', 0, a, b]]);
      assert.deepEqual(await names('exact', 'größe'), [['größe', 0, a]]);
      assert.deepEqual(await names('exact', 'read'), []);
      assert.deepEqual(await names('prefix', 'read'), [['reader', 0, b], ['readfile', 0, a, b], ['readfile2', 0, a]]);
      assert.deepEqual(await names('prefix', 'read', 1), [['reader', 0, b]]);
      assert.deepEqual(await names('substring', 'rea'), [['reader', 0, b], ['thread', 0, c], ['readfile', 0, a, b], ['readfile2', 0, a]]);
      assert.deepEqual(await names('fuzzy', 'raedfile'), [['readfile', 2, a, b]]);
      assert.deepEqual(await names('fuzzy', 'readfile'), [['readfile', 0, a, b], ['readfile2', 1, a]]);
      assert.deepEqual(await names('fuzzy', 'xyz'), []);
      await store.compact();
    }
    const onlyB = await store.files.scope({ views: [view], languages: [], notLanguages: [], paths: [{ key: 'b', prefix: 'b.c', matches: (path) => path === 'b.c' }], notPaths: [] });
    assert.deepEqual((await store.symbols.names({ repositories: [repository], within: onlyB, name: 'read', match: 'prefix', limit: 10 })).map((hit) => [hit.name, ...hit.blobs]), [['reader', b], ['readfile', b]]);
  },

  'symbol names: the nearest of very many, the same from many blocks and from one': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const all = Array.from({ length: 900 }, (_, at) => `${'x'.repeat(1 + (at % 7))}_${(at * 7919).toString(36)}`);
    for (let from = 0; from < all.length; from += 300) {
      const text = all.slice(from, from + 400).map((name) => `def ${name}`).join('\n');
      const { blobs } = await addFiles(store, repository, view, { [`${from}.c`]: text });
      await addFacts(store, repository, new Map([[blobs[0] as number, text]]));
    }
    const within = await inScope(store, [view]);
    const nearest = (matches: (name: string) => boolean): string[] =>
      [...new Set(all)].filter(matches).sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, 15);
    for (const round of ['as committed', 'compacted']) {
      const ask = async (match: 'prefix' | 'substring', name: string): Promise<string[]> =>
        (await store.symbols.names({ repositories: [repository], within, name, match, limit: 15 })).map((hit) => hit.name);
      assert.deepEqual(await ask('substring', 'x_1'), nearest((name) => name.includes('x_1')), round);
      assert.deepEqual(await ask('prefix', 'xx'), nearest((name) => name.startsWith('xx')), round);
      const shared = await store.symbols.names({ repositories: [repository], within, name: all[350] as string, match: 'exact', limit: 1 });
      assert.equal(shared[0]?.blobs.length, 2, round);
      await store.compact();
    }
  },
};
