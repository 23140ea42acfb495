import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REDIS_MISSING, startRedis } from '../../../test/services/redis.ts';
import type { RedisPlace } from '../../queue/mod.ts';
import { openService } from '../service.ts';
import { SERVER } from './server.ts';

test('the queue: within each server, shared, in danger, or out of reach', { skip: REDIS_MISSING }, async () => {
  await using redis = await startRedis({ password: 'between us' });
  const found = async (place?: RedisPlace): Promise<string> => {
    await using service = openService({ dataDir: '/nowhere', allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0', ...(place === undefined ? {} : { redis: place }) });
    const answer = await SERVER.find(({ name }) => name === 'queue')?.run(service).catch((error: unknown) => `fault: ${(error as Error).message}`);
    return typeof answer === 'string' ? answer : `${answer?.found} ${answer?.fix}`;
  };
  assert.equal(await found(), 'within each server: REDIS_URL is not set');
  assert.equal(await found({ url: redis.url }), 'shared over Redis, which answers');
  assert.match(await found({ url: `redis://127.0.0.1:${redis.port}` }), /^fault: .*wants a password, and none was given/);
  await redis.client.config('SET', 'maxmemory-policy', 'volatile-lru');
  assert.match(await found({ url: redis.url }), /may drop keys .*volatile-lru.* Set `maxmemory-policy noeviction`/);
});
