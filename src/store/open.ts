import { join, resolve } from 'node:path';
import { CodeIndexError, type Meter } from '../base/mod.ts';
import type { Database } from './postgres/database.ts';
import type { CopyOptions, Store, StoreCopy } from './ports.ts';

export interface OpenOptions {
  /** The data folder: database, clones, uploads and logs. Created where it is missing. */
  readonly dataDir: string;
  /** Answer only; nothing is created or changed. */
  readonly readOnly?: boolean;
  /** Encrypts a new database, and opens one that was encrypted with it. */
  readonly key?: string;
  /** How a database server is reached. */
  readonly server?: ServerOptions;
  readonly meter?: Meter;
}

/** How a database server is reached; absent parts are the driver's own choice. */
export interface ServerOptions {
  /** Address of a replica for questions. */
  readonly readUrl?: string;
  /** Stands in where an address has no password. */
  readonly password?: string;
  /** Connections kept, and more that may be opened for a moment. */
  readonly poolSize?: number;
  readonly poolOverflow?: number;
  /** Seconds that a question waits for a free connection. */
  readonly poolWaitSeconds?: number;
  /** Seconds after which a connection is replaced. */
  readonly connectionSeconds?: number;
  /** Seconds that one statement of a question may take. */
  readonly statementSeconds?: number;
}

/**
 * Opens the store that `url` names: `sqlite:<path>`, `sqlite:` for `code_index.db` in the data folder, or
 * `postgresql://user:password@host:port/database`.
 * A driver's library is loaded only when its scheme is asked for.
 */
export async function openStore(url: string, options: OpenOptions): Promise<Store> {
  const { scheme, file } = addressOf(url, options.dataDir);
  if (scheme === 'sqlite') {
    const [{ openSqlite }, { cipherOf }] = await Promise.all([import('./sqlite/store.ts'), import('./sqlite/cipher.ts')]);
    return openSqlite({ file, dataDir: options.dataDir, readOnly: options.readOnly ?? false, cipher: await cipherOf(options.key) });
  }
  if (isServer(scheme)) {
    const [{ openPostgres }, { openConnections }] = await Promise.all([import('./postgres/store.ts'), import('./postgres/connections.ts')]);
    const { server = {}, meter } = options;
    return openPostgres({ database: openConnections({ url, ...server, ...(meter === undefined ? {} : { meter }) }), readOnly: options.readOnly ?? false });
  }
  throw unknown(scheme);
}

/** Opens PostgreSQL over connections of the caller's own; it is closed with the store. */
export async function openOver(database: Database, options: { readonly readOnly?: boolean } = {}): Promise<Store> {
  const { openPostgres } = await import('./postgres/store.ts');
  return openPostgres({ database, readOnly: options.readOnly ?? false });
}

function isServer(scheme: string): boolean {
  return scheme === 'postgresql' || scheme === 'postgres';
}

export interface ReplaceOptions extends CopyOptions {
  /** Asked with the index that is to be replaced, before anything is changed; throwing refuses. Not asked where there is none that opens. */
  readonly allow?: (current: Store) => Promise<void>;
}

/**
 * Encrypts the database with `newKey`, or decrypts it (null); `options.key` is the key that it has. Wholly or not at all,
 * whenever it is killed. Fails with `conflict` while another process has it open.
 */
export async function rekeyStore(url: string, options: OpenOptions, newKey: string | null, how: ReplaceOptions = {}): Promise<StoreCopy> {
  const { scheme, file } = addressOf(url, options.dataDir);
  if (isServer(scheme)) throw notHere('Encrypting', 'Encrypt the disk of the database server.');
  if (scheme !== 'sqlite') throw unknown(scheme);
  const [{ rekeySqlite }, { cipherOf }] = await Promise.all([import('./sqlite/replace.ts'), import('./sqlite/cipher.ts')]);
  return rekeySqlite({ file, dataDir: options.dataDir, cipher: await cipherOf(options.key) }, await cipherOf(newKey ?? undefined), how);
}

/**
 * Puts the file of a copy (`Store.copyTo`) in the place of the database, up to date. Wholly or not at all, whenever it is
 * killed. Fails with `conflict` while another process has the database open.
 */
export async function restoreStore(url: string, options: OpenOptions, copy: { readonly file: string; readonly sha256: string }, how: ReplaceOptions = {}): Promise<StoreCopy> {
  const { scheme, file } = addressOf(url, options.dataDir);
  if (isServer(scheme)) throw notHere('Restoring', 'Restore with deploy/backup/restore.sh; see docs/disaster-recovery.md.');
  if (scheme !== 'sqlite') throw unknown(scheme);
  const [{ restoreSqlite }, { cipherOf }] = await Promise.all([import('./sqlite/replace.ts'), import('./sqlite/cipher.ts')]);
  return restoreSqlite({ file, dataDir: options.dataDir, cipher: await cipherOf(options.key) }, copy, how);
}

/** What `url` names, for sentences: a file, or host, port, database and schema. Never a user or a password. */
export async function placeOf(url: string, dataDir: string): Promise<string> {
  const { scheme, file } = addressOf(url, dataDir);
  if (scheme === 'sqlite') return resolve(file);
  if (!isServer(scheme)) throw unknown(scheme);
  const { postgresAddress } = await import('./postgres/address.ts');
  const { place, schema } = postgresAddress(url);
  return schema === null ? place : `${place} (schema ${schema})`;
}

function notHere(what: string, fix: string): CodeIndexError {
  return new CodeIndexError('unavailable', `${what} is for the embedded database; PostgreSQL has tools of its own.`, fix);
}

function unknown(scheme: string): CodeIndexError {
  return new CodeIndexError('unavailable', `No store driver is there for "${scheme}:" addresses.`, 'Set DATABASE_URL to `sqlite:`, `sqlite:<path>` or `postgresql://user:password@host:5432/database`.');
}

function addressOf(url: string, dataDir: string): { readonly scheme: string; readonly file: string } {
  const colon = url.indexOf(':');
  const rest = colon < 0 ? '' : url.slice(colon + 1).replace(/^\/\/(?=\/|$)/, '');
  return { scheme: colon < 0 ? url : url.slice(0, colon), file: rest === '' ? join(dataDir, 'code_index.db') : rest };
}
