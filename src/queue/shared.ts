/** The queue over Redis, whose libraries are loaded where one is configured and nowhere else. */
import type { RedisPlace } from './bullmq/connection.ts';
import type { SharedQueueOptions } from './bullmq/queue.ts';
import type { Queue, QueueCondition } from './port.ts';

/** The queue that several processes share. Errors: `unavailable` where Redis refuses us, `invalid_query` where the address is none. */
export async function openSharedQueue(options: SharedQueueOptions): Promise<Queue> {
  const driver = await import('./bullmq/queue.ts');
  return driver.openSharedQueue(options);
}

/** What stands in the way of a queue over this Redis. */
export async function redisCondition(place: RedisPlace): Promise<QueueCondition> {
  const driver = await import('./bullmq/condition.ts');
  return driver.redisCondition(place);
}
