import type { Cluster } from './port.ts';
import type { RedisClusterOptions } from './redis/redis.ts';

/** Loads the client of Redis only where there is one to talk to. Throws `invalid_query` for an address that is none. */
export async function openRedisCluster(options: RedisClusterOptions): Promise<Cluster> {
  const { openRedis } = await import('./redis/redis.ts');
  return openRedis(options);
}
