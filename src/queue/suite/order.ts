/** Which job is done when, and how often. */
import assert from 'node:assert/strict';
import { ask, Bench, indexOf, Records, type Cases } from './harness.ts';

export const ORDER: Cases = {
  'jobs are done in the order in which they came': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const jobs = await Promise.all(['a', 'b', 'c'].map((repository) => ask(queue, repository)));
    assert.deepEqual(jobs.map(({ id }) => id).sort(), jobs.map(({ id }) => id));
    for (const repository of ['a', 'b', 'c']) await bench.end(repository);
    const last = await queue.follow(jobs[2]?.id ?? '', () => {});
    assert.deepEqual([bench.begun, bench.most, last.state, last.result], [['a', 'b', 'c'], 1, 'done', { removed: ['c'] }]);
  },

  'jobs of one repository never overlap; those of others run beside them': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, concurrency: 4 });
    await ask(queue, 'a');
    await ask(queue, 'a', { kind: 'remove', repository: 'a' });
    await ask(queue, 'b');
    await bench.runs('b');
    assert.deepEqual(bench.begun, ['a', 'b']);
    await bench.end('a');
    await bench.runs('a');
    assert.deepEqual(bench.begun, ['a', 'b', 'a']);
    await bench.end('a');
    await bench.end('b');
  },

  'a job about all repositories waits for those before it and holds those after it': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute, concurrency: 4 });
    await ask(queue, 'a');
    await ask(queue, '', { kind: 'cleanup' });
    const last = await ask(queue, 'b');
    await bench.runs('a');
    assert.deepEqual(bench.begun, ['a']);
    await bench.end('a');
    await bench.runs('');
    assert.deepEqual(bench.begun, ['a', '']);
    await bench.end('');
    await bench.end('b');
    assert.equal((await queue.follow(last.id, () => {})).state, 'done');
  },

  'a job that would repeat a waiting one is that one; one that runs does not count': async (driver) => {
    const bench = new Bench();
    await using queue = await driver.open({ records: new Records(), execute: bench.execute });
    const first = await ask(queue, 'a');
    await bench.runs('a');
    const second = await ask(queue, 'a');
    const third = await ask(queue, 'a');
    const other = await ask(queue, 'a', { kind: 'index', repository: 'a', fetch: true });
    assert.notEqual(second.id, first.id);
    assert.equal(third.id, second.id);
    assert.notEqual(other.id, second.id);
    assert.equal(queue.size(), 3);
    const both = await Promise.all([queue.add(indexOf('z'), { by: 'one', repository: 'z' }), queue.add(indexOf('z'), { by: 'two', repository: 'z' })]);
    assert.equal(both[0].id, both[1].id);
    for (const { id } of [other, second, both[0]]) await queue.cancel(id);
    await bench.end('a');
  },
};
