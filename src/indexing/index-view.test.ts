import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openPool, type Pool } from '../code/mod.ts';
import { unpackSymbols, type IndexSummary, type ViewKind } from '../domain/mod.ts';
import { openLocation } from '../repo/mod.ts';
import { openStore, type Store } from '../store/mod.ts';
import { indexView, type IndexOptions, type IndexTarget } from './mod.ts';

/** A folder with files, an index of it, and what one needs to look at both. */
class World implements AsyncDisposable {
  readonly root: string = mkdtempSync(join(tmpdir(), 'code-index-tree-'));
  readonly #folders: string[] = [this.root];
  readonly #stores: Store[] = [];
  readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async store(): Promise<Store> {
    const dataDir = mkdtempSync(join(tmpdir(), 'code-index-data-'));
    this.#folders.push(dataDir);
    const store = await openStore('sqlite:', { dataDir });
    this.#stores.push(store);
    return store;
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  git(...words: string[]): string {
    return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: this.root, encoding: 'utf8' });
  }

  async target(store: Store, kind: ViewKind = 'worktree', branch: string | null = null): Promise<IndexTarget> {
    const location = await openLocation(this.root);
    const repository =
      (await store.meta.repositories())[0] ??
      (await store.meta.putRepository({ name: 'one', root: location.root, url: null, purpose: null, language: null, expiresAt: null }));
    const view =
      (await store.meta.views([repository.id])).find((one) => one.kind === kind && (kind === 'worktree' || one.branch === branch)) ??
      (await store.meta.putView({ repository: repository.id, kind, branch, root: kind === 'worktree' ? location.root : null, commit: null }));
    return { repository, view, location };
  }

  async index(store: Store, options: IndexOptions = {}, kind: ViewKind = 'worktree', branch: string | null = null): Promise<IndexSummary> {
    return indexView({ store, pool: this.pool }, await this.target(store, kind, branch), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores) await store[Symbol.asyncDispose]();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that a query could learn from the index, without ids and times. */
async function digest(store: Store): Promise<unknown> {
  const [view] = await store.meta.views();
  assert.ok(view !== undefined);
  const entries = await store.files.entries(view.id, { limit: 10_000 });
  const ids = entries.flatMap(({ blob }) => (blob === null ? [] : [blob]));
  const [texts, facts, infos] = await Promise.all([store.files.texts(ids), store.files.facts(ids), store.files.blobs(ids)]);
  const within = await store.files.scope({ views: [view.id], languages: [], notLanguages: [], paths: [], notPaths: [] });
  const repositories = [view.repository];
  const terms = await Promise.all(['alpha', 'beta', 'gamma'].map(async (term) => {
    const blobs = await store.terms.blobsWithAll(repositories, [term], within);
    return [...blobs].map((id) => texts.get(id)).sort();
  }));
  return {
    files: entries.map(({ path, blob, skipped }) => {
      const text = blob === null ? null : (texts.get(blob) ?? null);
      const packed = blob === null ? undefined : facts.get(blob);
      return [path, skipped, text, packed === undefined || text === null ? null : unpackSymbols(packed, text).map(({ name, kind }) => `${kind} ${name}`), blob === null ? null : infos.get(blob)?.language];
    }),
    terms, pending: [view.pendingFiles, view.pendingSymbols],
  };
}

const path = fc.constantFrom('a.py', 'b.py', 'src/c.py', 'src/deep/d.ts', 'README.md', 'data', 'é.py');
const text = fc.constantFrom('', 'def alpha(): pass\n', 'class Beta:\n  def gamma(self): return alpha()\n', 'const alpha = 1;\n', '# Alpha\n\nbeta gamma\n', 'x'.repeat(3_000), 'nul\0byte');
const edit = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), path, text }),
  fc.record({ kind: fc.constant('delete' as const), path }),
  fc.record({ kind: fc.constant('rename' as const), path, to: path }),
  fc.record({ kind: fc.constant('index' as const), textOnly: fc.boolean() }),
);

test('an index that grew with its files equals one made at once', async () => {
  await using pool = openPool({ threads: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
      await using world = new World(pool);
      const grown = await world.store();
      for (const step of edits) {
        try {
          if (step.kind === 'write') world.write(step.path, step.text);
          else if (step.kind === 'delete') unlinkSync(join(world.root, step.path));
          else if (step.kind === 'rename') renameSync(join(world.root, step.path), join(world.root, step.to));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
        if (step.kind === 'index') await world.index(grown, { textOnly: step.textOnly });
      }
      await world.index(grown);
      const fresh = await world.store();
      await world.index(fresh);
      assert.deepEqual(await digest(grown), await digest(fresh));
    }),
    { numRuns: 12 },
  );
});

test('a second run changes nothing, and what a stopped run left is taken up', async () => {
  await using pool = openPool({ threads: 1 });
  await using world = new World(pool);
  for (let i = 0; i < 40; i++) world.write(`src/file${i}.py`, `def alpha${i}(): pass\n`);
  const store = await world.store();
  const stopped = new AbortController();
  await assert.rejects(world.index(store, { signal: stopped.signal, onProgress: ({ kind }) => kind === 'text' && stopped.abort() }));
  assert.equal((await store.meta.statistics()).symbols, 0, 'stopped before the symbols');
  const resumed = await world.index(store);
  assert.deepEqual([resumed.files, resumed.changed], [40, 0], 'texts were there already');
  assert.equal((await store.meta.statistics()).symbols, 40);
  const before = (await store.meta.repositories())[0]?.generation;
  const again = await world.index(store);
  assert.deepEqual([again.changed, again.removed], [0, 0]);
  assert.equal((await store.meta.repositories())[0]?.generation, before, 'nothing was written');
});

test('a branch costs what differs: contents are shared between views', async () => {
  await using pool = openPool({ threads: 1 });
  await using world = new World(pool);
  world.git('init', '-q', '-b', 'main');
  for (let i = 0; i < 20; i++) world.write(`f${i}.py`, `def common${i}(): pass\n`);
  world.git('add', '.');
  world.git('commit', '-qm', 'one');
  world.git('checkout', '-qb', 'other');
  world.write('f3.py', 'def changed(): pass\n');
  world.git('commit', '-qam', 'two');
  const store = await world.store();
  await world.index(store);
  assert.equal((await store.meta.statistics()).blobs, 20);
  const main = await world.index(store, {}, 'branch', 'main');
  assert.deepEqual([main.files, main.branch], [20, 'main']);
  assert.equal((await store.meta.statistics()).blobs, 21, 'one content differs');
  world.git('checkout', '-q', 'main');
  const steps: string[] = [];
  const switched = await world.index(store, { onProgress: ({ kind }) => steps.push(kind) });
  assert.deepEqual([switched.branch, switched.changed], ['main', 1]);
  assert.ok(!steps.includes('symbols'), 'a content that another view holds is not parsed again');
  const text = (await store.files.texts([(await store.files.entriesAt((await world.target(store)).view.id, ['f3.py'])).get('f3.py')?.blob ?? 0])).values().next().value;
  assert.equal(text, 'def common3(): pass\n');
});

test('only: a watcher names the paths, and nothing else is looked at', async () => {
  await using pool = openPool({ threads: 1 });
  await using world = new World(pool);
  world.write('a.py', 'def alpha(): pass\n');
  world.write('b.py', 'def beta(): pass\n');
  const store = await world.store();
  await world.index(store);
  world.write('a.py', 'def gamma(): pass\n');
  unlinkSync(join(world.root, 'b.py'));
  world.write('new/c.py', 'def delta(): pass\n');
  const summary = await world.index(store, { only: ['a.py', 'b.py', 'new/c.py'] });
  assert.deepEqual([summary.changed, summary.removed], [2, 1]);
  const fresh = await world.store();
  await world.index(fresh);
  assert.deepEqual(await digest(store), await digest(fresh));
});
