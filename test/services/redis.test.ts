import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { REDIS_MISSING, startRedis } from './redis.ts';

test('a Redis of a test wants its password, keeps what was written over a kill, and forgets when it is told to', { skip: REDIS_MISSING }, async () => {
  await using redis = await startRedis({ password: 'an open secret', settings: { 'maxmemory-policy': 'allkeys-lru' } });
  const stranger = new Redis(redis.port, '127.0.0.1', { retryStrategy: () => null });
  stranger.on('error', () => {});
  await assert.rejects(stranger.get('kept'), /NOAUTH/);
  stranger.disconnect();
  const named = new Redis(redis.url);
  assert.equal(await named.set('kept', '1'), 'OK');
  named.disconnect();
  await redis.stop('kill');
  await redis.start();
  assert.equal(await redis.client.get('kept'), '1');
  await redis.stop();
  redis.forget();
  await redis.start();
  assert.equal(await redis.client.get('kept'), null);
  assert.deepEqual(await redis.client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'allkeys-lru']);
});
