/** What is left when a process ends, in good order or not. */
import assert from 'node:assert/strict';
import { LIMITS } from '../../base/mod.ts';
import { ask, Bench, indexOf, Records, type Cases } from './harness.ts';

export const RESTART: Cases = {
  'draining: jobs that run get time, nothing more is begun or taken, and the next process does the rest': async (driver) => {
    const records = new Records();
    const bench = new Bench();
    const first = await driver.open({ records, execute: bench.execute });
    await ask(first, 'a');
    await ask(first, 'b');
    await bench.runs('a');
    const drained = first.drain(5_000);
    await assert.rejects(ask(first, 'c'), { code: 'unavailable' });
    await bench.end('a');
    await drained;
    assert.deepEqual((await records.jobs({ limit: 9 })).map(({ repository, state }) => `${repository} ${state}`), ['b queued', 'a done']);
    await first[Symbol.asyncDispose]();
    await using second = await driver.open({ records, execute: bench.execute });
    await bench.end('b');
    const [b] = await records.jobs({ limit: 1 });
    assert.equal((await second.follow(b?.id ?? '', () => {})).state, 'done');
    assert.deepEqual(bench.begun, ['a', 'b']);
  },

  'draining: what takes too long is stopped, and being stopped is no failure': async (driver) => {
    const records = new Records();
    const bench = new Bench();
    const first = await driver.open({ records, execute: bench.execute });
    const job = await ask(first, 'a');
    await bench.runs('a');
    await first.drain(10);
    await first[Symbol.asyncDispose]();
    const left = await records.job(job.id);
    assert.deepEqual([left?.state, left?.attempts, left?.error], ['queued', 0, null]);
    await using second = await driver.open({ records, execute: bench.execute });
    await bench.end('a');
    assert.equal((await second.follow(job.id, () => {})).attempts, 1);
  },

  'a job that a dead process was at is begun again, but not for ever': async (driver) => {
    const records = new Records();
    const base = { request: indexOf('a'), by: 'local', createdAt: 'now', startedAt: 'now', finishedAt: null, progress: null, result: null, error: null };
    await records.putJob({ ...base, id: '0a', repository: 'a', state: 'running', attempts: 1 });
    await records.putJob({ ...base, id: '0b', repository: 'b', state: 'running', attempts: LIMITS.jobEnds });
    await records.putJob({ ...base, id: '0c', repository: 'c', state: 'queued', attempts: 0 });
    const bench = new Bench();
    await using queue = await driver.open({ records, execute: bench.execute });
    await Promise.all(['a', 'c'].map((repository) => bench.end(repository)));
    assert.deepEqual([(await queue.follow('0a', () => {})).attempts, (await queue.follow('0c', () => {})).attempts], [2, 1]);
    const failed = await queue.follow('0b', () => {});
    assert.match(`${failed.state}: ${failed.error?.message}`, /^failed: The server ended 6 times/);
    assert.deepEqual([[...bench.begun].sort(), queue.size()], [['a', 'c'], 0]);
  },
};
