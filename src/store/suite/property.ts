import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../ports.ts';
import { planOf, trigramsIn, wordsOf } from './blocks.ts';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, type Cases } from './harness.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 });
const text = fc.array(word, { maxLength: 6 }).map((words) => `def ${words.join(' ')}`);
const path = fc.nat(11).map((number) => `f${number}.c`);
const step = fc.record({ files: fc.dictionary(path, text, { minKeys: 1, maxKeys: 5 }), remove: fc.array(path, { maxLength: 2 }), compact: fc.boolean() });

async function checkAnswers(store: Store, repository: number, view: number, now: ReadonlyMap<string, string>, queries: readonly string[]): Promise<void> {
  const within = await inScope(store, [view]);
  const entries = await store.files.entries(view, { limit: 100 });
  assert.deepEqual(entries.map((entry) => entry.path), [...now.keys()].sort());
  const texts = new Map<BlobId, string>();
  for (const entry of entries) texts.set(entry.blob as number, now.get(entry.path) as string);
  assert.deepEqual(await store.files.texts([...texts.keys()]), texts);
  const where = (holds: (text: string) => boolean): number[] => [...texts].filter(([, value]) => holds(value)).map(([id]) => id).sort((x, y) => x - y);
  for (const query of queries) {
    const keys = trigramsIn(query);
    // The store may stop early with a few candidates too many, never with one too few.
    const found = [...(await store.trigrams.candidates([repository], planOf(query), within))];
    const all = where((value) => keys.every((key) => trigramsIn(value).includes(key)));
    assert.deepEqual(keys.length <= 6 ? found : found.filter((id) => all.includes(id)), all, `candidates of ${query}`);
    assert.deepEqual([...(await store.terms.blobsWithAll([repository], [query], within))], where((value) => wordsOf(value).includes(query)), `words ${query}`);
    const hits = await store.symbols.names({ repositories: [repository], within, name: query, match: 'exact', limit: 5 });
    assert.deepEqual(hits.flatMap((hit) => [...hit.blobs]), where((value) => new RegExp(`^def ${query}( |$)`).test(value)), `names ${query}`);
  }
}

export const PROPERTIES: Cases = {
  'any order of edits, removals and compactions answers as plain reading does': async (driver) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 24 }), fc.array(word, { minLength: 1, maxLength: 4 }), async (steps, queries) => {
        await using folder = new Folder(driver);
        const store = await folder.open();
        const repository = await addRepository(store);
        const view = await addView(store, repository);
        const now = new Map<string, string>();
        await using _lease = await store.lease('test');
        for (const { files, remove, compact } of steps) {
          const { blobs } = await addFiles(store, repository, view, files);
          Object.entries(files).forEach(([name, value]) => now.set(name, value));
          await addFacts(store, repository, new Map(Object.values(files).map((value, at) => [blobs[at] as number, value])));
          await store.commit({ repository, view: { id: view, remove, indexedAt: 'now' } });
          remove.forEach((name) => now.delete(name));
          if (compact) await store.compact();
        }
        await checkAnswers(store, repository, view, now, queries);
        await store.compact();
        await checkAnswers(store, repository, view, now, queries);
      }),
      { numRuns: driver.propertyRuns ?? 20 },
    );
  },
};
