/** Encryption at rest: the same engine from another package, which encrypts every page of the file and of its log. */
import { closeSync, openSync, readSync } from 'node:fs';
import { scryptSync } from 'node:crypto';
import Plain from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';

/** What opens an encrypted file. */
export interface Cipher {
  readonly library: typeof Plain;
  /** As the library takes it: `raw:` and 64 hexadecimal digits. */
  readonly key: Buffer;
}

const PACKAGE = 'better-sqlite3-multiple-ciphers';
const LEAST_KEY_CHARS = 16;
/** Authenticated, and on today's processors four times as fast as ChaCha20-Poly1305 (docs/decisions/0030-encryption-and-backups.md). */
const CIPHER = 'aegis';

/** The library and the key made of `text`; null without one. Throws `unavailable` where the package is missing and `invalid_query` where the key is too short. */
export async function cipherOf(text: string | undefined): Promise<Cipher | null> {
  if (text === undefined || text === '') return null;
  if (text.length < LEAST_KEY_CHARS) {
    throw new CodeIndexError('invalid_query', `The key of the database has ${text.length} characters; ${LEAST_KEY_CHARS} are the least.`, 'Make one with `openssl rand -base64 32` and keep it apart from the database.');
  }
  return { library: await loadLibrary(), key: rawKey(text) };
}

/** The library that encrypts, or `unavailable` with the line that installs it. */
export async function loadLibrary(): Promise<typeof Plain> {
  try {
    // The package brings no types; its interface is the one of the plain library.
    const loaded = (await import(PACKAGE as string)) as { default: typeof Plain };
    return loaded.default;
  } catch (thrown) {
    throw new CodeIndexError(
      'unavailable', `DATABASE_KEY is set, and the package ${PACKAGE}, which encrypts the database, does not load.`,
      `Run \`npm i ${PACKAGE}\` beside code-index, or leave DATABASE_KEY and DATABASE_KEY_FILE out for an unencrypted database.`, { cause: thrown },
    );
  }
}

const derived = new Map<string, Buffer>();

/** Stretched once in a process (50 ms), not once for each connection as the library would. */
function rawKey(text: string): Buffer {
  let key = derived.get(text);
  if (key === undefined) {
    key = Buffer.from(`raw:${scryptSync(text, 'code-index database', 32).toString('hex')}`);
    derived.set(text, key);
  }
  return key;
}

/** Opens a file with the cipher, or plain without one. Whether the key is right shows at the first reading. */
export function openFile(file: string, options: Plain.Options, cipher: Cipher | null | undefined): Plain.Database {
  if (cipher === null || cipher === undefined) return new Plain(file, options);
  const database = new cipher.library(file, options);
  try {
    database.pragma(`cipher = '${CIPHER}'`);
    (database as unknown as { key(key: Buffer): void }).key(cipher.key);
    // Temporary files would not be encrypted.
    database.pragma('temp_store = MEMORY');
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Encrypts, decrypts (null) or encrypts anew a file that nobody else has open and that has no log. `database` was opened by the library of `cipher`. */
export function encryptAnew(database: Plain.Database, cipher: Cipher | null): void {
  database.pragma(`cipher = '${CIPHER}'`);
  (database as unknown as { rekey(key: Buffer): void }).rekey(cipher === null ? Buffer.alloc(0) : cipher.key);
}

/** What the first bytes of a file say. */
export type FileKind = 'plain' | 'encrypted' | 'empty' | 'other';

/**
 * An encrypted file starts with noise, and the sizes in bytes 16 to 23 stand as SQLite has them. Reading the file
 * beside SQLite lets go of this process's locks on it, so that this is asked only where opening it failed.
 */
export function kindOf(file: string): FileKind {
  const bytes = Buffer.alloc(24);
  const handle = openSync(file, 'r');
  try {
    const length = readSync(handle, bytes, 0, 24, 0);
    if (length === 0) return 'empty';
    if (length < 24) return 'other';
  } finally {
    closeSync(handle);
  }
  if (bytes.toString('latin1', 0, 16) === 'SQLite format 3\0') return 'plain';
  const pageSize = bytes.readUInt16BE(16);
  return bytes.readUIntBE(21, 3) === 0x40_20_20 && (pageSize === 1 || (pageSize >= 512 && (pageSize & (pageSize - 1)) === 0)) ? 'encrypted' : 'other';
}

/** Why a file that "is no database" could not be read with the key at hand; null where it is simply damaged. */
export function keyError(file: string, keyed: boolean): CodeIndexError | null {
  const kind = kindOf(file);
  if (keyed && kind === 'plain') {
    return new CodeIndexError('unavailable', `${file} is not encrypted, and a key was given for it.`, 'Leave DATABASE_KEY and DATABASE_KEY_FILE out, or encrypt it: `code-index rekey --new-key-file <file>` without them; the file was left as it is.');
  }
  if (kind !== 'encrypted') return null;
  return keyed
    ? new CodeIndexError('unavailable', `The key does not open ${file}: it was encrypted with another one, or it is damaged.`, 'Give the right key in DATABASE_KEY or DATABASE_KEY_FILE, or restore a backup; the file was left as it is.')
    : new CodeIndexError('unavailable', `${file} is encrypted, and no key was given.`, 'Give its key in DATABASE_KEY or DATABASE_KEY_FILE; the file was left as it is.');
}
