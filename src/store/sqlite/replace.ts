/** Another file in the place of the database: encrypted anew, or out of a backup. Killed at any instant, one whole database is there. */
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { asCodeIndexError, CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { CopyOptions, Store, StoreCopy } from '../ports.ts';
import { keyError, openFile, type Cipher } from './cipher.ts';
import { PRIVATE, explained, isEncrypted, versionOf, type Place } from './connection.ts';
import { copyApart, keyText } from './copy.ts';
import { flush, removeDatabase } from './copy-file.ts';
import { openSqlite } from './store.ts';
import { WriterLock } from './writer-lock.ts';

export interface ReplaceOptions extends CopyOptions {
  /** Asked under the writer's lock, with the index that is to be replaced, before anything is changed; throwing refuses. Not asked where there is none that opens. */
  readonly allow?: (current: Store) => Promise<void>;
}

const OTHERS_MILLIS = 1_000;

/** Encrypts the database with another key, or decrypts it (null). */
export function rekeySqlite(place: Place, newCipher: Cipher | null, options: ReplaceOptions = {}): Promise<StoreCopy> {
  return locked(place, 'encrypting the index anew', async () => {
    if (!existsSync(place.file)) throw new CodeIndexError('not_indexed', `There is no index at ${place.file}.`, 'Index first: a new database is encrypted from its beginning where a key is given.');
    const current = alone(place);
    try {
      const done = await copyApart({ source: 'still', file: place.file, dataDir: place.dataDir, key: keyText(place.cipher), newKey: keyText(newCipher), to: freshOf(place) }, options);
      renameSync(freshOf(place), place.file);
      flush(dirname(place.file));
      return done;
    } finally {
      current.close();
    }
  });
}

/** Puts the database of a backup in the place; the one that was there is kept beside it until the new one has opened. */
export function restoreSqlite(place: Place, backup: { readonly file: string; readonly sha256: string }, options: ReplaceOptions = {}): Promise<StoreCopy> {
  mkdirSync(dirname(place.file), PRIVATE);
  mkdirSync(place.dataDir, PRIVATE);
  return locked(place, 'restoring a backup', async () => {
    await allowed(place, options);
    const done = await copyApart({ source: 'still', file: backup.file, dataDir: place.dataDir, key: keyText(place.cipher), to: freshOf(place), sha256: backup.sha256, update: true }, options);
    const current = existsSync(place.file) ? aloneOrDamaged(place) : null;
    try {
      setAside(place);
      renameSync(freshOf(place), place.file);
      flush(dirname(place.file));
    } finally {
      current?.close();
    }
    await opensOrBack(place);
    return done;
  });
}

function freshOf(place: Place): string {
  // The helper of a killed run may live on for a moment: it never finds the file of another run.
  return `${place.file}.new-${process.pid}`;
}

function asideOf(place: Place): string {
  return `${place.file}.old`;
}

async function locked<Result>(place: Place, purpose: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await new WriterLock(place.dataDir).take(purpose, Date.now() + Math.min(OTHERS_MILLIS, LIMITS.writerWaitMillis));
  try {
    cleanUp(place);
    return await work();
  } catch (thrown) {
    removeDatabase(freshOf(place));
    throw explained(thrown, place, 'Replacing the index');
  } finally {
    lock.close();
  }
}

/** What a killed run left: a copy that was not in place yet, or the old database after the new one was. */
function cleanUp(place: Place): void {
  const fresh = `${basename(place.file)}.new-`;
  for (const name of readdirSync(dirname(place.file))) if (name.startsWith(fresh)) rmSync(join(dirname(place.file), name), { force: true });
  if (!existsSync(asideOf(place))) return;
  if (existsSync(place.file)) removeDatabase(asideOf(place));
  else for (const part of ['-wal', '']) if (existsSync(`${asideOf(place)}${part}`)) renameSync(`${asideOf(place)}${part}`, `${place.file}${part}`);
}

/**
 * The database with its log taken in, locked against everybody: only when no other connection is open can it leave the
 * mode with a log. Whoever opens it meanwhile waits, and then finds the new one (connection.ts).
 */
function alone(place: Place): Database.Database {
  const database = openFile(place.file, { timeout: OTHERS_MILLIS, fileMustExist: true }, place.cipher);
  try {
    versionOf(database, place.file);
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    if (database.pragma('journal_mode', { simple: true }) !== 'delete') throw inUse(place);
    return database;
  } catch (thrown) {
    database.close();
    throw String((thrown as { code?: unknown }).code).startsWith('SQLITE_BUSY') ? inUse(place) : thrown;
  }
}

function inUse(place: Place): CodeIndexError {
  return new CodeIndexError('conflict', `Another process has ${place.file} open.`, 'Stop `code-index serve` and the agents whose `code-index mcp` use it, repeat the call, and start them again; nothing was changed.');
}

/** A damaged database is what backups are for; it cannot be locked, and nobody can work with it. */
function aloneOrDamaged(place: Place): Database.Database | null {
  try {
    return alone(place);
  } catch (thrown) {
    if (thrown instanceof CodeIndexError && thrown.code === 'conflict') throw thrown;
    return null;
  }
}

async function allowed(place: Place, { allow }: ReplaceOptions): Promise<void> {
  if (allow === undefined || !existsSync(place.file)) return;
  let current: Store;
  try {
    current = openSqlite({ ...place, readOnly: false });
  } catch (thrown) {
    // A damaged one is what backups are for. One with another key is whole, and somebody's.
    if (keyError(place.file, isEncrypted(place)) !== null) throw thrown;
    return;
  }
  try {
    await allow(current);
  } finally {
    await current[Symbol.asyncDispose]();
  }
}

/** The old database stays under its own name until the new one takes it, so that there is one at every instant; its log goes first, or it would be read into the new one. */
function setAside(place: Place): void {
  for (const part of ['-wal', '-shm', '-journal']) if (existsSync(`${place.file}${part}`)) renameSync(`${place.file}${part}`, `${asideOf(place)}${part}`);
  if (existsSync(place.file)) linkSync(place.file, asideOf(place));
}

async function opensOrBack(place: Place): Promise<void> {
  try {
    const store = openSqlite({ ...place, readOnly: false });
    await store.meta.repositories();
    await store[Symbol.asyncDispose]();
  } catch (thrown) {
    if (existsSync(asideOf(place))) {
      removeDatabase(place.file);
      for (const part of ['-wal', '-journal', '']) if (existsSync(`${asideOf(place)}${part}`)) renameSync(`${asideOf(place)}${part}`, `${place.file}${part}`);
    }
    throw asCodeIndexError(thrown, 'Opening the restored index');
  }
  removeDatabase(asideOf(place));
}
