/** What several servers may lean on. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '../../base/mod.ts';
import { Ear, newKey, type Cases } from './harness.ts';

export const TOGETHER: Cases = {
  'rates: all servers count the same, however many ask at once': async (driver) => {
    await using one = await driver.open();
    await using other = await driver.open();
    const [key, rate] = [newKey(), { count: 20, millis: 3_600_000 }];
    const all = await Promise.all(Array.from({ length: 50 }, async (_, at) => (at % 2 === 0 ? one : other).counts.take(key, rate)));
    assert.equal(all.filter(({ taken }) => taken).length, 20);
    for (const server of [one, other]) assert.equal((await server.counts.take(key, rate, true)).taken, false);
  },

  'answers: what one keeps another finds, byte by byte, and nothing else': async (driver) => {
    await using one = await driver.open();
    await using other = await driver.open();
    const key = newKey();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    assert.equal(await other.answers?.get(key), null);
    one.answers?.put(key, bytes);
    for (let turn = 0; turn < 200 && (await other.answers?.get(key)) === null; turn++) await sleep(5);
    assert.deepEqual(await other.answers?.get(key), bytes);
    assert.equal(await other.answers?.get(`${key} `), null);
    const large = newKey();
    one.answers?.put(large, Buffer.alloc(LIMITS.sharedAnswerBytes + 1));
    await sleep(50);
    assert.equal(await other.answers?.get(large), null, 'too large');
  },

  'news: all others hear them in their order, from the moment that they listen': async (driver) => {
    await using one = await driver.open();
    assert.equal(await one.tell({ kind: 'settings' }), true);
    await using other = await driver.open();
    await using third = await driver.open();
    using own = new Ear(one);
    using ear = new Ear(other);
    using away = new Ear(third);
    for (let call = 0; call < 20; call++) assert.equal(await one.tell({ kind: 'cancelled', call: String(call) }), true);
    assert.equal(await one.tell({ kind: 'log_level', level: 'debug' }), true);
    const wanted = [...Array.from({ length: 20 }, (_, call) => ({ kind: 'cancelled', call: String(call) })), { kind: 'log_level', level: 'debug' }];
    for (const listening of [ear, away]) {
      await listening.until(({ length }) => length === wanted.length);
      assert.deepEqual(listening.heard, wanted);
    }
    assert.deepEqual(own.heard, []);
    away[Symbol.dispose]();
    await one.tell({ kind: 'indexed' });
    await ear.until((heard) => heard.at(-1)?.kind === 'indexed');
    assert.equal(away.heard.length, wanted.length, 'who stopped listening hears nothing');
  },
};
