import type { Database } from 'better-sqlite3';

/** Marks the file as ours (`CIDX`); kept in the database header. */
export const APPLICATION_ID = 0x43_49_44_58;

/**
 * Every step that ever changed the tables, oldest first; `user_version` counts the steps that were taken.
 * A step that was released is never edited: write a new one.
 *
 * Rows are kept thin, because a large repository has 80,000 files: kinds, languages and reasons are small numbers
 * (codes.ts), large columns stand last, and posting pages are keyed by number.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE repository (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE,
    root TEXT NOT NULL,
    url TEXT,
    purpose TEXT,
    language TEXT,
    generation INTEGER NOT NULL DEFAULT 1,
    created TEXT NOT NULL,
    expires TEXT
  );
  CREATE TABLE view (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES repository ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    branch TEXT,
    root TEXT,
    commit_id TEXT,
    indexed TEXT,
    pending_files INTEGER NOT NULL DEFAULT 0,
    pending_symbols INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1
  );
  CREATE INDEX view_repository ON view(repository);
  CREATE TABLE language (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE blob (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES repository,
    oid BLOB NOT NULL,
    language INTEGER NOT NULL,
    size INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    orphan INTEGER NOT NULL DEFAULT 0,
    pack INTEGER NOT NULL,
    pack_offset INTEGER NOT NULL,
    pack_length INTEGER NOT NULL,
    text_only INTEGER,
    chunks INTEGER NOT NULL DEFAULT 0,
    symbols INTEGER NOT NULL DEFAULT 0,
    occurrences INTEGER NOT NULL DEFAULT 0,
    problems TEXT
  );
  CREATE UNIQUE INDEX blob_content ON blob(repository, oid, language);
  CREATE INDEX blob_unparsed ON blob(repository, id) WHERE state = 0;
  CREATE INDEX blob_orphan ON blob(repository, id) WHERE orphan = 1;
  CREATE TABLE entry (
    view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE,
    path TEXT NOT NULL,
    blob INTEGER,
    language INTEGER,
    skipped INTEGER,
    size INTEGER NOT NULL,
    mtime REAL NOT NULL,
    edited INTEGER NOT NULL,
    PRIMARY KEY (view, path)
  ) WITHOUT ROWID;
  CREATE INDEX entry_blob ON entry(view, blob, language) WHERE blob IS NOT NULL;
  CREATE INDEX entry_skipped ON entry(view, skipped) WHERE skipped IS NOT NULL;
  CREATE INDEX blob_pack ON blob(pack);
  CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE facts (blob INTEGER PRIMARY KEY REFERENCES blob ON DELETE CASCADE, data BLOB NOT NULL);
  CREATE TABLE block (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES repository,
    kind INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    terms INTEGER NOT NULL,
    blobs BLOB NOT NULL,
    directory BLOB NOT NULL,
    chunks BLOB,
    chunk_terms BLOB
  );
  CREATE INDEX block_repository ON block(repository, kind, ready);
  CREATE TABLE page (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector (
    blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE,
    model TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (blob, model, chunk)
  ) WITHOUT ROWID;
  `,
  // No released program ever wrote vectors one a row, so there is nothing to carry over.
  `
  DROP TABLE vector;
  CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
  CREATE TABLE vector (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE vector_segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES repository,
    model INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    blobs BLOB NOT NULL,
    counts BLOB NOT NULL,
    bits BLOB NOT NULL,
    cells BLOB
  );
  CREATE INDEX vector_segment_model ON vector_segment(repository, model);
  CREATE TABLE vector_space (
    repository INTEGER NOT NULL REFERENCES repository,
    model INTEGER NOT NULL,
    center BLOB,
    cells BLOB,
    PRIMARY KEY (repository, model)
  ) WITHOUT ROWID;
  ALTER TABLE blob ADD COLUMN embedded INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX blob_embedded ON blob(repository, embedded, id) WHERE state = 1 AND orphan = 0 AND chunks > 0;
  `,
  `
  ALTER TABLE repository ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE repository ADD COLUMN fetched TEXT;
  ALTER TABLE repository ADD COLUMN fetch_failure TEXT;
  CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    repositories TEXT,
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT
  );
  CREATE TABLE job (
    id TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    state TEXT NOT NULL,
    finished TEXT,
    data TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX job_state ON job(state, id);
  CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL);
  `,
  `
  CREATE TABLE web_token_revocation (kind TEXT NOT NULL, name TEXT NOT NULL, revoked TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
  `,
];

export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** Takes the steps that the database lacks, all in one transaction that the caller holds. */
export function migrate(database: Database): void {
  const from = database.pragma('user_version', { simple: true }) as number;
  for (const step of MIGRATIONS.slice(from)) database.exec(step);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${SCHEMA_VERSION}`);
}
