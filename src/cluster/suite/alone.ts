/** What a server may lean on whether or not there are others. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ear, newKey, type Cases } from './harness.ts';

export const ALONE: Cases = {
  'rates: as many as the rate says at once, and how long to wait for more': async (driver) => {
    await using cluster = await driver.open();
    const rate = { count: 3, millis: 3_600_000 };
    const key = newKey();
    const take = async (peek = false): Promise<string> => {
      const { taken, left } = await cluster.counts.take(key, rate, peek);
      return `${taken} ${left}`;
    };
    assert.deepEqual([await take(true), await take(), await take(), await take(true), await take(), await take(), await take(true)], ['true 3', 'true 2', 'true 1', 'true 1', 'true 0', 'false 0', 'false 0'], 'looking takes nothing');
    const { waitMillis } = await cluster.counts.take(key, rate);
    assert.ok(waitMillis > 1_000_000 && waitMillis <= 1_200_000, String(waitMillis));
  },

  'rates: what is taken comes back evenly, never more than the rate': async (driver) => {
    await using cluster = await driver.open();
    const [key, rate] = [newKey(), { count: 4, millis: 400 }];
    for (let turn = 0; turn < 4; turn++) await cluster.counts.take(key, rate);
    await sleep(120);
    assert.equal((await cluster.counts.take(key, rate)).taken, true);
    await sleep(600);
    assert.equal((await cluster.counts.take(key, rate, true)).left, 4);
    assert.equal((await cluster.counts.take(key, rate)).waitMillis, 0);
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
