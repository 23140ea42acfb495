/** What of Redis stands in the way of a queue. */
import type { Redis } from 'ioredis';
import type { QueueCondition } from '../port.ts';
import { connect, isReady, redisError, shownPlace, type RedisPlace } from './connection.ts';

export async function conditionOf(redis: Redis, place: RedisPlace): Promise<QueueCondition> {
  try {
    if (!(await isReady(redis, place, 0))) throw new Error('no connection');
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? 'noeviction';
    return { failure: null, warning: policy === 'noeviction' ? null : evicts(policy, place) };
  } catch (error) {
    const { message, fix } = redisError(error, place);
    return { failure: `${message} ${fix}`, warning: null };
  }
}

/** The same over a connection for this question alone. */
export async function redisCondition(place: RedisPlace): Promise<QueueCondition> {
  const redis = connect(place, false);
  try {
    await isReady(redis, place);
    return await conditionOf(redis, place);
  } catch (error) {
    const { message, fix } = redisError(error, place);
    return { failure: `${message} ${fix}`, warning: null };
  } finally {
    redis.disconnect();
  }
}

function evicts(policy: string, place: RedisPlace): string {
  return `Redis at ${shownPlace(place)} may drop keys of the queue when its memory is full (maxmemory-policy ${policy}). Set it to noeviction, or give the queue a Redis of its own; jobs that it drops are found in the database and go on later.`;
}
