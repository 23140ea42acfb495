/** Everything out of one store and into another: over SQLite and back, so that each driver sends and receives. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';
import type { RepositoryId } from '../../domain/mod.ts';
import { openStore } from '../open.ts';
import type { Store } from '../ports.ts';
import { copyStore } from '../transfer/copy.ts';
import type { Piece } from '../transfer/pieces.ts';
import { planOf } from './blocks.ts';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, type Cases, type Driver } from './harness.ts';

const TEXTS = { 'a.c': 'def first common', 'b/ü.py': 'def second common\ndef third', 'c.txt': 'plain common words' };

/** Two views, vectors of two models, a skipped file, blobs that are gone from blocks and one that no entry needs; tokens, jobs and acts. */
async function fill(store: Store): Promise<void> {
  for (const name of ['one', 'two']) {
    const repository = await addRepository(store, name);
    const [main, other] = [await addView(store, repository), await addView(store, repository, 'other')];
    const gone = await addFiles(store, repository, other, { 'gone.c': `def vanished common ${name}` });
    await addFacts(store, repository, new Map([[gone.blobs[0] as number, `def vanished common ${name}`]]));
    const { blobs } = await addFiles(store, repository, main, TEXTS);
    await addFacts(store, repository, new Map(blobs.slice(0, 2).map((id, at) => [id, Object.values(TEXTS)[at] as string])));
    const rows = [gone.blobs[0] as number, ...blobs.slice(0, 2)].map((blob, at) => ({ blob, vectors: Int8Array.from({ length: blob === blobs[1] ? 4 : 2 }, (_, i) => 10 * at + i) }));
    await store.commit({ repository, vectors: { model: 'm', dimensions: 2, rows } });
    await store.commit({ repository, vectors: { model: `of ${name}`, dimensions: 2, rows: rows.slice(1) } });
    await store.meta.removeView(other);
    await addFiles(store, repository, main, { 'd.c': 'replaced common' });
    await addFiles(store, repository, main, { 'd.c': 'replacing common' });
    await store.commit({ repository, view: { id: main, commit: 'abc', pendingSymbols: 2, indexedAt: 'then', upsert: [{ path: 'x.bin', blob: null, skipped: 'binary', size: 5_000_000_000, mtimeMs: 1.000_1, edited: true }] } });
    await store.meta.noteRepository(repository, { masked: true, fetchedAt: 'now', fetchFailure: `"quoted" ${name}` });
  }
  await store.tokens.create({ digest: new Uint8Array(32).fill(1), name: 'gone', role: 'reader', repositories: ['one'], expiresAt: null });
  await store.tokens.create({ digest: new Uint8Array(32).fill(2), name: 'ci', role: 'admin', repositories: null, expiresAt: '2030-01-01' });
  await store.tokens.revoke(1);
  await store.journal.append({ time: 'then', actor: 'a', act: 'b', target: 'c', outcome: 'done' });
  await store.journal.append({ time: 'now', actor: 'a', act: 'b', target: 'd', outcome: 'done' });
  await store.journal.putJob({
    id: 'j', repository: 'one', state: 'done', request: { kind: 'index', repository: 'one', fetch: false }, by: 'local', attempts: 0, createdAt: 'then',
    startedAt: null, finishedAt: 'now', progress: null, result: null, error: null,
  });
}

/** What it answers, with paths for numbers. */
async function answers(store: Store): Promise<unknown> {
  const all = [];
  for (const { id, ...repository } of await store.meta.repositories()) {
    const views = (await store.meta.views([id])).map((view) => view);
    const ids = views.map((view) => view.id);
    const within = await inScope(store, ids);
    const blobs = within.toArray();
    const places = await store.files.places(ids, blobs);
    const pathsOf = (found: Iterable<number>): string[] => [...found].map((blob) => places.get(blob)?.[0]?.entry.path ?? 'none');
    const infos = await store.files.blobs(blobs);
    const { databaseBytes: _, ...totals } = await store.meta.statistics(id);
    const named = async (name: string): Promise<unknown> => (await store.symbols.names({ repositories: [id], within, name, match: 'prefix', limit: 9 })).map((hit) => [hit.name, pathsOf(hit.blobs)]);
    const nearest = async (model: string): Promise<unknown> => (await store.vectors.nearest({ repositories: [id], within, model, vector: Int8Array.of(20, 21), limit: 9 })).map((hit) => [pathsOf([hit.blob]), hit.chunk, hit.distance]);
    all.push([
      repository, totals, views.map(({ id: __, repository: ___, ...view }) => view),
      await Promise.all(ids.map(async (view) => (await store.files.entries(view, { limit: 99 })).map(({ blob, ...entry }) => [entry, blob === null ? null : infos.get(blob)?.oid]))),
      pathsOf(blobs), [...(await store.files.texts(blobs)).values()], [...(await store.files.facts(blobs)).values()].map((facts) => Buffer.from(facts).toString('hex')),
      pathsOf(await store.trigrams.candidates([id], planOf('common'), within)), pathsOf(await store.trigrams.candidates([id], planOf('vanished'), within)),
      pathsOf(await store.terms.blobsWithAll([id], ['common'], within)), (await store.terms.postings([id], ['common'])).map((one) => one.documentCount),
      await named('t'), await named('s'), await named('van'), await nearest('m'), await nearest('of one'), [...(await store.vectors.models([id]))], await store.vectors.missingCount(id, 'm'),
    ]);
  }
  const token = await store.tokens.byDigest(new Uint8Array(32).fill(2));
  return [all, await store.tokens.list(), token, await store.journal.jobs({ limit: 9 }), await store.journal.audit({ limit: 9 })];
}

interface Trip extends AsyncDisposable {
  readonly first: Folder;
  readonly between: Store;
  readonly last: Folder;
}

/** A store of the driver, a new SQLite file, and another store of the driver. */
async function trip(driver: Driver): Promise<Trip> {
  const dataDir = mkdtempSync(join(tmpdir(), 'code-index-between-'));
  const [first, between, last] = [new Folder(driver), await openStore('sqlite:', { dataDir }), new Folder(driver)];
  return {
    first, between, last,
    [Symbol.asyncDispose]: async () => {
      await between[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
      await first[Symbol.asyncDispose]();
      await last[Symbol.asyncDispose]();
    },
  };
}

async function refuses(work: Promise<unknown>, ...words: string[]): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, 'conflict');
    for (const word of words) assert.ok(thrown.message.includes(word), `${thrown.message} names ${word}`);
    return true;
  });
}

export const TRANSFER: Cases = {
  'everything goes to another driver and comes back: the same rows, the same answers, and new ids beside the old': async (driver) => {
    await using places = await trip(driver);
    const { between } = places;
    const [first, last] = [await places.first.open(), await places.last.open()];
    await fill(first);
    const wanted = await answers(first);
    assert.deepEqual((await copyStore(first, between)).copied, ['one', 'two']);
    assert.deepEqual(await answers(between), wanted);
    assert.deepEqual((await copyStore(between, last)).copied, ['one', 'two']);
    assert.deepEqual(await answers(last), wanted);
    assert.deepEqual(await driver.rows(places.last.dataDir), await driver.rows(places.first.dataDir));
    for (const store of [between, last]) {
      const [repository] = await store.meta.repositories();
      const [view] = await store.meta.views([repository?.id as RepositoryId]);
      await addFiles(store, repository?.id as RepositoryId, view?.id as number, { 'new.c': 'entirely fresh', 'again.c': TEXTS['a.c'] });
      const found = await store.trigrams.candidates([repository?.id as RepositoryId], planOf('fresh'), await inScope(store, [view?.id as number]));
      assert.deepEqual([...(await store.files.texts([...found])).values()], ['entirely fresh']);
      assert.equal((await store.tokens.create({ digest: new Uint8Array(32).fill(3), name: 'next', role: 'reader', repositories: null, expiresAt: null })).id, 3);
      await store.compact();
      assert.match(await store.meta.check(), /\d/);
      assert.equal((await store.terms.postings([repository?.id as RepositoryId], ['common']))[0]?.documentCount, 2);
    }
  },

  'a copy that ends too early leaves nothing; one that is repeated goes on, and takes what changed alone': async (driver) => {
    await using places = await trip(driver);
    const { between } = places;
    const last = await places.last.open();
    const empty = await driver.rows(places.last.dataDir);
    await fill(between);
    const pieces: Piece[] = [];
    const [sent] = await between.transfer.send(async (outgoing) => {
      const repositories = await outgoing.repositories();
      for await (const piece of outgoing.contents(repositories[0]?.id as RepositoryId)) pieces.push(piece);
      return repositories;
    });
    for (let count = 0; count < pieces.length; count += 2) {
      const cut = async function* (): AsyncGenerator<Piece> {
        yield* pieces.slice(0, count);
        throw new CodeIndexError('unavailable', 'The source is gone.', 'Repeat the call.');
      };
      await assert.rejects(last.transfer.receive(sent as NonNullable<typeof sent>, cut()), /gone/);
      assert.deepEqual(await last.meta.repositories(), []);
      await (await last.lease('looking'))[Symbol.asyncDispose]();
      assert.deepEqual(await driver.rows(places.last.dataDir), empty, `after ${count} pieces`);
    }
    const stop = new AbortController();
    await assert.rejects(copyStore(between, last, { signal: stop.signal, onRepository: (name) => { if (name === 'two') stop.abort(); } }));
    assert.deepEqual((await last.meta.repositories()).map(({ name }) => name), ['one']);
    assert.deepEqual((await copyStore(between, last)).copied, ['two']);
    const [one] = await between.meta.repositories();
    await addFiles(between, one?.id as RepositoryId, (await between.meta.views([one?.id as RepositoryId]))[0]?.id as number, { 'later.c': 'came later' });
    await between.tokens.create({ digest: new Uint8Array(32).fill(9), name: 'late', role: 'reader', repositories: null, expiresAt: null });
    assert.deepEqual((await copyStore(between, last)).copied, ['one']);
    assert.deepEqual(await answers(last), await answers(between));
  },

  'a target that holds anything else, or is being written, is refused and stays as it is': async (driver) => {
    await using places = await trip(driver);
    const { between } = places;
    const last = await places.last.open();
    await fill(between);
    const other = await addRepository(last, 'other');
    await refuses(copyStore(between, last), '"other"');
    await last.meta.removeRepository(other);
    await addRepository(last, 'one');
    await refuses(copyStore(between, last), '"one"');
    await last.meta.removeRepository((await last.meta.repositories())[0]?.id as RepositoryId);
    {
      await using _lease = await last.lease('something else');
      await refuses(copyStore(between, await places.last.open()), 'something else');
    }
    await copyStore(between, last);
    const [one] = await last.meta.repositories();
    await addFiles(last, one?.id as RepositoryId, (await last.meta.views([one?.id as RepositoryId]))[0]?.id as number, { 'own.c': 'written there' });
    await refuses(copyStore(between, last), '"one"', 'after it was copied');
    assert.equal((await last.meta.repositories()).length, 2);
    await using fresh = new Folder(driver);
    const records = await fresh.open();
    await records.journal.append({ time: 'x', actor: 'y', act: 'z', target: '', outcome: 'done' });
    await refuses(copyStore(between, records), 'audit log');
  },
};
