import { join } from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { Store } from './ports.ts';

export interface OpenOptions {
  /** The data folder: database, clones, uploads and logs. Created where it is missing. */
  readonly dataDir: string;
  /** Answer only; nothing is created or changed. */
  readonly readOnly?: boolean;
  /** Encrypts a new database, and opens one that was encrypted with it. */
  readonly key?: string;
}

/**
 * Opens the store that `url` names: `sqlite:<path>`, or `sqlite:` for `code_index.db` in the data folder.
 * A driver's library is loaded only when its scheme is asked for.
 */
export async function openStore(url: string, options: OpenOptions): Promise<Store> {
  const { scheme, file } = addressOf(url, options.dataDir);
  if (scheme === 'sqlite') {
    const [{ openSqlite }, { cipherOf }] = await Promise.all([import('./sqlite/store.ts'), import('./sqlite/cipher.ts')]);
    return openSqlite({ file, dataDir: options.dataDir, readOnly: options.readOnly ?? false, cipher: await cipherOf(options.key) });
  }
  throw new CodeIndexError('unavailable', `No store driver is there for "${scheme}:" addresses.`, 'Set DATABASE_URL to `sqlite:` or `sqlite:<path>`.');
}

function addressOf(url: string, dataDir: string): { readonly scheme: string; readonly file: string } {
  const colon = url.indexOf(':');
  const rest = colon < 0 ? '' : url.slice(colon + 1).replace(/^\/\/(?=\/|$)/, '');
  return { scheme: colon < 0 ? url : url.slice(0, colon), file: rest === '' ? join(dataDir, 'code_index.db') : rest };
}
