import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { CodeIndexError, LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { Core } from './core.ts';
import { asStoreError } from './errors.ts';

interface Holder {
  readonly pid: number;
  readonly purpose: string;
  readonly since: string;
}

export interface LeaseOptions {
  waitMillis?: number;
  signal?: AbortSignal;
}

/** What runs under each lease before and after its holder does. */
export interface LeaseHooks {
  taken(): Promise<void>;
  released(): Promise<void>;
}

const POLL_FIRST_MILLIS = 2;
const POLL_MOST_MILLIS = 100;

/**
 * The only right to write, one for each data folder: an open transaction on the small file `writer.lock`.
 * The operating system lets go of it when the process dies, however it dies. `writer.json` only says who has it.
 */
export class Leases {
  readonly #core: Core;
  readonly #hooks: LeaseHooks;
  readonly #lockFile: string;
  readonly #holderFile: string;
  #turn: Promise<void> = Promise.resolve();
  #held = false;

  constructor(core: Core, hooks: LeaseHooks) {
    this.#core = core;
    this.#hooks = hooks;
    this.#lockFile = join(core.place.dataDir, 'writer.lock');
    this.#holderFile = join(core.place.dataDir, 'writer.json');
  }

  /** This store has the lease at the moment. */
  get held(): boolean {
    return this.#held;
  }

  /** Several calls in one process queue up in order. */
  async take(purpose: string, options: LeaseOptions = {}): Promise<AsyncDisposable> {
    void this.#core.writer;
    const deadline = Date.now() + (options.waitMillis ?? LIMITS.writerWaitMillis);
    const before = this.#turn;
    const { promise, resolve: letNext } = Promise.withResolvers<void>();
    this.#turn = before.then(() => promise);
    try {
      await this.#until(before, deadline, options.signal);
      const lock = await this.#lock(deadline, options.signal);
      try {
        const holder: Holder = { pid: process.pid, purpose, since: new Date().toISOString() };
        writeFileSync(this.#holderFile, JSON.stringify(holder));
        await this.#hooks.taken();
      } catch (thrown) {
        lock.close();
        throw thrown;
      }
      this.#held = true;
      let done = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (done) return;
          done = true;
          // From here on others of this process take a lease of their own, behind this one.
          this.#held = false;
          try {
            // Work that began under this lease ends under it.
            await this.#core.idle();
            await this.#hooks.released();
          } finally {
            lock.close();
            letNext();
          }
        },
      };
    } catch (thrown) {
      letNext();
      throw asStoreError(thrown, this.#lockFile, 'Taking the right to write');
    }
  }

  /** Runs `work` under the lease: the one that this store holds, or one taken for it. */
  async during<Result>(purpose: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#held) return work();
    await using _lease = await this.take(purpose);
    return await work();
  }

  async #until(before: Promise<void>, deadline: number, signal: AbortSignal | undefined): Promise<void> {
    const done = before.then(() => true);
    for (;;) {
      throwIfAborted(signal);
      const left = deadline - Date.now();
      const timer = new AbortController();
      const turned = await Promise.race([done, sleep(Math.max(0, Math.min(left, POLL_MOST_MILLIS)), false, { signal: timer.signal })]);
      timer.abort();
      if (turned) return;
      if (left <= 0) throw this.#taken();
    }
  }

  async #lock(deadline: number, signal: AbortSignal | undefined): Promise<Database.Database> {
    const database = new Database(this.#lockFile, { timeout: 0 });
    try {
      for (let pause = POLL_FIRST_MILLIS; ; pause = Math.min(pause * 2, POLL_MOST_MILLIS)) {
        throwIfAborted(signal);
        try {
          database.exec('BEGIN EXCLUSIVE');
          return database;
        } catch (thrown) {
          if (!String((thrown as { code?: string }).code).startsWith('SQLITE_BUSY')) throw thrown;
        }
        const left = deadline - Date.now();
        if (left <= 0) throw this.#taken();
        await sleep(Math.min(pause, left));
      }
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  }

  #taken(): CodeIndexError {
    let who = 'another process';
    let fix = 'Repeat the call when it has finished.';
    try {
      const holder = JSON.parse(readFileSync(this.#holderFile, 'utf8')) as Holder;
      who = `process ${holder.pid} (${holder.purpose}, since ${holder.since})`;
      fix = `Wait until process ${holder.pid} has finished, or stop it, then repeat the call; what is indexed can be searched meanwhile.`;
    } catch {
      // The note is for people only: without it the lock still holds.
    }
    return new CodeIndexError('conflict', `The index in ${this.#core.place.dataDir} is being written by ${who}.`, fix);
  }
}
