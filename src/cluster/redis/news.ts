/**
 * News as a stream: whoever lost the connection reads on where they stood, which a channel would not give them. It is
 * bounded and has an end, and Redis may lose it: so whoever comes back is also told that something may be missing.
 */
import { Redis } from 'ioredis';
import { LIMITS } from '../../base/mod.ts';
import type { Heard, News } from '../port.ts';
import type { Address } from './address.ts';
import { keyOf, retryMillis, type Line } from './line.ts';

const STREAM = 'news';
/** A read waits for so long; a connection that says nothing for longer is dead. */
const BLOCK_MILLIS = 5_000;
const GRACE_MILLIS = 2_000;
/** Where reading fails although there is a connection. */
const PAUSE_MILLIS = 200;
const PAGE = 100;

export async function tellNews(line: Line, from: string, news: News): Promise<boolean> {
  try {
    const results = await line.tell((client) => client.multi().xadd(line.key(STREAM), 'MAXLEN', '~', LIMITS.newsKept, '*', 'from', from, 'news', JSON.stringify(news)).pexpire(line.key(STREAM), LIMITS.newsMillis).exec());
    return results !== null && results.every(([error]) => error === null);
  } catch {
    return false;
  }
}

/** Reads what others tell until it is closed. */
export class NewsReader {
  readonly #client: Redis;
  readonly #stream: string;
  readonly #self: string;
  readonly #onNews: (heard: Heard) => void;
  /** The last that was read; null before the first connection. */
  #last: string | null = null;
  #stands = false;
  /** There was a time without a connection. */
  #late = false;
  #closed = false;
  readonly #closing = Promise.withResolvers<never>();
  #ended: Promise<void> = Promise.resolve();

  constructor(address: Address, prefix: string, self: string, onNews: (heard: Heard) => void) {
    this.#stream = keyOf(prefix, [STREAM]);
    this.#self = self;
    this.#onNews = onNews;
    this.#client = new Redis({
      ...address, connectionName: 'code-index-news', maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false,
      connectTimeout: 2_000, socketTimeout: BLOCK_MILLIS + GRACE_MILLIS, retryStrategy: retryMillis,
    });
    this.#closing.promise.catch(() => {});
    // The other connection says what is wrong.
    this.#client.on('error', () => {});
    this.#client.on('close', () => { this.#stands = false; });
  }

  /** Resolves when it knows where to read on, at the latest after so long. */
  async begin(millis: number): Promise<void> {
    const begun = Promise.withResolvers<void>();
    this.#ended = this.#read(begun.resolve);
    const timer = setTimeout(begun.resolve, millis);
    await begun.promise;
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.disconnect();
    // A connection that is just being sought answers nobody any more.
    this.#closing.reject(new Error('closed'));
    await this.#ended;
  }

  async #read(onStanding: () => void): Promise<void> {
    while (!this.#closed) {
      try {
        if (!this.#stands) {
          await this.#stand();
          onStanding();
        }
        const read = (await this.#open(this.#client.xread('COUNT', PAGE, 'BLOCK', BLOCK_MILLIS, 'STREAMS', this.#stream, this.#last ?? '0-0'))) as readonly [string, readonly [string, readonly string[]][]][] | null;
        for (const [id, fields] of read?.[0]?.[1] ?? []) {
          this.#last = id;
          this.#take(fields);
        }
      } catch {
        this.#stands = false;
        this.#late = true;
        if (!this.#closed) await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
      }
    }
  }

  /** Finds where to read on: at the end the first time, else where it stood, unless the stream was begun anew. */
  async #stand(): Promise<void> {
    const [newest] = await this.#open(this.#client.xrevrange(this.#stream, '+', '-', 'COUNT', 1));
    const end = newest?.[0] ?? '0-0';
    this.#stands = true;
    if (this.#last === null || isLater(this.#last, end)) this.#last = end;
    if (this.#late) this.#onNews({ kind: 'missed' });
    this.#late = false;
  }

  #open<T>(reply: Promise<T>): Promise<T> {
    return Promise.race([reply, this.#closing.promise]);
  }

  #take(fields: readonly string[]): void {
    const { from, news } = Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at], fields[2 * at + 1]])) as { readonly from?: string; readonly news?: string };
    if (from === this.#self || news === undefined) return;
    this.#onNews(JSON.parse(news) as News);
  }
}

/** Ids are milliseconds and a count. */
function isLater(one: string, other: string): boolean {
  const [millis = 0, count = 0] = one.split('-').map(Number);
  const [otherMillis = 0, otherCount = 0] = other.split('-').map(Number);
  return millis > otherMillis || (millis === otherMillis && count > otherCount);
}
