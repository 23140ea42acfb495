import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { CodeIndexError } from '../base/mod.ts';
import type { Pool } from '../code/mod.ts';
import type { IndexSummary, Progress } from '../domain/mod.ts';
import { openStaticModel, STATIC_MODEL, type EmbeddingModel, type FileToEmbed } from '../embed/mod.ts';
import { openLocation } from '../repo/mod.ts';
import { openStore, type Store } from '../store/mod.ts';
import { indexView, openThreads, type Embedding, type IndexOptions } from './mod.ts';

const scratch = mkdtempSync(join(tmpdir(), 'code-index-vectors-'));
let pool: Pool;
before(() => {
  pool = openThreads(2);
});
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

const FILES: Readonly<Record<string, string>> = {
  'a.py': '# Adds numbers.\ndef add(first, second):\n    return first + second\n', 'b.ts': '/** Opens a file. */\nexport function openFile(path: string): void {}\n',
  'c.md': '# Retries\n\nRequests are tried again.\n', 'empty.py': '',
};

interface World extends AsyncDisposable {
  readonly store: Store;
  index(embedding: Embedding | null, options?: IndexOptions): Promise<IndexSummary>;
  models(): Promise<Readonly<Record<string, number>>>;
  /** Vectors of one model by text. */
  vectors(model: string): Promise<ReadonlyMap<string, readonly number[]>>;
}

let worlds = 0;
async function worldOf(files: Readonly<Record<string, string>> = FILES): Promise<World> {
  const root = join(scratch, `tree${worlds}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const dataDir = join(scratch, `data${worlds++}`);
  mkdirSync(dataDir);
  const store = await openStore('sqlite:', { dataDir });
  const location = await openLocation(root);
  const repository = await store.meta.putRepository({ name: 'one', root: location.root, url: null, purpose: null, language: null, expiresAt: null });
  await store.meta.putView({ repository: repository.id, kind: 'worktree', branch: null, root: location.root, commit: null });
  return {
    store,
    async index(embedding, options = {}) {
      const [view] = await store.meta.views();
      assert.ok(view !== undefined);
      return indexView({ store, pool, embedding }, { repository, view, location }, options);
    },
    models: async () => Object.fromEntries(await store.vectors.models([repository.id])),
    async vectors(model) {
      const [view] = await store.meta.views();
      const within = (await store.files.scope({ views: [view?.id ?? 0], languages: [], notLanguages: [], paths: [], notPaths: [] })).toArray();
      const [texts, rows] = await Promise.all([store.files.texts([...within]), store.vectors.of([...within], model)]);
      return new Map([...rows].map(([id, vectors]): [string, number[]] => [texts.get(id) as string, [...vectors]]).sort(([a], [b]) => (a < b ? -1 : 1)));
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

const inThreads: Embedding = { model: async () => openStaticModel(), threadFile: STATIC_MODEL.href };

/** A model in this thread, as endpoints are: each vector counts the letters of a text. It may fail, and be told which id to have. */
function here(id: string, fails: () => boolean = () => false): Embedding {
  const embed = (file: FileToEmbed): Int8Array => Int8Array.from(file.facts.chunks.flatMap(({ span }) => [Math.min(127, span.end - span.start), 1]));
  const model: EmbeddingModel = {
    id, dimensions: 2,
    embedFiles: async (files) => {
      if (fails()) throw new CodeIndexError('unavailable', 'The provider is away.', 'Wait.');
      return files.map(embed);
    },
    embedQuery: async () => Int8Array.of(127, 0),
    embedCode: async () => Int8Array.of(127, 0),
    [Symbol.asyncDispose]: async () => {},
  };
  return { model: async () => model, threadFile: null };
}

test('vectors of the static model come with the facts, and are the same when they are made later', async () => {
  await using whole = await worldOf();
  const first = await whole.index(inThreads);
  const { id, dimensions } = openStaticModel();
  assert.deepEqual([first.parsed, first.pendingVectors, first.vectorsFailure], [4, 0, null]);
  assert.ok(first.embedded >= 3);
  const made = await whole.vectors(id);
  assert.equal(made.get(FILES['a.py'] as string)?.length, dimensions);
  assert.ok(Math.abs(Math.hypot(...(made.get(FILES['a.py'] as string) ?? [])) - 127) < 2, 'unit length');

  await using later = await worldOf();
  const without = await later.index(inThreads, { vectors: 'none' });
  assert.deepEqual([without.embedded, without.vectorsFailure, await later.models()], [0, null, {}]);
  const steps: Progress['kind'][] = [];
  const completed = await later.index(inThreads, { onProgress: ({ kind }) => steps.push(kind) });
  assert.deepEqual([completed.parsed, completed.changed, completed.pendingVectors], [0, 0, 0]);
  assert.ok(steps.includes('vectors'));
  assert.deepEqual(await later.vectors(id), made);

  const generation = async (): Promise<number | undefined> => (await later.store.meta.repositories())[0]?.generation;
  const stood = await generation();
  assert.equal((await later.index(inThreads)).embedded, 0);
  assert.equal(await generation(), stood, 'a second run writes nothing');
});

test('a provider that is down costs the vectors alone; the next run goes on where it ended', async () => {
  const files = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`file${at}.py`, `def name${at}():\n    return ${at}\n`]));
  await using world = await worldOf(files);
  let batches = 0;
  const down = await world.index(here('http/m@2', () => ++batches > 1));
  assert.deepEqual([down.files, down.parsed, down.vectorsFailure], [150, 150, 'The provider is away. Wait.']);
  assert.equal(down.embedded + down.pendingVectors, 150);
  assert.ok(down.embedded > 0 && down.pendingVectors > 0);
  const [view] = await world.store.meta.views();
  assert.equal(view?.pendingSymbols, 0);
  const resumed = await world.index(here('http/m@2'));
  assert.deepEqual([resumed.embedded, resumed.pendingVectors, resumed.vectorsFailure], [down.pendingVectors, 0, null]);
});

test('a model that cannot be opened is one sentence in the summary', async () => {
  await using world = await worldOf();
  const gone: Embedding = { model: async () => openStaticModel(new URL(`file://${scratch}/none.bin`)), threadFile: `file://${scratch}/none.bin` };
  const summary = await world.index(gone);
  assert.equal(summary.parsed, 4);
  assert.match(summary.vectorsFailure ?? '', /^The embedding model ".*none\.bin" cannot be read/);
  assert.ok(summary.pendingVectors >= 3);
});

test('the vectors of the old model stay until those of the new one are complete', async () => {
  await using world = await worldOf(Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`file${at}.py`, `def name${at}(): pass\n`])));
  await world.index(here('old@2'));
  assert.deepEqual(await world.models(), { 'old@2': 150 });
  let batches = 0;
  await world.index(here('new@2', () => ++batches > 1));
  const both = await world.models();
  assert.equal(both['old@2'], 150);
  assert.ok((both['new@2'] ?? 0) > 0 && (both['new@2'] ?? 0) < 150);
  await world.index(here('new@2'));
  assert.deepEqual(await world.models(), { 'new@2': 150 });
});

test('a run that is cancelled while it embeds keeps what it has', async () => {
  await using world = await worldOf(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`file${at}.py`, `def name${at}(): pass\n`])));
  const abort = new AbortController();
  const stop = ({ kind }: Progress): void => {
    if (kind === 'vectors') abort.abort(new DOMException('stopped', 'AbortError'));
  };
  await assert.rejects(world.index(here('m@2', () => abort.signal.aborted), { signal: abort.signal, onProgress: stop }), { name: 'AbortError' });
  const kept = (await world.models())['m@2'] ?? 0;
  assert.ok(kept > 0 && kept < 200);
  assert.equal((await world.index(here('m@2'))).embedded, 200 - kept);
});

test('others write while a provider works, and what they remove is not stored', async () => {
  await using world = await worldOf(FILES);
  const { model } = here('slow@2');
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow = await model();
  const waiting: EmbeddingModel = {
    ...slow,
    embedFiles: async (files) => {
      asked.resolve();
      await gate.promise;
      return slow.embedFiles(files);
    },
  };
  const running = world.index({ model: async () => waiting, threadFile: null });
  await asked.promise;
  const [view] = await world.store.meta.views();
  assert.ok(view !== undefined);
  {
    await using _lease = await world.store.lease('a change meanwhile', { waitMillis: 1_000 });
    await world.store.commit({ repository: view.repository, view: { id: view.id, remove: ['a.py'] } });
    await world.store.compact();
  }
  gate.resolve();
  const summary = await running;
  assert.deepEqual([summary.vectorsFailure, summary.pendingVectors], [null, 0]);
  assert.ok(!(await world.vectors('slow@2')).has(FILES['a.py'] as string));
});
