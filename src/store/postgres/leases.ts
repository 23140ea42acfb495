import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodeIndexError, LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { RepositoryId } from '../../domain/mod.ts';
import type { Core } from './core.ts';
import type { Connection, Session } from './database.ts';
import { asStoreError } from './errors.ts';
import { FIRST_REPOSITORY_LOCK, LOCKS } from './schema.ts';

export interface LeaseOptions {
  readonly waitMillis?: number;
  readonly signal?: AbortSignal;
  /** Only this repository is written; absent: everything may be. */
  readonly repository?: RepositoryId;
}

/** The right to write, of one repository or of all. What is written under it goes over its own connection: whoever lost the lock has lost the connection, and writes nothing any more. */
export class Lease {
  readonly repository: RepositoryId | null;
  readonly written: Set<RepositoryId> = new Set();
  readonly #session: Session;
  #turn: Promise<unknown> = Promise.resolve();
  #background: Promise<unknown> = Promise.resolve();
  #failure: unknown = null;
  over: boolean = false;

  constructor(session: Session, repository: RepositoryId | null) {
    this.#session = session;
    this.repository = repository;
  }

  covers(repository: RepositoryId | null): boolean {
    return !this.over && (this.repository === null || this.repository === repository);
  }

  /** One transaction that happens wholly or not at all, one after the other. */
  write<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(() => this.#session.transaction(work));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Runs writing work that nobody waits for, between the commits of others. What fails is told to the next who writes. */
  behind(work: () => Promise<void>): void {
    this.#background = this.#background.then(work).catch((thrown: unknown) => {
      this.#failure ??= thrown;
    });
  }

  /** What failed behind the scenes, once. */
  checkBackground(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  async idle(): Promise<void> {
    await this.#background;
    await this.#turn;
  }

  async close(): Promise<void> {
    this.over = true;
    await this.#session[Symbol.asyncDispose]();
  }
}

/** What runs under each lease before and after its holder does. */
export interface LeaseHooks {
  taken(lease: Lease): Promise<void>;
  released(lease: Lease): Promise<void>;
}

const POLL_FIRST_MILLIS = 2;
const POLL_MOST_MILLIS = 100;

/**
 * Leases by locks of PostgreSQL: whoever dies, or whose connection breaks, has let go. Those of single repositories stand
 * side by side; one of everything stands alone. A clock is nowhere asked, so that skewed ones change nothing.
 */
export class Leases {
  readonly #core: Core;
  readonly #hooks: LeaseHooks;
  readonly #open = new Set<Lease>();
  /** Those of this process that want the same lock queue up in order, before they ask the database. */
  readonly #turns = new Map<number, Promise<void>>();
  /** The lease that the present work runs under, if it took one for itself. */
  readonly #own = new AsyncLocalStorage<Lease>();

  constructor(core: Core, hooks: LeaseHooks) {
    this.#core = core;
    this.#hooks = hooks;
  }

  async take(purpose: string, options: LeaseOptions = {}): Promise<Lease & AsyncDisposable> {
    this.#core.checkWritable();
    try {
      return await this.#take(purpose, options);
    } catch (thrown) {
      throw asStoreError(thrown, this.#core.database.place, 'Taking the right to write');
    }
  }

  async #take(purpose: string, { repository: only, waitMillis = LIMITS.writerWaitMillis, signal }: LeaseOptions): Promise<Lease & AsyncDisposable> {
    const repository = only ?? null;
    const deadline = Date.now() + waitMillis;
    const lock = repository === null ? LOCKS.whole : FIRST_REPOSITORY_LOCK + repository;
    throwIfAborted(signal);
    const letNext = await this.#turn(lock, deadline, signal);
    let session: Session | null = null;
    try {
      session = await this.#core.database.session(purpose);
      for (let pause = POLL_FIRST_MILLIS; !(await tryLocks(session, repository, lock)); pause = Math.min(pause * 2, POLL_MOST_MILLIS)) {
        throwIfAborted(signal);
        if (Date.now() >= deadline) throw await this.#taken(lock);
        await sleep(Math.max(1, Math.min(pause, deadline - Date.now())));
      }
      const holder = `process ${process.pid} on ${hostname()} (${purpose}, since ${new Date().toISOString()})`;
      await session.run('INSERT INTO lease_note (lock, holder) VALUES ($1, $2) ON CONFLICT (lock) DO UPDATE SET holder = excluded.holder', [lock, holder]);
      const opened = session;
      const lease = new Lease(opened, repository);
      await this.#hooks.taken(lease);
      this.#open.add(lease);
      return Object.assign(lease, { [Symbol.asyncDispose]: () => this.#release(lease, opened, lock).finally(letNext) });
    } catch (thrown) {
      letNext();
      await session?.[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Waits for those of this process that asked for the lock before; gives what lets the next one on. */
  async #turn(lock: number, deadline: number, signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#turns.get(lock) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = before.then(() => promise);
    this.#turns.set(lock, mine);
    void mine.then(() => {
      if (this.#turns.get(lock) === mine) this.#turns.delete(lock);
    });
    const done = before.then(() => true);
    for (;;) {
      const timer = new AbortController();
      const turned = await Promise.race([done, sleep(Math.max(0, Math.min(deadline - Date.now(), POLL_MOST_MILLIS)), false, { signal: timer.signal })]);
      timer.abort();
      if (turned) return resolve;
      if (signal?.aborted !== true && Date.now() < deadline) continue;
      resolve();
      throwIfAborted(signal);
      throw await this.#taken(lock);
    }
  }

  async #release(lease: Lease, session: Session, lock: number): Promise<void> {
    if (!this.#open.delete(lease)) return;
    try {
      // Work that began under this lease ends under it.
      await lease.idle();
      await this.#hooks.released(lease);
      await lease.idle();
      // Waits for the disk, and with it for everything that was committed without waiting.
      await session.run('DELETE FROM lease_note WHERE lock = $1', [lock]);
    } catch (thrown) {
      throw asStoreError(thrown, this.#core.database.place, 'Ending the right to write');
    } finally {
      await lease.close();
    }
  }

  /** Runs `work` under a lease of this store that covers the repository, or one taken for it. */
  async during<Result>(purpose: string, repository: RepositoryId | null, work: (lease: Lease) => Promise<Result>): Promise<Result> {
    this.#core.checkWritable();
    const held = [this.#own.getStore(), ...this.#open].find((lease) => lease?.covers(repository) === true);
    if (held !== undefined) return work(held);
    await using lease = await this.take(purpose, repository === null ? {} : { repository });
    return await this.#own.run(lease, () => work(lease));
  }

  /** Who writes at the moment, as a phrase; null where nobody does. */
  async holder(): Promise<string | null> {
    const [row] = await this.#core.database.writer.rows<[string]>('SELECT holder FROM lease_note ORDER BY lock LIMIT 1');
    if (row === undefined) return null;
    await using session = await this.#core.database.session('looking who writes');
    return (await session.tryLock(LOCKS.whole)) ? null : row[0];
  }

  async #taken(lock: number): Promise<CodeIndexError> {
    const rows = await this.#core.database.writer.rows<[string]>('SELECT holder FROM lease_note WHERE lock = $1 OR lock = $2 OR $1 = $2 ORDER BY lock = $1 DESC LIMIT 1', [lock, LOCKS.whole]);
    return new CodeIndexError(
      'conflict', `The index in ${this.#core.database.place} is being written by ${rows[0]?.[0] ?? 'another process'}.`,
      'Wait until it has finished, or stop it, then repeat the call; what is indexed can be searched meanwhile.',
    );
  }
}

/** Both locks or none. */
async function tryLocks(session: Session, repository: RepositoryId | null, lock: number): Promise<boolean> {
  if (repository === null) return session.tryLock(LOCKS.whole);
  if (!(await session.tryLock(LOCKS.whole, true))) return false;
  if (await session.tryLock(lock)) return true;
  await session.run('SELECT pg_advisory_unlock_all()');
  return false;
}
