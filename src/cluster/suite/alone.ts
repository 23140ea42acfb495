/** What a server may lean on whether or not there are others. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ear, newKey, type Cases } from './harness.ts';

export const ALONE: Cases = {
  'rates: as many as the rate says at once, then as they come back': async (driver) => {
    await using cluster = await driver.open();
    const rate = { count: 3, millis: 600 };
    const key = newKey();
    const take = async (peek = false): Promise<boolean> => (await cluster.counts.take(key, rate, peek)).taken;
    const first = [await take(), await take(), await take()];
    const spent = await cluster.counts.take(key, rate);
    assert.deepEqual(first, [true, true, true]);
    assert.deepEqual([spent.taken, spent.left], [false, 0]);
    assert.ok(spent.waitMillis > 0 && spent.waitMillis <= 200, String(spent.waitMillis));
    assert.equal(await take(true), false);
    await sleep(spent.waitMillis + 5);
    assert.deepEqual([await take(true), await take(true), await take()], [true, true, true], 'looking takes nothing');
    await sleep(700);
    assert.equal((await cluster.counts.take(key, rate)).left, 2, 'what comes back is never more than the rate');
  },

  'rates: callers have their own, and a smaller rate holds at once': async (driver) => {
    await using cluster = await driver.open();
    const [one, other] = [newKey(), newKey()];
    const large = { count: 100, millis: 3_600_000 };
    for (let turn = 0; turn < 5; turn++) await cluster.counts.take(one, large);
    assert.equal((await cluster.counts.take(one, large)).left, 94);
    assert.equal((await cluster.counts.take(other, large)).left, 99);
    const { taken, left, waitMillis } = await cluster.counts.take(one, { count: 2, millis: 3_600_000 });
    assert.deepEqual([taken, left, waitMillis], [true, 1, 0]);
  },

  'rates: taken at once by many, never more than there are': async (driver) => {
    await using cluster = await driver.open();
    const key = newKey();
    const all = await Promise.all(Array.from({ length: 60 }, async () => cluster.counts.take(key, { count: 25, millis: 3_600_000 })));
    assert.equal(all.filter(({ taken }) => taken).length, 25);
  },

  'news: nobody hears themselves': async (driver) => {
    await using cluster = await driver.open();
    using ear = new Ear(cluster);
    await cluster.tell({ kind: 'indexed' });
    await sleep(50);
    assert.deepEqual(ear.heard, []);
    assert.notEqual(await cluster.check(), '');
  },
};
