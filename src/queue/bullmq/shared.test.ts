/** Several processes at one queue, each a queue object with its own connections; and a Redis that is killed, emptied or wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../../../test/certificate.ts';
import { freePort } from '../../../test/services/ports.ts';
import { REDIS_MISSING, startRedis, type RedisService } from '../../../test/services/redis.ts';
import { CodeIndexError } from '../../base/mod.ts';
import type { Job } from '../../domain/mod.ts';
import type { Execute, Queue } from '../port.ts';
import { ask, Bench, indexOf, Records } from '../suite/harness.ts';
import { redisCondition } from './condition.ts';
import { openSharedQueue, type SharedQueueOptions } from './queue.ts';

let redis: RedisService;
let installations = 0;
if (REDIS_MISSING === false) {
  before(async () => { redis = await startRedis(); });
  after(() => redis[Symbol.asyncDispose]());
}

/** Queues of one installation. */
function installation(records = new Records(), service = redis): { readonly records: Records; open(execute: Execute | null, more?: Partial<SharedQueueOptions>): Promise<Queue> } {
  const prefix = `shared-${installations++}`;
  return { records, open: (execute, more = {}) => openSharedQueue({ records, execute, redis: { url: service.url, prefix }, leaseMillis: 3_000, ...more }) };
}

/** Work that takes some milliseconds, and who did what how often and beside what. */
class Work {
  readonly times = new Map<string, number>();
  /** Repositories with two jobs at once. */
  readonly clashes: string[] = [];
  readonly #under = new Set<string>();

  readonly execute: Execute = async ({ id, repository }, { signal }) => {
    if (this.#under.has(repository)) this.clashes.push(repository);
    this.#under.add(repository);
    this.times.set(id, (this.times.get(id) ?? 0) + 1);
    try {
      await sleep(20, undefined, { signal });
    } finally {
      this.#under.delete(repository);
    }
    return {};
  };
}

async function allDone(records: Records, count: number): Promise<void> {
  const end = Date.now() + 20_000;
  for (let done = 0; done < count && Date.now() < end; await sleep(20)) done = (await records.jobs({ states: ['done'], limit: count })).length;
  assert.deepEqual((await records.jobs({ limit: 2 * count })).filter(({ state }) => state !== 'done'), []);
}

/** Fifty jobs of ten repositories, no two equal. */
function load(queue: Queue): Promise<readonly Job[]> {
  return Promise.all(Array.from({ length: 50 }, (_, at) => ask(queue, `r${at % 10}`, { kind: 'add', target: `/projects/${at}`, name: `r${at % 10}` })));
}

test('what one process adds another does, and a third sees how far it is, takes part in and stops', { skip: REDIS_MISSING }, async () => {
  const { open } = installation();
  const bench = new Bench();
  await using server = await open(null);
  await using worker = await open(bench.execute);
  await using other = await open(null);
  const [job, same] = await Promise.all([ask(server, 'a'), ask(other, 'a')]);
  const last = await ask(other, 'b');
  await bench.runs('a');
  const waits = await ask(server, 'a');
  assert.equal((await ask(other, 'a')).id, waits.id);
  const heard: (number | string)[] = [];
  const followed = other.follow(job.id, ({ state, progress }) => heard.push(progress?.kind === 'scan' ? progress.files : state));
  await bench.progress('a', 7);
  for (const end = Date.now() + 5_000; !heard.includes(7) && Date.now() < end;) await sleep(10);
  assert.deepEqual([(await server.job(job.id))?.progress, same.id === job.id || same.id === waits.id], [{ kind: 'scan', repository: 'a', files: 7 }, true]);
  assert.deepEqual([await other.cancel(job.id), (await followed).state, await server.cancel(waits.id)], [true, 'cancelled', true]);
  await bench.end('b');
  assert.equal((await worker.follow(last.id, () => {})).state, 'done');
  assert.deepEqual([bench.begun, bench.most, worker.size()], [['a', 'b'], 1, 0]);
});

test('Redis killed under load: work stops, goes on, and nothing is lost or done twice', { skip: REDIS_MISSING }, async () => {
  await using own = await startRedis();
  const { records, open } = installation(new Records(), own);
  const work = new Work();
  const faults: string[] = [];
  const onFault = (error: Error): void => void faults.push(error.message);
  await using server = await open(null, { onFault });
  await using _one = await open(work.execute, { concurrency: 2, leaseMillis: 10_000 });
  await using _two = await open(work.execute, { concurrency: 2, leaseMillis: 10_000 });
  const jobs = await load(server);
  await own.stop('kill');
  assert.match((await server.condition()).failure ?? '', /^Redis at redis:\/\/127\.0\.0\.1:\d+ cannot be reached, .* not lost\.$/);
  await assert.rejects(ask(server, 'late'), { code: 'unavailable', message: /cannot be reached/ });
  assert.equal((await server.jobs({ limit: 100 })).length, jobs.length);
  await own.start();
  await allDone(records, jobs.length);
  assert.deepEqual([work.clashes, work.times.size, [...work.times.values()].filter((times) => times !== 1)], [[], jobs.length, []]);
  assert.ok((await ask(server, 'late')).id > (jobs.at(-1) as Job).id);
  assert.equal((await server.condition()).failure, null);
  assert.ok(faults.length <= 2, faults.join('\n'));
});

test('Redis emptied under load: the order is made again from the journal, and what runs meanwhile runs on', { skip: REDIS_MISSING }, async () => {
  await using own = await startRedis();
  const { records, open } = installation(new Records(), own);
  const work = new Work();
  const bench = new Bench();
  await using server = await open(null);
  await using _one = await open(({ repository }, context) => (repository === 'long' ? bench.execute({ repository } as Job, context) : work.execute({ repository, id: repository } as Job, context)), { concurrency: 4 });
  const long = await ask(server, 'long');
  await bench.runs('long');
  const behind = await ask(server, 'long', { kind: 'remove', repository: 'long' });
  const jobs = await load(server);
  await own.client.flushall();
  // Equal ones are still one, although Redis has no word of the first.
  assert.equal((await ask(server, 'long', { kind: 'remove', repository: 'long' })).id, behind.id);
  for (const end = Date.now() + 10_000; (await records.jobs({ states: ['done'], limit: 99 })).length < jobs.length && Date.now() < end;) await sleep(20);
  assert.deepEqual(bench.begun, ['long']);
  assert.equal((await records.job(long.id))?.attempts, 1);
  await bench.end('long');
  await bench.end('long');
  await allDone(records, jobs.length + 2);
  assert.deepEqual([work.clashes, bench.begun.length], [[], 2]);
});

test('a Redis that comes back from an old file learns what it missed, and what it still believes', { skip: REDIS_MISSING }, async () => {
  const { records, open } = installation();
  const work = new Work();
  await using server = await open(null);
  const [kept, ended] = [await ask(server, 'a'), await ask(server, 'b')];
  const lost = await records.job((await ask(server, 'c')).id) as Job;
  await server.cancel(lost.id);
  // As if the file were from before the third job, and the second had ended since.
  await records.putJob(lost);
  await records.putJob({ ...ended, state: 'done', finishedAt: 'now' });
  await using _worker = await open(work.execute);
  await allDone(records, 3);
  assert.deepEqual([...work.times.keys()].sort(), [kept.id, lost.id]);
});

test('a clock that is wrong changes neither the order nor who waits for what', { skip: REDIS_MISSING }, async () => {
  const { open } = installation();
  const bench = new Bench();
  await using early = await open(null);
  await using _worker = await open(bench.execute);
  const right = Date.now;
  const ids: string[] = [];
  try {
    for (const [hours, repository] of [[5, 'a'], [-5, 'b'], [0, 'c']] as const) {
      Date.now = () => right() + hours * 3_600_000;
      ids.push((await ask(early, repository)).id);
    }
  } finally {
    Date.now = right;
  }
  assert.deepEqual([...ids].sort(), ids);
  for (const repository of ['a', 'b', 'c']) await bench.end(repository);
  assert.deepEqual(bench.begun, ['a', 'b', 'c']);
});

test('where the store takes one writer, one job runs at a time, and the next one in order follows', { skip: REDIS_MISSING }, async () => {
  const { open } = installation();
  const bench = new Bench();
  await using server = await open(null, { oneAtATime: true });
  await using _one = await open(bench.execute, { oneAtATime: true, concurrency: 2, retryMillis: 50 });
  await using _two = await open(bench.execute, { oneAtATime: true, concurrency: 2, retryMillis: 50 });
  const jobs = [await ask(server, 'a'), await ask(server, 'b'), await ask(server, '', { kind: 'cleanup' }), await ask(server, 'c')];
  // One that has to wait for its next attempt lets others go before it, and those about all repositories not.
  await bench.end('a', new CodeIndexError('unavailable', 'The server is gone.', 'Wait.'));
  await bench.end('b');
  for (const repository of ['a', '', 'c']) await bench.end(repository);
  for (const { id } of jobs) assert.equal((await server.follow(id, () => {})).state, 'done');
  assert.deepEqual([bench.begun, bench.most], [['a', 'b', 'a', '', 'c'], 1]);
});

test('one of all has the turn, and another one when it is gone', { skip: REDIS_MISSING }, async () => {
  const { open } = installation();
  const first = await open(null);
  await using second = await open(null);
  assert.deepEqual([await first.isTurn('upkeep', 300), await second.isTurn('upkeep', 300), await first.isTurn('upkeep', 300)], [true, false, true]);
  await first[Symbol.asyncDispose]();
  await sleep(350);
  assert.equal(await second.isTurn('upkeep', 300), true);
});

test('over TLS: a certificate that nobody vouches for is refused with the way out', { skip: REDIS_MISSING }, async () => {
  const { certificate, key } = makeCertificate('Redis');
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-redis-tls-'));
  const port = await freePort();
  try {
    writeFileSync(path.join(folder, 'certificate.pem'), certificate);
    writeFileSync(path.join(folder, 'key.pem'), key);
    await using _secure = await startRedis({ settings: { 'tls-port': String(port), 'tls-cert-file': path.join(folder, 'certificate.pem'), 'tls-key-file': path.join(folder, 'key.pem'), 'tls-auth-clients': 'no' } });
    await assert.rejects(openSharedQueue({ records: new Records(), execute: null, redis: { url: `rediss://localhost:${port}` } }), { code: 'unavailable', message: /cannot be spoken to over TLS: .*self-signed/, fix: /NODE_EXTRA_CA_CERTS/ });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what is wrong with Redis is said, with the way out and without the password', { skip: REDIS_MISSING }, async () => {
  await using locked = await startRedis({ password: 'open sesame', settings: { 'maxmemory-policy': 'allkeys-lru' } });
  const open = (url: string): Promise<Queue> => openSharedQueue({ records: new Records(), execute: null, redis: { url } });
  const port = `127.0.0.1:${locked.port}`;
  const wrong: readonly [string, RegExp][] = [
    [`redis://${port}`, /wants a password, and none was given\. Set REDIS_PASSWORD\./],
    [`redis://:guess@${port}`, /refuses the user or the password of REDIS_URL\. Correct REDIS_PASSWORD/],
    ['http://localhost', /^REDIS_URL is no address of a Redis server\. Write it as redis:/],
    [`redis://:guess@`, /^REDIS_URL is no address/],
  ];
  for (const [url, sentence] of wrong) {
    await assert.rejects(open(url), ({ message, fix }: { message: string; fix: string }) => {
      assert.match(`${message} ${fix}`, sentence);
      assert.doesNotMatch(`${message} ${fix}`, /guess|sesame/);
      return true;
    });
  }
  assert.match((await redisCondition({ url: `redis://:guess@${port}` })).failure ?? '', /refuses the user/);
  assert.match((await redisCondition({ url: locked.url })).warning ?? '', /may drop keys of the queue .* \(maxmemory-policy allkeys-lru\)\. Set it to noeviction/);
  await locked.stop();
  // Away is not wrong: the queue opens, and works when it is there.
  await using queue = await open(locked.url);
  await locked.start();
  await assert.doesNotReject(queue.add(indexOf('a'), { by: 'local', repository: 'a' }));
});
