import { CodeIndexError } from '../../base/mod.ts';

/** Turns what SQLite throws into the sentence and the way out that a person needs. Everything else passes unchanged. */
export function asStoreError(thrown: unknown, file: string, action: string): unknown {
  if (thrown instanceof CodeIndexError || !(thrown instanceof Error)) return thrown;
  const code = (thrown as { code?: unknown }).code;
  if (typeof code !== 'string') return thrown;
  const make = (state: string, fix: string): CodeIndexError =>
    new CodeIndexError('unavailable', `${action} failed: ${state} (${file}).`, fix, { cause: thrown });
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EFBIG') {
    return make('the disk is full', 'Free some space and repeat the call; nothing that was indexed is lost.');
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return make(`the disk reports an error (${code})`, 'Check free space and the health of the disk, then repeat the call; nothing that was indexed is lost.');
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return make('the index database is damaged', 'Restore a backup, or move the file away and index again; the file was left as it is.');
  }
  if (isBusy(thrown)) {
    return new CodeIndexError('conflict', `${action} failed: another process is writing to ${file}.`, 'Repeat the call when the other process has finished.', { cause: thrown });
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return make('the file or its folder may not be written', 'Give this user the right to write there, or choose another folder with --data-dir.');
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return make('the file cannot be opened', 'Check that the path is a file in a folder that this user may read and write.');
  }
  return thrown;
}

/** Another process writes. */
export function isBusy(thrown: unknown): boolean {
  const code = String((thrown as { readonly code?: unknown } | null | undefined)?.code);
  return code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED';
}

/** Runs `work` and translates what SQLite throws. */
export function translated<Result>(file: string, action: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw asStoreError(thrown, file, action);
  }
}

export function missing(what: 'repository' | 'view', id: number): CodeIndexError {
  return new CodeIndexError('not_found', `There is no ${what} ${id} in the index; it may just have been removed.`, 'List what is there with `code-index repos list`.');
}
