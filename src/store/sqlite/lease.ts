import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { Core } from './core.ts';
import { asStoreError } from './errors.ts';
import { WriterLock } from './writer-lock.ts';

export interface LeaseOptions {
  waitMillis?: number;
  signal?: AbortSignal;
}

/** What runs under each lease before and after its holder does. */
export interface LeaseHooks {
  taken(): Promise<void>;
  released(): Promise<void>;
}

const TURN_MILLIS = 100;

/** The only right to write, one for each data folder: the writer's lock, with a queue of those of one process before it. */
export class Leases {
  readonly #core: Core;
  readonly #hooks: LeaseHooks;
  readonly #writerLock: WriterLock;
  #turn: Promise<void> = Promise.resolve();
  #held = false;

  constructor(core: Core, hooks: LeaseHooks) {
    this.#core = core;
    this.#hooks = hooks;
    this.#writerLock = new WriterLock(core.place.dataDir);
  }

  /** This store has the lease at the moment. */
  get held(): boolean {
    return this.#held;
  }

  /** Who holds it, as a phrase; null where nobody does. */
  holder(): string | null {
    return this.#writerLock.holder();
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
      const lock = await this.#writerLock.take(purpose, deadline, options.signal);
      try {
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
      throw asStoreError(thrown, this.#writerLock.file, 'Taking the right to write');
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
      const turned = await Promise.race([done, sleep(Math.max(0, Math.min(left, TURN_MILLIS)), false, { signal: timer.signal })]);
      timer.abort();
      if (turned) return;
      if (left <= 0) throw this.#writerLock.taken();
    }
  }
}
