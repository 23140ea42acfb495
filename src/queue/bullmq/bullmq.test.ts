import { after, before } from 'node:test';
import { REDIS_MISSING, startRedis, type RedisService } from '../../../test/services/redis.ts';
import type { JobRecords } from '../port.ts';
import { queueSuite } from '../suite/mod.ts';
import { openSharedQueue } from './queue.ts';

let redis: RedisService;
if (REDIS_MISSING === false) {
  before(async () => { redis = await startRedis(); });
  after(() => redis[Symbol.asyncDispose]());
}

/** Queues over the same records are of one installation, and share what they have in Redis. */
const installations = new Map<JobRecords, string>();

queueSuite('Redis', {
  open: (options) => {
    const prefix = installations.get(options.records) ?? `suite-${installations.size}`;
    installations.set(options.records, prefix);
    return openSharedQueue({ ...options, redis: { url: redis.url, prefix }, leaseMillis: 1_000 });
  },
}, REDIS_MISSING);
