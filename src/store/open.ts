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
  const colon = url.indexOf(':');
  const scheme = colon < 0 ? url : url.slice(0, colon);
  const rest = colon < 0 ? '' : url.slice(colon + 1).replace(/^\/\/(?=\/|$)/, '');
  if (scheme === 'sqlite') {
    const { openSqlite } = await import('./sqlite/store.ts');
    return openSqlite({ file: rest === '' ? join(options.dataDir, 'code_index.db') : rest, dataDir: options.dataDir, readOnly: options.readOnly ?? false });
  }
  throw new CodeIndexError('unavailable', `No store driver is there for "${scheme}:" addresses.`, 'Set DATABASE_URL to `sqlite:` or `sqlite:<path>`.');
}
