/** What is begun more than once, and what is held back. */
import assert from 'node:assert/strict';
import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import { ask, Bench, counting, indexOf, Records, type Cases } from './harness.ts';

const gone = new CodeIndexError('unavailable', 'The server is gone.', 'Wait.');

export const AGAIN: Cases = {
  'what failed for want of something is tried again, in its place, and says why it waits; other failures are final': async (driver) => {
    const bench = new Bench();
    const { meter, told } = counting();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, meter, retryMillis: 10 });
    const job = await ask(queue, 'a');
    const behind = await ask(queue, 'a', { kind: 'remove', repository: 'a' });
    const heard: string[] = [];
    const followed = queue.follow(job.id, ({ state, attempts, error }) => heard.push(`${state} ${attempts} ${error?.code ?? 'well'}`));
    await bench.end('a', gone);
    await bench.end('a');
    assert.deepEqual([(await followed).state, (await followed).error], ['done', null]);
    assert.deepEqual(heard.slice(-4), ['running 1 well', 'queued 1 unavailable', 'running 2 unavailable', 'done 2 well']);
    await bench.end('a', new CodeIndexError('not_found', 'There is none.', 'Look.'));
    assert.equal((await queue.follow(behind.id, () => {})).state, 'failed');
    assert.equal((await queue.job(behind.id))?.attempts, 1);
    assert.deepEqual(bench.begun, ['a', 'a', 'a']);
    assert.deepEqual(told.filter((line) => line.startsWith('code_index_jobs_total')), ['code_index_jobs_total index done', 'code_index_jobs_total remove failed']);
  },

  'trying again ends, and what is dead can be begun anew': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, retryMillis: 1 });
    const job = await ask(queue, 'a');
    for (let attempt = 1; attempt <= LIMITS.jobAttempts; attempt++) await bench.end('a', gone);
    const dead = await queue.follow(job.id, () => {});
    assert.deepEqual([dead.state, dead.attempts, dead.error?.code], ['failed', LIMITS.jobAttempts, 'unavailable']);
    assert.deepEqual((await queue.jobs({ states: ['failed'], limit: 9 })).map(({ id }) => id), [job.id]);
    const again = await queue.replay(job.id);
    assert.deepEqual([again.id, again.error, again.finishedAt], [job.id, null, null]);
    await assert.rejects(queue.replay(job.id), { code: 'conflict' });
    await bench.end('a');
    const done = await queue.follow(job.id, () => {});
    assert.deepEqual([done.state, done.attempts], ['done', 1]);
    await assert.rejects(queue.replay(job.id), { code: 'conflict' });
    await assert.rejects(queue.replay('none'), { code: 'not_found' });
    assert.equal(queue.size(), 0);
  },

  'what is begun anew while an equal job waits is that job': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const dead = await ask(queue, 'a');
    await queue.cancel(dead.id);
    await ask(queue, 'b');
    const waits = await ask(queue, 'a');
    assert.equal((await queue.replay(dead.id)).id, waits.id);
    assert.equal((await queue.job(dead.id))?.state, 'cancelled');
    for (const repository of ['b', 'a']) await bench.end(repository);
    assert.equal((await queue.follow(waits.id, () => {})).state, 'done');
  },

  'more jobs of one repository than a minute allows wait; removing it and other repositories do not': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, jobsPerMinute: 2 });
    for (let number = 1; number <= 2; number++) {
      const { id } = await ask(queue, 'a');
      await bench.end('a');
      await queue.follow(id, () => {});
    }
    const third = await ask(queue, 'a', { kind: 'index', repository: 'a', fetch: true });
    await ask(queue, 'b');
    await bench.end('b');
    assert.equal((await queue.job(third.id))?.state, 'queued');
    assert.equal(await queue.cancel(third.id), true);
    await ask(queue, 'a', { kind: 'remove', repository: 'a' });
    await bench.end('a');
    assert.deepEqual(bench.begun, ['a', 'a', 'b', 'a']);
    const waits = await ask(queue, 'a', indexOf('a'));
    assert.equal(await queue.cancel(waits.id), true);
  },

  'one that shares the queue has the turn, and work can go on': async (driver) => {
    await using queue = await driver.open({ records: new Records(), execute: new Bench().execute });
    assert.deepEqual([await queue.isTurn('upkeep', 60_000), await queue.isTurn('upkeep', 60_000)], [true, true]);
    assert.equal((await queue.condition()).failure, null);
  },
};
