/**
 * cluster: "What do the servers of one installation tell each other?" Counts, answers, news.
 *
 * Invariants: everything here may be lost at any moment, and then costs time and no truth; no request fails and none
 * waits long because of it. What must not be lost (tokens, what is revoked, jobs) is the store's and the queue's.
 */
export type { Cluster, Heard, News, Rate, RateCounts, RateTaken, SharedAnswers } from './port.ts';
export { memoryCounts } from './memory/rates.ts';
export { openMemoryCluster } from './memory/memory.ts';
export type { RedisClusterOptions } from './redis/redis.ts';
export { openRedisCluster } from './open.ts';
