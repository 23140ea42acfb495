/** Bytes from file to file. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

const STEP_BYTES = 4_194_304;
/** Of the log's header: magic number, sizes, and the salts that change whenever the log begins anew. */
const LOG_HEADER_BYTES = 32;

/** Copies all of `from` to the new file `to`, through the disk's cache. Gives the digest of the bytes when asked for. */
export function copyHandle(from: number, to: string, options: { readonly digest?: true; readonly onStep?: (done: number, total: number) => void } = {}): string {
  const hash = options.digest === true ? createHash('sha256') : null;
  const target = openSync(to, 'w', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(STEP_BYTES);
    for (let at = 0; ;) {
      const count = readSync(from, buffer, 0, STEP_BYTES, at);
      if (count === 0) break;
      for (let written = 0; written < count;) written += writeSync(target, buffer, written, count - written, at + written);
      hash?.update(buffer.subarray(0, count));
      at += count;
      options.onStep?.(at, Math.max(at, fstatSync(from).size));
    }
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
  return hash?.digest('hex') ?? '';
}

/**
 * Copies the log of a database in which the caller has a read transaction. The log may begin anew once meanwhile (when
 * all of it was in the file before the transaction began) and never twice: a copy that saw that happen is made again.
 */
export function copyLog(from: string, to: string): void {
  if (!existsSync(from)) return;
  const handle = openSync(from, 'r');
  try {
    for (;;) {
      const before = header(handle);
      copyHandle(handle, to);
      if (header(handle).equals(before)) return;
    }
  } finally {
    closeSync(handle);
  }
}

function header(handle: number): Buffer {
  const bytes = Buffer.alloc(LOG_HEADER_BYTES);
  readSync(handle, bytes, 0, LOG_HEADER_BYTES, 0);
  return bytes;
}

export function digestOf(file: string): string {
  const hash = createHash('sha256');
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(STEP_BYTES);
    for (let count = readSync(handle, buffer, 0, STEP_BYTES, null); count > 0; count = readSync(handle, buffer, 0, STEP_BYTES, null)) hash.update(buffer.subarray(0, count));
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** Makes what was renamed in a folder, or what was written to a file, last. */
export function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A database file and what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${part}`, { force: true });
}
