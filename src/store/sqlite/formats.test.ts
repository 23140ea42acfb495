/** The file itself: old and new formats, damage, a full disk, space given back. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import { openStore } from '../open.ts';
import type { Store } from '../ports.ts';
import { planOf } from '../suite/blocks.ts';
import { addFacts, addFiles, addRepository, addView, inScope } from '../suite/harness.ts';
import { Core } from './core.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './migrations.ts';

async function inFolder(work: (dataDir: string, file: string, open: () => Promise<Store>) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'code-index-formats-'));
  const opened: Store[] = [];
  try {
    await work(dataDir, join(dataDir, 'code_index.db'), async () => {
      const store = await openStore('sqlite:', { dataDir });
      opened.push(store);
      return store;
    });
  } finally {
    for (const store of opened) await store[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function refuses(work: Promise<unknown>, code: string, ...words: string[]): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code);
    for (const word of words) assert.ok(`${thrown.message} ${thrown.fix}`.includes(word), `"${thrown.message} ${thrown.fix}" names ${word}`);
    return true;
  });
}

/** Every format that was ever released, as its own program wrote it: one repository, one view, one file. Append only. */
const OLD_DATABASES: readonly string[] = [
  `
  CREATE TABLE repository (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, root TEXT NOT NULL, url TEXT, purpose TEXT, language TEXT, generation INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL, expires TEXT);
  CREATE TABLE view (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, kind INTEGER NOT NULL, branch TEXT, root TEXT, commit_id TEXT, indexed TEXT, pending_files INTEGER NOT NULL DEFAULT 0, pending_symbols INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1);
  CREATE INDEX view_repository ON view(repository);
  CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE blob (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, oid BLOB NOT NULL, language INTEGER NOT NULL, size INTEGER NOT NULL, lines INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, orphan INTEGER NOT NULL DEFAULT 0, pack INTEGER NOT NULL, pack_offset INTEGER NOT NULL, pack_length INTEGER NOT NULL, text_only INTEGER, chunks INTEGER NOT NULL DEFAULT 0, symbols INTEGER NOT NULL DEFAULT 0, occurrences INTEGER NOT NULL DEFAULT 0, problems TEXT);
  CREATE UNIQUE INDEX blob_content ON blob(repository, oid, language);
  CREATE INDEX blob_unparsed ON blob(repository, id) WHERE state = 0;
  CREATE INDEX blob_orphan ON blob(repository, id) WHERE orphan = 1;
  CREATE TABLE entry (view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE, path TEXT NOT NULL, blob INTEGER, language INTEGER, skipped INTEGER, size INTEGER NOT NULL, mtime REAL NOT NULL, edited INTEGER NOT NULL, PRIMARY KEY (view, path)) WITHOUT ROWID;
  CREATE INDEX entry_blob ON entry(view, blob, language) WHERE blob IS NOT NULL;
  CREATE INDEX entry_skipped ON entry(view, skipped) WHERE skipped IS NOT NULL;
  CREATE INDEX blob_pack ON blob(pack);
  CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE facts (blob INTEGER PRIMARY KEY REFERENCES blob ON DELETE CASCADE, data BLOB NOT NULL);
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, kind INTEGER NOT NULL, ready INTEGER NOT NULL, documents INTEGER NOT NULL, pages INTEGER NOT NULL, bytes INTEGER NOT NULL, terms INTEGER NOT NULL, blobs BLOB NOT NULL, directory BLOB NOT NULL, chunks BLOB, chunk_terms BLOB);
  CREATE INDEX block_repository ON block(repository, kind, ready);
  CREATE TABLE page (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector (blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE, model TEXT NOT NULL, chunk INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (blob, model, chunk)) WITHOUT ROWID;
  INSERT INTO repository (id, name, root, created) VALUES (1, 'one', '/one', '2026-01-01T00:00:00.000Z');
  INSERT INTO view (id, repository, kind, branch) VALUES (1, 1, 0, 'main');
  INSERT INTO language VALUES (1, 'text');
  INSERT INTO blob (id, repository, oid, language, size, lines, pack, pack_offset, pack_length) VALUES (1, 1, x'0102', 1, 3, 1, 1, 0, 3);
  INSERT INTO pack VALUES (1, 3, x'28b52ffd2003190000616263');
  INSERT INTO entry VALUES (1, 'a.txt', 1, 1, NULL, 3, 1.5, 0);
  INSERT INTO block VALUES (1, 1, 0, 1, 1, 1, 7, 0, x'02', x'03616263', NULL, NULL);
  INSERT INTO page VALUES (1048576, x'0003616263010100');
  PRAGMA application_id = 1128875096;
  PRAGMA user_version = 1;
  `,
  `
  CREATE TABLE repository (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, root TEXT NOT NULL, url TEXT, purpose TEXT, language TEXT, generation INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL, expires TEXT);
  CREATE TABLE view (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, kind INTEGER NOT NULL, branch TEXT, root TEXT, commit_id TEXT, indexed TEXT, pending_files INTEGER NOT NULL DEFAULT 0, pending_symbols INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1);
  CREATE INDEX view_repository ON view(repository);
  CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE blob (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, oid BLOB NOT NULL, language INTEGER NOT NULL, size INTEGER NOT NULL, lines INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, orphan INTEGER NOT NULL DEFAULT 0, pack INTEGER NOT NULL, pack_offset INTEGER NOT NULL, pack_length INTEGER NOT NULL, text_only INTEGER, chunks INTEGER NOT NULL DEFAULT 0, symbols INTEGER NOT NULL DEFAULT 0, occurrences INTEGER NOT NULL DEFAULT 0, problems TEXT, embedded INTEGER NOT NULL DEFAULT 0);
  CREATE UNIQUE INDEX blob_content ON blob(repository, oid, language);
  CREATE INDEX blob_unparsed ON blob(repository, id) WHERE state = 0;
  CREATE INDEX blob_orphan ON blob(repository, id) WHERE orphan = 1;
  CREATE TABLE entry (view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE, path TEXT NOT NULL, blob INTEGER, language INTEGER, skipped INTEGER, size INTEGER NOT NULL, mtime REAL NOT NULL, edited INTEGER NOT NULL, PRIMARY KEY (view, path)) WITHOUT ROWID;
  CREATE INDEX entry_blob ON entry(view, blob, language) WHERE blob IS NOT NULL;
  CREATE INDEX entry_skipped ON entry(view, skipped) WHERE skipped IS NOT NULL;
  CREATE INDEX blob_pack ON blob(pack);
  CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE facts (blob INTEGER PRIMARY KEY REFERENCES blob ON DELETE CASCADE, data BLOB NOT NULL);
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, kind INTEGER NOT NULL, ready INTEGER NOT NULL, documents INTEGER NOT NULL, pages INTEGER NOT NULL, bytes INTEGER NOT NULL, terms INTEGER NOT NULL, blobs BLOB NOT NULL, directory BLOB NOT NULL, chunks BLOB, chunk_terms BLOB);
  CREATE INDEX block_repository ON block(repository, kind, ready);
  CREATE TABLE page (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
  CREATE TABLE vector (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector_segment (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, chunks INTEGER NOT NULL, blobs BLOB NOT NULL, counts BLOB NOT NULL, bits BLOB NOT NULL, cells BLOB);
  CREATE INDEX vector_segment_model ON vector_segment(repository, model);
  CREATE TABLE vector_space (repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, center BLOB, cells BLOB, PRIMARY KEY (repository, model)) WITHOUT ROWID;
  CREATE INDEX blob_embedded ON blob(repository, embedded, id) WHERE state = 1 AND orphan = 0 AND chunks > 0;
  INSERT INTO repository (id, name, root, created) VALUES (1, 'one', '/one', '2026-01-01T00:00:00.000Z');
  INSERT INTO view (id, repository, kind, branch) VALUES (1, 1, 0, 'main');
  INSERT INTO language VALUES (1, 'text');
  INSERT INTO blob (id, repository, oid, language, size, lines, pack, pack_offset, pack_length) VALUES (1, 1, x'0102', 1, 3, 1, 1, 0, 3);
  INSERT INTO pack VALUES (1, 3, x'28b52ffd2003190000616263');
  INSERT INTO entry VALUES (1, 'a.txt', 1, 1, NULL, 3, 1.5, 0);
  INSERT INTO block VALUES (1, 1, 0, 1, 1, 1, 7, 0, x'02', x'03616263', NULL, NULL);
  INSERT INTO page VALUES (1048576, x'0003616263010100');
  PRAGMA application_id = 1128875096;
  PRAGMA user_version = 2;
  `,
  `
  CREATE TABLE repository (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, root TEXT NOT NULL, url TEXT, purpose TEXT, language TEXT, generation INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL, expires TEXT, masked INTEGER NOT NULL DEFAULT 0, fetched TEXT, fetch_failure TEXT);
  CREATE TABLE view (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, kind INTEGER NOT NULL, branch TEXT, root TEXT, commit_id TEXT, indexed TEXT, pending_files INTEGER NOT NULL DEFAULT 0, pending_symbols INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1);
  CREATE INDEX view_repository ON view(repository);
  CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE blob (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, oid BLOB NOT NULL, language INTEGER NOT NULL, size INTEGER NOT NULL, lines INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, orphan INTEGER NOT NULL DEFAULT 0, pack INTEGER NOT NULL, pack_offset INTEGER NOT NULL, pack_length INTEGER NOT NULL, text_only INTEGER, chunks INTEGER NOT NULL DEFAULT 0, symbols INTEGER NOT NULL DEFAULT 0, occurrences INTEGER NOT NULL DEFAULT 0, problems TEXT, embedded INTEGER NOT NULL DEFAULT 0);
  CREATE UNIQUE INDEX blob_content ON blob(repository, oid, language);
  CREATE INDEX blob_unparsed ON blob(repository, id) WHERE state = 0;
  CREATE INDEX blob_orphan ON blob(repository, id) WHERE orphan = 1;
  CREATE TABLE entry (view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE, path TEXT NOT NULL, blob INTEGER, language INTEGER, skipped INTEGER, size INTEGER NOT NULL, mtime REAL NOT NULL, edited INTEGER NOT NULL, PRIMARY KEY (view, path)) WITHOUT ROWID;
  CREATE INDEX entry_blob ON entry(view, blob, language) WHERE blob IS NOT NULL;
  CREATE INDEX entry_skipped ON entry(view, skipped) WHERE skipped IS NOT NULL;
  CREATE INDEX blob_pack ON blob(pack);
  CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE facts (blob INTEGER PRIMARY KEY REFERENCES blob ON DELETE CASCADE, data BLOB NOT NULL);
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, kind INTEGER NOT NULL, ready INTEGER NOT NULL, documents INTEGER NOT NULL, pages INTEGER NOT NULL, bytes INTEGER NOT NULL, terms INTEGER NOT NULL, blobs BLOB NOT NULL, directory BLOB NOT NULL, chunks BLOB, chunk_terms BLOB);
  CREATE INDEX block_repository ON block(repository, kind, ready);
  CREATE TABLE page (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
  CREATE TABLE vector (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector_segment (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, chunks INTEGER NOT NULL, blobs BLOB NOT NULL, counts BLOB NOT NULL, bits BLOB NOT NULL, cells BLOB);
  CREATE INDEX vector_segment_model ON vector_segment(repository, model);
  CREATE TABLE vector_space (repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, center BLOB, cells BLOB, PRIMARY KEY (repository, model)) WITHOUT ROWID;
  CREATE INDEX blob_embedded ON blob(repository, embedded, id) WHERE state = 1 AND orphan = 0 AND chunks > 0;
  CREATE TABLE token (id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, repositories TEXT, created TEXT NOT NULL, expires TEXT, revoked TEXT);
  CREATE TABLE job (id TEXT PRIMARY KEY, repository TEXT NOT NULL, state TEXT NOT NULL, finished TEXT, data TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX job_state ON job(state, id);
  CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL);
  INSERT INTO repository (id, name, root, created) VALUES (1, 'one', '/one', '2026-01-01T00:00:00.000Z');
  INSERT INTO view (id, repository, kind, branch) VALUES (1, 1, 0, 'main');
  INSERT INTO language VALUES (1, 'text');
  INSERT INTO blob (id, repository, oid, language, size, lines, pack, pack_offset, pack_length) VALUES (1, 1, x'0102', 1, 3, 1, 1, 0, 3);
  INSERT INTO pack VALUES (1, 3, x'28b52ffd2003190000616263');
  INSERT INTO entry VALUES (1, 'a.txt', 1, 1, NULL, 3, 1.5, 0);
  INSERT INTO block VALUES (1, 1, 0, 1, 1, 1, 7, 0, x'02', x'03616263', NULL, NULL);
  INSERT INTO page VALUES (1048576, x'0003616263010100');
  PRAGMA application_id = 1128875096;
  PRAGMA user_version = 3;
  `,
  `
  CREATE TABLE repository (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, root TEXT NOT NULL, url TEXT, purpose TEXT, language TEXT, generation INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL, expires TEXT, masked INTEGER NOT NULL DEFAULT 0, fetched TEXT, fetch_failure TEXT);
  CREATE TABLE view (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE, kind INTEGER NOT NULL, branch TEXT, root TEXT, commit_id TEXT, indexed TEXT, pending_files INTEGER NOT NULL DEFAULT 0, pending_symbols INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1);
  CREATE INDEX view_repository ON view(repository);
  CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE blob (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, oid BLOB NOT NULL, language INTEGER NOT NULL, size INTEGER NOT NULL, lines INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, orphan INTEGER NOT NULL DEFAULT 0, pack INTEGER NOT NULL, pack_offset INTEGER NOT NULL, pack_length INTEGER NOT NULL, text_only INTEGER, chunks INTEGER NOT NULL DEFAULT 0, symbols INTEGER NOT NULL DEFAULT 0, occurrences INTEGER NOT NULL DEFAULT 0, problems TEXT, embedded INTEGER NOT NULL DEFAULT 0);
  CREATE UNIQUE INDEX blob_content ON blob(repository, oid, language);
  CREATE INDEX blob_unparsed ON blob(repository, id) WHERE state = 0;
  CREATE INDEX blob_orphan ON blob(repository, id) WHERE orphan = 1;
  CREATE TABLE entry (view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE, path TEXT NOT NULL, blob INTEGER, language INTEGER, skipped INTEGER, size INTEGER NOT NULL, mtime REAL NOT NULL, edited INTEGER NOT NULL, PRIMARY KEY (view, path)) WITHOUT ROWID;
  CREATE INDEX entry_blob ON entry(view, blob, language) WHERE blob IS NOT NULL;
  CREATE INDEX entry_skipped ON entry(view, skipped) WHERE skipped IS NOT NULL;
  CREATE INDEX blob_pack ON blob(pack);
  CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE facts (blob INTEGER PRIMARY KEY REFERENCES blob ON DELETE CASCADE, data BLOB NOT NULL);
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, kind INTEGER NOT NULL, ready INTEGER NOT NULL, documents INTEGER NOT NULL, pages INTEGER NOT NULL, bytes INTEGER NOT NULL, terms INTEGER NOT NULL, blobs BLOB NOT NULL, directory BLOB NOT NULL, chunks BLOB, chunk_terms BLOB);
  CREATE INDEX block_repository ON block(repository, kind, ready);
  CREATE TABLE page (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
  CREATE TABLE vector (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector_segment (id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, chunks INTEGER NOT NULL, blobs BLOB NOT NULL, counts BLOB NOT NULL, bits BLOB NOT NULL, cells BLOB);
  CREATE INDEX vector_segment_model ON vector_segment(repository, model);
  CREATE TABLE vector_space (repository INTEGER NOT NULL REFERENCES repository, model INTEGER NOT NULL, center BLOB, cells BLOB, PRIMARY KEY (repository, model)) WITHOUT ROWID;
  CREATE INDEX blob_embedded ON blob(repository, embedded, id) WHERE state = 1 AND orphan = 0 AND chunks > 0;
  CREATE TABLE token (id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, repositories TEXT, created TEXT NOT NULL, expires TEXT, revoked TEXT);
  CREATE TABLE job (id TEXT PRIMARY KEY, repository TEXT NOT NULL, state TEXT NOT NULL, finished TEXT, data TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX job_state ON job(state, id);
  CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL);
  CREATE TABLE web_token_revocation (kind TEXT NOT NULL, name TEXT NOT NULL, revoked TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
  INSERT INTO repository (id, name, root, created) VALUES (1, 'one', '/one', '2026-01-01T00:00:00.000Z');
  INSERT INTO view (id, repository, kind, branch) VALUES (1, 1, 0, 'main');
  INSERT INTO language VALUES (1, 'text');
  INSERT INTO blob (id, repository, oid, language, size, lines, pack, pack_offset, pack_length) VALUES (1, 1, x'0102', 1, 3, 1, 1, 0, 3);
  INSERT INTO pack VALUES (1, 3, x'28b52ffd2003190000616263');
  INSERT INTO entry VALUES (1, 'a.txt', 1, 1, NULL, 3, 1.5, 0);
  INSERT INTO block VALUES (1, 1, 0, 1, 1, 1, 7, 0, x'02', x'03616263', NULL, NULL);
  INSERT INTO page VALUES (1048576, x'0003616263010100');
  PRAGMA application_id = 1128875096;
  PRAGMA user_version = 4;
  `,
];

test('a database of every old format opens and answers', async () => {
  assert.equal(OLD_DATABASES.length, SCHEMA_VERSION, 'each released format has its literal here');
  assert.equal(MIGRATIONS.length, SCHEMA_VERSION);
  for (const literal of OLD_DATABASES) {
    await inFolder(async (_dataDir, file, open) => {
      const old = new Database(file);
      old.pragma('journal_mode = WAL');
      old.exec(literal);
      old.close();
      const store = await open();
      assert.deepEqual((await store.files.entries(1, { limit: 5 })).map(({ path, blob }) => [path, blob]), [['a.txt', 1]]);
      assert.deepEqual(await store.files.texts([1]), new Map([[1, 'abc']]));
      assert.deepEqual([...(await store.trigrams.candidates([1], planOf('abc'), await inScope(store, [1])))], [1]);
      await addFiles(store, 1, 1, { 'b.txt': 'new abc' });
      await store.compact();
      assert.equal((await store.trigrams.candidates([1], planOf('abc'), await inScope(store, [1]))).length, 2);
    });
  }
});

test('a newer database, a stranger, a damaged file: one sentence each, and the file stays as it was', async () => {
  await inFolder(async (dataDir, file, open) => {
    await (await open())[Symbol.asyncDispose]();
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.close();
    await refuses(open(), 'unavailable', file, '99', String(SCHEMA_VERSION), 'Update code-index');

    rmSync(file);
    const stranger = new Database(file);
    stranger.exec('CREATE TABLE t (x)');
    stranger.close();
    await refuses(open(), 'unavailable', file, 'another program');

    const noise = Buffer.alloc(8_192, 'not a database ');
    writeFileSync(file, noise);
    await refuses(open(), 'unavailable', file, 'damaged', 'Restore a backup');
    assert.deepEqual(readFileSync(file), noise);
    await refuses(openStore('sqlite:', { dataDir: join(dataDir, 'missing'), readOnly: true }), 'not_indexed', 'missing');
    assert.equal(existsSync(join(dataDir, 'missing')), false);
    await refuses(openStore('oracle:x', { dataDir }), 'unavailable', 'oracle');
    await refuses(openStore(`sqlite:${dataDir}`, { dataDir }), 'unavailable', 'cannot be opened');
  });
});

test('damage in the middle is found by the check', async () => {
  await inFolder(async (dataDir, file, open) => {
    const store = await open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    await addFiles(store, repository, view, Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}.c`, `text ${at} `.repeat(50)])));
    await store[Symbol.asyncDispose]();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8_192 * 8, 8_192 * 14);
    writeFileSync(file, bytes);
    copyFileSync(file, join(dataDir, 'copy'));
    const damaged = await open();
    await assert.rejects(damaged.meta.check(), (thrown) => thrown instanceof CodeIndexError && thrown.message.includes('damaged'));
    assert.deepEqual(readFileSync(file), readFileSync(join(dataDir, 'copy')));
  });
});

test('a full disk fails with one sentence and loses nothing', async () => {
  await inFolder(async (dataDir, file, open) => {
    const store = await open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const { blobs } = await addFiles(store, repository, view, { 'a.c': 'first text' });
    const core = new Core({ file, dataDir }, false);
    core.writer.pragma(`max_page_count = ${core.writer.pragma('page_count', { simple: true }) as number}`);
    assert.throws(
      () => core.write('Writing to the index', (database) => database.prepare('INSERT INTO page VALUES (1, zeroblob(1000000))').run()),
      (thrown) => thrown instanceof CodeIndexError && thrown.code === 'unavailable' && thrown.message.includes('disk is full') && thrown.fix.includes('nothing'),
    );
    await core.close();
    assert.deepEqual([...(await store.trigrams.candidates([repository], planOf('first'), await inScope(store, [view])))], blobs);
  });
});

test('many small commits end in few blocks with the same answers, and removal gives the space back', async () => {
  await inFolder(async (_dataDir, file, open) => {
    const store = await open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    await using _lease = await store.lease('test');
    const empty = (await store.meta.statistics()).databaseBytes;
    for (let round = 0; round < 70; round++) {
      const texts = Array.from({ length: 1 + (round % 4) }, (_, at) => `def name${round}x${at} shared ${Math.sin(round * 7 + at)}`);
      const { blobs } = await addFiles(store, repository, view, Object.fromEntries(texts.map((text, at) => [`f${round}/${at}.c`, text])));
      await addFacts(store, repository, new Map(blobs.map((blob, at) => [blob, texts[at] as string])));
    }
    const database = new Database(file, { readonly: true });
    const blocks = database.prepare<[], number>('SELECT count(*) FROM block GROUP BY kind').pluck().all();
    assert.ok(blocks.every((count) => count <= 21), String(blocks));
    const within = await inScope(store, [view]);
    const ask = async (): Promise<unknown> => [
      (await store.trigrams.candidates([repository], planOf('shared'), within)).length,
      (await store.terms.postings([repository], ['shared']))[0]?.documentCount,
      await store.symbols.names({ repositories: [repository], within, name: 'name42x', match: 'prefix', limit: 9 }),
    ];
    const before = await ask();
    await store.compact();
    assert.deepEqual(await ask(), before);
    assert.ok(database.prepare<[], number>('SELECT count(*) FROM block GROUP BY kind').pluck().all().every((count) => count <= 3));
    database.close();
    await store.meta.removeRepository(repository);
    assert.ok((await store.meta.statistics()).databaseBytes <= empty + 8_192 * 4, 'free pages are given back');
    assert.ok(statSync(file).size > 0);
  });
});

test('what a killed merge and a killed removal left goes with the next lease', async () => {
  await inFolder(async (_dataDir, file, open) => {
    const store = await open();
    const [kept, gone] = [await addRepository(store, 'kept'), await addRepository(store, 'gone')];
    for (const repository of [kept, gone]) await addFiles(store, repository, await addView(store, repository), { 'a.c': 'some text' });
    const database = new Database(file);
    const half = database.prepare("INSERT INTO block (repository, kind, ready, documents, pages, bytes, terms, blobs, directory) VALUES (?, 0, 0, 1, 1, 1, 0, x'02', x'')").run(kept);
    database.prepare("INSERT INTO page VALUES (? * 1048576, x'00')").run(half.lastInsertRowid);
    database.prepare('UPDATE repository SET name = NULL WHERE id = ?').run(gone);
    assert.deepEqual((await store.meta.repositories()).map(({ name }) => name), ['kept']);
    await using _lease = await store.lease('next');
    const left = ['block', 'page', 'blob', 'pack', 'repository'].map((table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    database.close();
    assert.deepEqual(left, [1, 1, 1, 1, 1]);
  });
});
