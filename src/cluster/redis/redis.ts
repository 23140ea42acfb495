import { randomUUID } from 'node:crypto';
import { LIMITS, NO_METER, type Log, type Meter } from '../../base/mod.ts';
import type { Cluster, Heard } from '../port.ts';
import { addressOf } from './address.ts';
import { redisAnswers } from './answers.ts';
import { Line } from './line.ts';
import { NewsReader, tellNews } from './news.ts';
import { redisCounts } from './rates.ts';

export interface RedisClusterOptions {
  /** `redis://` or `rediss://`, with user and password. */
  readonly url: string;
  /** How all keys begin: the same for the servers of one installation, and for no other; absent: `code-index`. */
  readonly prefix?: string;
  readonly log: Log;
  readonly meter?: Meter;
  /** Milliseconds that a request waits for an answer of Redis; absent: `LIMITS.sharedMillis`. */
  readonly waitMillis?: number;
}

/** A start waits so long for Redis, then goes on without it. */
const CONNECT_MILLIS = 2_000;

/** What servers share over Redis. A Redis that is away, or wants another password, is told to the log and costs nothing but sharing. */
export async function openRedis({ url, prefix = 'code-index', log, meter = NO_METER, waitMillis = LIMITS.sharedMillis }: RedisClusterOptions): Promise<Cluster> {
  const address = addressOf(url);
  const self = randomUUID();
  const listeners = new Set<(heard: Heard) => void>();
  const line = new Line(address, prefix, meter, log, waitMillis);
  const reader = new NewsReader(address, prefix, self, (heard) => {
    for (const listener of listeners) listener(heard);
  });
  await Promise.all([line.connected(CONNECT_MILLIS), reader.begin(CONNECT_MILLIS)]);
  return {
    counts: redisCounts(line),
    answers: redisAnswers(line),
    tell: (news) => tellNews(line, self, news),
    hear(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async check() {
      await line.check();
      return 'ok';
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
      line.close();
      await reader.close();
    },
  };
}
