import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { CodeIndexError, throwIfAborted } from '../../base/mod.ts';

interface Holder {
  readonly pid: number;
  readonly purpose: string;
  readonly since: string;
}

const POLL_FIRST_MILLIS = 2;
const POLL_MOST_MILLIS = 100;

/**
 * The lock of whoever writes, one for each data folder: an open transaction on the small file `writer.lock`.
 * The operating system lets go of it when the process dies, however it dies. `writer.json` only says who has it.
 */
export class WriterLock {
  readonly file: string;
  readonly #dataDir: string;
  readonly #holderFile: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.file = join(dataDir, 'writer.lock');
    this.#holderFile = join(dataDir, 'writer.json');
  }

  /** Waits until `deadline` (ms since 1970), then fails with `conflict`, naming who holds it. Closing gives it back. */
  async take(purpose: string, deadline: number, signal?: AbortSignal): Promise<{ close(): void }> {
    const database = new Database(this.file, { timeout: 0 });
    try {
      for (let pause = POLL_FIRST_MILLIS; ; pause = Math.min(pause * 2, POLL_MOST_MILLIS)) {
        throwIfAborted(signal);
        if (tryLock(database)) {
          const holder: Holder = { pid: process.pid, purpose, since: new Date().toISOString() };
          writeFileSync(this.#holderFile, JSON.stringify(holder));
          return { close: () => void database.close() };
        }
        const left = deadline - Date.now();
        if (left <= 0) throw this.taken();
        await sleep(Math.min(pause, left));
      }
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  }

  /** Who writes at the moment, as a phrase; null where nobody does. */
  holder(): string | null {
    const database = new Database(this.file, { timeout: 0 });
    try {
      return tryLock(database) ? null : (this.#noted()?.phrase ?? 'another process');
    } finally {
      database.close();
    }
  }

  taken(): CodeIndexError {
    const noted = this.#noted();
    return new CodeIndexError(
      'conflict', `The index in ${this.#dataDir} is being written by ${noted?.phrase ?? 'another process'}.`,
      noted === null ? 'Repeat the call when it has finished.' : `Wait until process ${noted.pid} has finished, or stop it, then repeat the call; what is indexed can be searched meanwhile.`,
    );
  }

  #noted(): { readonly pid: number; readonly phrase: string } | null {
    try {
      const { pid, purpose, since } = JSON.parse(readFileSync(this.#holderFile, 'utf8')) as Holder;
      return { pid, phrase: `process ${pid} (${purpose}, since ${since})` };
    } catch {
      // The note is for people only: without it the lock still holds.
      return null;
    }
  }
}

function tryLock(database: Database.Database): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (thrown) {
    if (String((thrown as { code?: string }).code).startsWith('SQLITE_BUSY')) return false;
    throw thrown;
  }
}
