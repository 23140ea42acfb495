import { Redis } from 'ioredis';
import { LIMITS, type Log, type Meter } from '../../base/mod.ts';
import type { Address } from './address.ts';

export type Part = 'rates' | 'answers' | 'news';

/** Refusals come with every request; they are told so seldom. */
const REFUSAL_MILLIS = 60_000;

export function keyOf(prefix: string, parts: readonly string[]): string {
  return [prefix, ...parts].join(':');
}

/** Tries to connect again after so long: at once first, then ever more seldom. */
export function retryMillis(times: number): number {
  return Math.min(50 * 2 ** Math.min(times - 1, 6), 2_000);
}

/**
 * The connection for questions that are answered at once or not at all: nothing waits for a connection to come back, and
 * a Redis that was late is left alone for a while. Says once when it is lost, and once when it is back.
 */
export class Line {
  readonly client: Redis;
  readonly #prefix: string;
  readonly #meter: Meter;
  readonly #log: Log;
  readonly #waitMillis: number;
  #pausedUntil = 0;
  #quietUntil = -Infinity;
  #lost = false;
  #closed = false;
  #last: Error | null = null;

  constructor(address: Address, prefix: string, meter: Meter, log: Log, waitMillis: number) {
    this.#prefix = prefix;
    this.#meter = meter;
    this.#log = log;
    this.#waitMillis = waitMillis;
    this.client = new Redis({
      ...address, connectionName: 'code-index', enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0,
      connectTimeout: 2_000, socketTimeout: 2_000, retryStrategy: retryMillis,
      // After a failover the old primary refuses writes: the address leads to the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.client.on('error', (error: Error) => { this.#last = error; });
    this.client.on('ready', () => this.#found());
    this.client.on('close', () => this.#lose(this.#last));
  }

  /** The key of what is kept under a name; one thing has the same key at every server. */
  key(...parts: readonly string[]): string {
    return keyOf(this.#prefix, parts);
  }

  /** Resolves when it is connected, at the latest after so long. */
  async connected(millis: number): Promise<void> {
    if (this.client.status === 'ready') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.client.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Asks while a request waits, and not for long. Throws where there is no answer. */
  ask<T>(part: Exclude<Part, 'news'>, question: (client: Redis) => Promise<T>): Promise<T> {
    return this.#counted(part, () => {
      if (performance.now() < this.#pausedUntil) throw new Error('it did not answer in time');
      return within(question(this.client), this.#waitMillis, () => { this.#pausedUntil = performance.now() + LIMITS.sharedPauseMillis; });
    });
  }

  /** Does what nobody waits for. Throws where it cannot be done. */
  tell<T>(act: (client: Redis) => Promise<T>): Promise<T> {
    return this.#counted('news', () => within(act(this.client), LIMITS.newsTellMillis, () => {}));
  }

  async #counted<T>(part: Part, run: () => Promise<T>): Promise<T> {
    try {
      if (this.client.status !== 'ready') throw this.#last ?? new Error('there is no connection');
      const answer = await run();
      this.#found();
      this.#meter.count('code_index_shared_requests_total', { part, outcome: 'done' });
      return answer;
    } catch (error) {
      this.#lose(error as Error);
      this.#meter.count('code_index_shared_requests_total', { part, outcome: 'failed' });
      throw error;
    }
  }

  /** Throws what is wrong. */
  async check(): Promise<void> {
    try {
      if (this.client.status !== 'ready') throw this.#last ?? new Error('there is no connection');
      await this.client.ping();
    } catch (error) {
      throw new Error(`Redis cannot be reached: ${reasonOf(error as Error)}. Searching goes on; each server counts and keeps answers for itself.`, { cause: error });
    }
  }

  close(): void {
    this.#closed = true;
    this.client.disconnect();
  }

  #found(): void {
    if (this.#lost) this.#log('info', 'Redis answers again: rate limits, answers and news are shared.');
    this.#lost = false;
    this.#last = null;
  }

  #lose(error: Error | null): void {
    if (this.#closed) return;
    // It lives, and does not want this: it is full, or this user may not.
    if (error?.name === 'ReplyError' && this.client.status === 'ready') {
      if (performance.now() < this.#quietUntil) return;
      this.#quietUntil = performance.now() + REFUSAL_MILLIS;
      this.#log('warn', `Redis refuses what this server wants to share (${reasonOf(error)}).`);
      return;
    }
    if (this.#lost) return;
    this.#lost = true;
    this.#log('warn', `Redis does not answer (${reasonOf(error)}): until it does, this server counts requests and keeps answers for itself.`);
  }
}

function reasonOf(error: Error | null): string {
  // A host of several addresses fails with one error for each, and no sentence of its own.
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
  return (first?.message ?? '').replace(/\.$/, '') || 'the connection was closed';
}

/** Rejects after so long. What arrived while this thread was busy counts as in time. */
function within<T>(answer: Promise<T>, millis: number, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let open = true;
    const timer = setTimeout(() => setImmediate(() => {
      if (!open) return;
      onLate();
      reject(new Error(`it did not answer within ${millis} ms`));
    }), millis);
    answer.then(resolve, reject).finally(() => {
      open = false;
      clearTimeout(timer);
    });
  });
}
