/** What servers share, on a real Redis: the suite of the port, and what happens when Redis is away, wrong, full or slow. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS, type Log } from '../src/base/mod.ts';
import { openRedisCluster, type Cluster } from '../src/cluster/mod.ts';
import { Ear, clusterSuite, newKey } from '../src/cluster/suite/mod.ts';
import { startRedis, type RedisService } from './services/redis.ts';

/** In CI nothing is skipped. */
const MISSING = process.env['CI'] !== 'true' && spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).error !== undefined;
const PASSWORD = 'a password / of tests';
const said: string[] = [];
const log: Log = (level, sentence) => void said.push(`${level}: ${sentence}`);

describe('redis', { skip: MISSING }, () => {
  let redis: RedisService;
  /** Patient, because what other programs do on this machine is not what is tested. */
  const open = (waitMillis = 10_000): Promise<Cluster> => openRedisCluster({ url: redis.url, log, waitMillis });
  before(async () => {
    redis = await startRedis({ password: PASSWORD, settings: { 'enable-debug-command': 'yes' } });
  });
  after(async () => {
    await redis?.[Symbol.asyncDispose]();
  });

  clusterSuite('Redis', { shares: true, open: () => open() });

  it('every key has an end, so that Redis may evict all of them', async () => {
    const keys = await redis.client.keys('*');
    assert.ok(keys.length > 5, String(keys));
    for (const key of keys) {
      assert.match(key, /^code-index:(rate:|answer:|news$)/);
      const left = await redis.client.pttl(key);
      assert.ok(left > 0 && left <= 3_700_000, `${key}: ${left}`);
    }
    assert.doesNotMatch(keys.join(), /case \d/, 'keys are digests');
  });

  it('installations with prefixes of their own share nothing', async () => {
    await using one = await open();
    await using stranger = await openRedisCluster({ url: redis.url, prefix: 'other', log, waitMillis: 10_000 });
    using ear = new Ear(stranger);
    const [key, rate] = [newKey(), { count: 2, millis: 3_600_000 }];
    for (const cluster of [one, one, stranger]) assert.equal((await cluster.counts.take(key, rate)).taken, true);
    one.answers?.put(key, Buffer.from('one'));
    await until(async () => (await one.answers?.get(key)) !== null);
    assert.equal(await stranger.answers?.get(key), null);
    await one.tell({ kind: 'settings' });
    await sleep(50);
    assert.deepEqual(ear.heard, []);
    await redis.client.del(await redis.client.keys('other:*'));
  });

  it('counts by the clock of Redis: two servers an hour apart count the same', async () => {
    await using one = await open();
    const key = newKey();
    await one.counts.take(key, { count: 4, millis: 60_000 });
    const kept = (await redis.client.keys('code-index:rate:*')).map(async (name) => [name, await redis.client.hget(name, 'at')] as const);
    const [seconds] = await redis.client.time();
    const times = (await Promise.all(kept)).map(([, at]) => Number(at) / 1_000);
    assert.ok(times.some((at) => Math.abs(at - Number(seconds)) < 60));
    // As a clock of Redis that was set back an hour finds it: nothing comes back early, nothing is taken away.
    for (const [name] of await Promise.all(kept)) await redis.client.hset(name, 'at', String((Number(seconds) + 3_600) * 1_000));
    assert.equal((await one.counts.take(key, { count: 4, millis: 60_000 })).left, 2);
  });

  it('goes on alone while Redis is away, says so once, and shares again by itself', async () => {
    await using one = await open();
    await using other = await open();
    using ear = new Ear(other);
    const [key, rate] = [newKey(), { count: 10, millis: 3_600_000 }];
    for (let turn = 0; turn < 8; turn++) await (turn < 4 ? one : other).counts.take(key, rate);
    one.answers?.put(key, Buffer.from('kept'));
    await until(async () => (await one.answers?.get(key)) !== null);
    said.length = 0;
    await redis.stop('kill');
    const alone = await Promise.all(Array.from({ length: 20 }, async () => one.counts.take(key, rate)));
    assert.equal(alone.filter(({ taken }) => taken).length, 6, 'it goes on from what it let through itself');
    assert.equal(await one.answers?.get(key), null);
    assert.equal(await one.tell({ kind: 'settings' }), false);
    await assert.rejects(one.check(), /^Error: Redis cannot be reached: [^.]+\. Searching goes on/);
    await until(async () => said.length >= 2);
    assert.equal(said.filter((line) => /^warn: Redis does not answer/.test(line)).length, 2, said.join('\n'));
    await redis.start();
    await until(async () => (await one.tell({ kind: 'settings' })));
    await ear.until((heard) => heard.some(({ kind }) => kind === 'missed') && heard.some(({ kind }) => kind === 'settings'));
    assert.equal(await one.check(), 'ok');
    assert.ok(said.includes('info: Redis answers again: rate limits, answers and news are shared.'));
    await until(async () => (await one.answers?.get(key))?.toString() === 'kept');
    assert.equal((await other.counts.take(key, rate)).left, 1, 'what was counted before is still counted');
  });

  it('hears what was told while its own connection was cut', async () => {
    await using one = await open();
    await using other = await open();
    using ear = new Ear(other);
    for (let round = 0; round < 5; round++) {
      await redis.client.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES').catch(() => {});
      await until(async () => one.tell({ kind: 'cancelled', call: `round ${round}` }));
      await ear.until((heard) => heard.some((one) => one.kind === 'cancelled' && one.call === `round ${round}`));
    }
  });

  it('begins before Redis does, and finds it', async () => {
    await redis.stop();
    redis.forget();
    await using one = await open();
    using ear = new Ear(one);
    assert.equal((await one.counts.take(newKey(), { count: 5, millis: 1_000 })).left, 4);
    await redis.start();
    await until(async () => (await one.check().catch(() => '')) === 'ok');
    await using other = await open();
    // It listens from the moment that it is connected, and is told that there was a time before.
    await until(async () => {
      await other.tell({ kind: 'log_level', level: 'warn' });
      return ear.heard.some(({ kind }) => kind === 'log_level');
    });
    assert.equal(ear.heard[0]?.kind, 'missed');
  });

  it('a Redis that hangs costs a moment once, and not every request', async () => {
    await using one = await open(LIMITS.sharedMillis);
    const rate = { count: 1_000, millis: 60_000 };
    await one.counts.take(newKey(), rate);
    const pause = redis.client.call('DEBUG', 'SLEEP', '1.5').catch(() => {});
    await sleep(20);
    said.length = 0;
    for (let turn = 0; turn < 50; turn++) {
      assert.equal((await one.counts.take(newKey(), rate)).taken, true);
      assert.equal(await one.answers?.get(newKey()), null);
    }
    assert.equal(said.filter((line) => line.includes(`within ${LIMITS.sharedMillis} ms`)).length, 1, said.join('\n'));
    await pause;
    await until(async () => one.tell({ kind: 'indexed' }));
  });

  it('a full Redis that may forget forgets answers, and one that may not refuses them: requests are answered', async () => {
    for (const policy of ['allkeys-lru', 'volatile-lru', 'noeviction']) {
      await using small = await startRedis({ settings: { maxmemory: '3mb', 'maxmemory-policy': policy } });
      await using one = await openRedisCluster({ url: small.url, log, waitMillis: 10_000 });
      said.length = 0;
      for (let turn = 0; turn < 60; turn++) {
        one.answers?.put(newKey(), Buffer.alloc(100_000, 1));
        assert.equal((await one.counts.take(newKey(), { count: 5, millis: 60_000 })).taken, true);
      }
      const refused = said.filter((line) => /Redis refuses what this server wants to share \(OOM/.test(line)).length;
      assert.equal(refused, policy === 'noeviction' ? 1 : 0, said.join('\n'));
      if (policy !== 'noeviction') assert.notEqual(await one.tell({ kind: 'indexed' }), undefined);
    }
  });

  it('a wrong password and an address that is none are told in a sentence', async () => {
    said.length = 0;
    {
      await using wrong = await openRedisCluster({ url: `redis://:wrong@127.0.0.1:${redis.port}`, log });
      assert.equal((await wrong.counts.take(newKey(), { count: 5, millis: 1_000 })).taken, true);
      await assert.rejects(wrong.check(), /Redis cannot be reached: WRONGPASS/);
    }
    assert.match(said.join('\n'), /^warn: Redis does not answer \(WRONGPASS/m);
    assert.doesNotMatch(said.join('\n'), /a password|: wrong\b/);
    await using named = await openRedisCluster({ url: `redis://default:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}/3`, log });
    assert.equal(await named.check(), 'ok');
    for (const url of ['127.0.0.1:6379', 'http://host', 'redis://', 'redis://host/one', 'redis://host/0?family=6', 'redis://user:secret@ho st/0']) {
      await assert.rejects(openRedisCluster({ url, log }), { code: 'invalid_query', message: 'REDIS_URL is not an address of Redis.' });
    }
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail('it did not come to that within 15 s');
    await sleep(20);
  }
}
