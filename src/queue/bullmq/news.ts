/** What processes that share a queue tell each other. News may be lost: whoever depends on them looks for himself, too. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Job } from '../../domain/mod.ts';

export type Item = { readonly job: Job } | { readonly cancel: string };

export class News {
  readonly #redis: Redis;
  readonly #channel: string;
  /** Who we are, so that we do not hear ourselves. */
  readonly #from = randomUUID();

  /** `redis` speaks, `hearing` is a connection for this alone. */
  constructor(redis: Redis, hearing: Redis, prefix: string, hear: (item: Item) => void) {
    this.#redis = redis;
    this.#channel = `${prefix}:news`;
    hearing.on('message', (_channel: string, text: string) => {
      const { from, ...item } = JSON.parse(text) as Item & { readonly from: string };
      if (from !== this.#from) hear(item);
    });
    // Repeated by the connection itself whenever it comes back.
    void hearing.subscribe(this.#channel).catch(() => {});
  }

  say(item: Item): void {
    if (this.#redis.status !== 'ready') return;
    void this.#redis.publish(this.#channel, JSON.stringify({ from: this.#from, ...item })).catch(() => {});
  }
}
