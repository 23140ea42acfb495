/** One job from its beginning to its end. */
import assert from 'node:assert/strict';
import { CodeIndexError } from '../../base/mod.ts';
import type { Job } from '../../domain/mod.ts';
import { ask, Bench, counting, Records, type Cases } from './harness.ts';

export const LIFE: Cases = {
  'following tells the present state, each change, and progress now and then': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const job = await ask(queue, 'a');
    const heard: string[] = [];
    const followed = queue.follow(job.id, ({ state, progress }) => heard.push(progress?.kind === 'scan' ? `${state} ${progress.files}` : state));
    await bench.runs('a');
    for (let files = 1; files <= 50; files++) await bench.progress('a', files);
    const present = await queue.job(job.id);
    assert.deepEqual(present?.progress, { kind: 'scan', repository: 'a', files: 50 });
    await bench.end('a');
    const end = await followed;
    assert.deepEqual([end.state, end.attempts, end.error], ['done', 1, null]);
    assert.notEqual(end.finishedAt, null);
    assert.equal(heard.at(-1)?.startsWith('done'), true, heard.join());
    assert.ok(heard.includes('running 1') && heard.length < 12, heard.join());
  },

  'following what ended gives it at once; what was never there is not found': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const job = await ask(queue, 'a');
    await bench.end('a');
    await queue.follow(job.id, () => {});
    const heard: string[] = [];
    assert.equal((await queue.follow(job.id, ({ state }) => heard.push(state))).state, 'done');
    assert.deepEqual(heard, ['done']);
    await assert.rejects(queue.follow('none', () => {}), { code: 'not_found' });
    assert.equal(await queue.job('none'), null);
  },

  'who stops watching leaves the job alone': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const job = await ask(queue, 'a');
    await bench.runs('a');
    assert.equal((await queue.follow(job.id, () => {}, AbortSignal.timeout(10))).state, 'running');
    await bench.end('a');
    assert.equal((await queue.follow(job.id, () => {})).state, 'done');
  },

  'a failure is told with its code, message and way out': async (driver) => {
    const bench = new Bench();
    const { meter, told } = counting();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, meter });
    const job = await ask(queue, 'a');
    await bench.end('a', new CodeIndexError('path_not_allowed', 'The folder is gone.', 'Look.'));
    const end = await queue.follow(job.id, () => {});
    assert.deepEqual([end.state, end.error], ['failed', { code: 'path_not_allowed', message: 'The folder is gone.', fix: 'Look.' }]);
    assert.deepEqual(told, ['mcp_index_queue_size 0', 'mcp_index_queue_size 1', 'code_index_job_duration_seconds', 'code_index_jobs_total index failed', 'mcp_index_queue_size 0']);
  },

  'cancelling: one that waits is never begun, one that runs is stopped, one that ended stays': async (driver) => {
    const bench = new Bench();
    const records = new Records();
    await using queue = await driver.open({ records, execute: bench.execute });
    const runs = await ask(queue, 'a');
    const waits = await ask(queue, 'b');
    await bench.runs('a');
    const heard: string[] = [];
    const followed = queue.follow(waits.id, ({ state }) => heard.push(state));
    assert.deepEqual([await queue.cancel(waits.id), await queue.cancel(runs.id), await queue.cancel(runs.id), await queue.cancel('none')], [true, true, false, false]);
    assert.equal((await followed).state, 'cancelled');
    assert.deepEqual(heard, ['queued', 'cancelled']);
    assert.deepEqual((await records.jobs({ limit: 9 })).map(({ state }) => state), ['cancelled', 'cancelled']);
    assert.deepEqual([bench.begun, queue.size()], [['a'], 0]);
  },

  'listing: newest first, by state and repository, in pages, with the progress of the moment': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const [a, b, c] = [await ask(queue, 'a'), await ask(queue, 'b'), await ask(queue, 'c')];
    await bench.progress('a', 7);
    const shown = async (options: Parameters<typeof queue.jobs>[0]): Promise<string[]> => (await queue.jobs(options)).map((job: Job) => `${job.repository} ${job.state}`);
    assert.deepEqual(await shown({ limit: 9 }), ['c queued', 'b queued', 'a running']);
    assert.deepEqual(await shown({ limit: 1, before: c.id }), ['b queued']);
    assert.deepEqual(await shown({ limit: 9, states: ['running'] }), ['a running']);
    assert.deepEqual(await shown({ limit: 9, repository: 'b' }), ['b queued']);
    assert.equal((await queue.jobs({ limit: 9, repository: 'a' }))[0]?.progress?.kind, 'scan');
    for (const { id } of [c, b, a]) await queue.cancel(id);
  },

  'a job that cannot be written down is not taken': async (driver) => {
    const bench = new Bench();
    const records = new Records();
    await using queue = await driver.open({ records, execute: bench.execute });
    records.broken = true;
    await assert.rejects(ask(queue, 'a'), /disk is full/);
    records.broken = false;
    assert.equal(queue.size(), 0);
    await ask(queue, 'a');
    await bench.end('a');
  },
};
