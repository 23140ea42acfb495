import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import { keyError, openFile, type Cipher } from './cipher.ts';
import { asStoreError } from './errors.ts';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './migrations.ts';

export interface Place {
  readonly file: string;
  readonly dataDir: string;
  /** Absent or null: the file is not encrypted. */
  readonly cipher?: Cipher | null;
}

export function isEncrypted({ cipher }: Place): boolean {
  return cipher !== undefined && cipher !== null;
}

/** How long a transaction waits for that of another process. */
export const BUSY_MILLIS = 15_000;
/** Every cached page is a copy; the system's own cache holds the rest. Mapping the file instead was measured: no faster. */
const READER_CACHE_KIB = 16_384;
const WRITER_CACHE_KIB = 32_768;
/** Pages (4 KiB) in the log after which it is copied back: a batch or two, so that it stays bounded. */
const CHECKPOINT_PAGES = 8_000;
const LOG_BYTES = 67_108_864;

/** The index holds the code itself: who else on the machine may read it is for the user to say, afterwards. */
export const PRIVATE = { recursive: true, mode: 0o700 } as const;

/** Makes the folders and the database file where they are missing, and brings an old file up to date. */
export function prepare(place: Place): void {
  opened(place, () => {
    for (const folder of [dirname(place.file), place.dataDir, ...['repositories', 'uploads', 'logs'].map((name) => join(place.dataDir, name))]) {
      mkdirSync(folder, PRIVATE);
    }
    const database = openFile(place.file, { timeout: BUSY_MILLIS }, place.cipher);
    try {
      if (versionOf(database, place.file) < SCHEMA_VERSION) create(database, place.file);
      // A backup and a file that was encrypted anew come without a log.
      else if (database.pragma('journal_mode', { simple: true }) !== 'wal') retried(() => database.pragma('journal_mode = WAL'));
    } finally {
      database.close();
    }
  });
}

/** Two processes may meet here: whoever comes second finds the work done. */
function create(database: Database.Database, file: string): void {
  if ((database.pragma('page_count', { simple: true }) as number) === 0) {
    chmodSync(file, 0o600);
    // Half of 8192 saves 3 of 100 bytes of the whole file: contents end in less unused space.
    database.pragma('page_size = 4096');
    database.pragma('auto_vacuum = INCREMENTAL');
  }
  retried(() => database.pragma('journal_mode = WAL'));
  database.transaction(() => {
    if (versionOf(database, file) < SCHEMA_VERSION) migrate(database);
  }).immediate();
}

/** Changing the journal mode does not wait for locks by itself. */
function retried(work: () => unknown): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 0; ; attempt++) {
    try {
      work();
      return;
    } catch (thrown) {
      if (attempt === 200 || !String((thrown as { code?: string }).code).startsWith('SQLITE_BUSY')) throw thrown;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

/** The format of the file, 0 for an empty one; refuses files that are not ours or too new. */
export function versionOf(database: Database.Database, file: string): number {
  const version = database.pragma('user_version', { simple: true }) as number;
  const owner = database.pragma('application_id', { simple: true }) as number;
  const tables = database.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0 || tables !== 0)) {
    throw new CodeIndexError('unavailable', `${file} is a SQLite database of another program.`, 'Choose another file in DATABASE_URL or another folder with --data-dir; the file was left as it is.');
  }
  if (version > SCHEMA_VERSION) {
    throw new CodeIndexError(
      'unavailable',
      `${file} was written by a newer code-index: it has format ${version}, this program reads up to ${SCHEMA_VERSION}.`,
      'Update code-index, or choose another folder with --data-dir; the file was left as it is.',
    );
  }
  return version;
}

export function openReader(place: Place): Database.Database {
  if (!existsSync(place.file)) {
    throw new CodeIndexError('not_indexed', `There is no index at ${place.file}.`, 'Run `code-index index` first.');
  }
  return opened(place, () => {
    const database = openFile(place.file, { readonly: true, fileMustExist: true, timeout: BUSY_MILLIS }, place.cipher);
    database.pragma(`cache_size = -${READER_CACHE_KIB}`);
    database.pragma('temp_store = MEMORY');
    const version = versionOf(database, place.file);
    if (version < SCHEMA_VERSION) {
      database.close();
      throw new CodeIndexError('unavailable', `${place.file} has the old format ${version} and is opened for reading only; this program reads ${SCHEMA_VERSION}.`, 'Run any command that may write, such as `code-index status`, to bring it up to date.');
    }
    return database;
  });
}

export function openWriter(place: Place): Database.Database {
  return opened(place, () => {
    const database = openFile(place.file, { fileMustExist: true, timeout: BUSY_MILLIS }, place.cipher);
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma(`journal_size_limit = ${LOG_BYTES}`);
    database.pragma('temp_store = MEMORY');
    // What is deleted within pages that stay is overwritten: masked repositories leave nothing of what they held.
    database.pragma('secure_delete = FAST');
    return database;
  });
}

/** How often a file may be replaced while it is opened. */
const OPEN_ATTEMPTS = 3;

/**
 * `rekey` and `restore` put another file in the place: whoever was about to open the old one, and waited for its lock,
 * opens again. What cannot be opened is told in sentences.
 */
function opened<Result extends Database.Database | void>(place: Place, open: () => Result): Result {
  try {
    for (let attempt = 1; ; attempt++) {
      const before = fileNumber(place.file);
      const database = open();
      const after = fileNumber(place.file);
      if (before === null || before === after || attempt === OPEN_ATTEMPTS) return database;
      database?.close();
    }
  } catch (thrown) {
    throw explained(thrown, place, 'Opening the index');
  }
}

/** The sentence for what SQLite threw, about keys too. */
export function explained(thrown: unknown, place: Place, action: string): unknown {
  const unreadable = (thrown as { code?: unknown }).code === 'SQLITE_NOTADB';
  return (unreadable ? keyError(place.file, isEncrypted(place)) : null) ?? asStoreError(thrown, place.file, action);
}

/** Another one when another file has taken the place; null where there is none. */
export function fileNumber(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}
