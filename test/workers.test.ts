/** Servers and workers as processes of their own, over one database and a real Redis. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Job } from '../src/domain/mod.ts';
import { openStore } from '../src/store/mod.ts';
import { tarOf } from './archives.ts';
import { git, makeRepository, run, until, writeFiles } from './faces.ts';
import { getJson, startServer, startWorker, type RunningServer } from './server.ts';
import { freePort } from './services/ports.ts';
import { REDIS_MISSING, startRedis } from './services/redis.ts';
import { generateRepository, scratch } from './whole.ts';

const MANAGED = { ENABLE_REPOSITORY_MANAGEMENT: 'true', EMBEDDING_PROVIDER: 'none', CODE_INDEX_THREADS: '1', RATE_LIMIT: 'off', MASK_SECRETS: 'false' };

async function asked(server: RunningServer, method: string, address: string, body?: unknown): Promise<Job> {
  const init = { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) };
  return ((await getJson(server, address, init, 202)) as { job: Job }).job;
}

async function ended(server: RunningServer, id: string): Promise<Job> {
  let job: Job | undefined;
  await until(`the end of ${id}`, async () => {
    ({ job } = (await getJson(server, `/api/jobs/${id}`)) as { job: Job });
    return job.finishedAt !== null;
  });
  return job as Job;
}

async function ready(server: RunningServer): Promise<string> {
  const response = await fetch(`${server.url}/ready`);
  return `${response.status} ${await response.text()}`;
}

test('two workers of one server, one killed while it indexes and one stopped: all is done, and nothing twice', { skip: REDIS_MISSING }, async () => {
  using folder = scratch('workers');
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  const sizes: Readonly<Record<string, number>> = { large: 240, b: 20, c: 20 };
  for (const [name, files] of Object.entries(sizes)) generateRepository(join(folder.path, name), files);
  await using redis = await startRedis({ password: 'between us' });
  const env = { ...MANAGED, REDIS_URL: `redis://127.0.0.1:${redis.port}`, REDIS_PASSWORD: 'between us' };
  await using server = await startServer({ dataDir, env });
  const add = (name: string): Promise<Job> => asked(server, 'POST', '/api/repositories', { path: join(folder.path, name) });
  const first = await add('large');
  await using victim = await startWorker({ dataDir, env });
  await until('the first batch', async () => ((await getJson(server, `/api/jobs/${first.id}`)) as { job: Job }).job.progress !== null);
  victim.process.kill('SIGKILL');
  const jobs = [first, await add('b'), await add('c')];
  const port = await freePort();
  await using heir = await startWorker({ dataDir, env: { ...env, WORKER_PORT: String(port), DRAIN_SECONDS: '0' }, flags: ['--concurrency', '2'] });
  assert.equal(heir.url, `http://127.0.0.1:${port}`);
  const done = await Promise.all(jobs.map(({ id }) => ended(server, id)));
  assert.deepEqual(done.map(({ state, attempts, error }) => [state, attempts, error?.message]), [['done', 2, undefined], ['done', 1, undefined], ['done', 1, undefined]]);
  const { repositories } = (await getJson(server, '/api/repositories')) as { repositories: readonly { name: string; files: number; pendingFiles: number; pendingSymbols: number }[] };
  assert.deepEqual(Object.fromEntries(repositories.map(({ name, files, pendingFiles, pendingSymbols }) => [name, files + pendingFiles + pendingSymbols])), sizes);
  {
    await using store = await openStore('sqlite:', { dataDir });
    const { files, blobs } = await store.meta.statistics();
    assert.deepEqual([files, blobs], [280, 280]);
  }
  const figures = await (await fetch(`${heir.url}/metrics`)).text();
  assert.match(figures, /^code_index_jobs_total\{kind="add",outcome="done"\} 3$/m);
  assert.deepEqual([(await getJson(heir, '/health')).status, (await ready(heir)).slice(0, 3), (await fetch(`${heir.url}/api/status`)).status], ['healthy', '200', 404]);
  // What a stopping worker is at waits for another one, and that was no failure.
  generateRepository(join(folder.path, 'large'), 240, 240);
  const again = await asked(server, 'POST', '/api/repositories/large/reindex');
  await until('the beginning', async () => ((await getJson(server, `/api/jobs/${again.id}`)) as { job: Job }).job.state === 'running');
  assert.equal(await heir.stop(), 0);
  const { job } = (await getJson(server, `/api/jobs/${again.id}`)) as { job: Job };
  assert.deepEqual([job.state, job.attempts, job.error], ['queued', 0, null]);
});

test('a worker on another disk makes a clone of its own, says what it has not, and what is dead begins anew', { skip: REDIS_MISSING }, async () => {
  using folder = scratch('disks');
  const [shared, one, two, three] = ['shared', 'one', 'two', 'three'].map((name) => join(folder.path, name)) as [string, string, string, string];
  for (const each of [shared, one, two, three]) mkdirSync(each);
  const origin = makeRepository(join(folder.path, 'origin'), { 'src/first.ts': 'export const firstWord = 1;\n' });
  await using redis = await startRedis({ settings: { maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lru' } });
  const env = { ...MANAGED, REDIS_URL: redis.url, REDIS_PREFIX: 'disks', DATABASE_URL: `sqlite:${join(shared, 'code_index.db')}`, REPOSITORY_FETCH_MINUTES: '0' };
  await using server = await startServer({ dataDir: one, env });
  assert.match(server.log(), /warn: Redis at redis:\/\/127\.0\.0\.1:\d+ may drop keys of the queue .* allkeys-lru/);
  const found = async (text: string): Promise<string> => (await getJson(server, `/api/search?mode=text&repository=*&query=${text}`)).results.map(({ path }: { path: string }) => path).join(' ');
  {
    await using _worker = await startWorker({ dataDir: two, env });
    const { id } = await asked(server, 'POST', '/api/repositories', { url: pathToFileURL(origin).href, name: 'cloned' });
    assert.equal((await ended(server, id)).state, 'done');
    assert.equal(await found('firstWord'), 'src/first.ts');
  }
  rmSync(two, { recursive: true });
  writeFiles(origin, { 'src/second.ts': 'export const secondWord = 2;\n' });
  git(origin, 'add', '-A');
  git(origin, 'commit', '-q', '-m', 'second');
  // Nobody works; what is asked for waits, and an upload that nobody brings to the next worker is told.
  const again = await asked(server, 'POST', '/api/repositories/cloned/reindex');
  const archive = gzipSync(tarOf([{ name: 'a/x.ts', text: 'export const uploadedWord = 3;\n' }]));
  const response = await fetch(`${server.url}/api/uploads?name=sent`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(archive) });
  const { job: sent } = (await response.json()) as { job: Job };
  renameSync(join(one, 'uploads'), join(one, 'elsewhere'));
  await using _worker = await startWorker({ dataDir: three, env });
  assert.equal((await ended(server, again.id)).error, null);
  assert.equal(await found('secondWord'), 'src/second.ts');
  const dead = await ended(server, sent.id);
  assert.match(`${dead.error?.code}: ${dead.error?.message} ${dead.error?.fix}`, /^not_found: The uploaded archive .* is not on this machine, which is to unpack it\. Let servers and workers share the folders/);
  assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^code_index_dead_jobs 1$/m);
  // Dead ones are listed, and begun anew, from the command line and over REST.
  const cli = (...words: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> => run(words, { cwd: one, dataDir: one, env });
  assert.match((await cli('jobs', 'list', '--state', 'failed')).stdout, new RegExp(`^job ${sent.id} \\(unpack sent\\) failed: not_found`));
  renameSync(join(one, 'elsewhere'), join(one, 'uploads'));
  assert.match((await cli('jobs', 'replay', sent.id)).stdout, /waits for its turn/);
  assert.equal((await ended(server, sent.id)).error, null);
  assert.equal(await found('uploadedWord'), 'x.ts');
  assert.equal((await getJson(server, `/api/jobs/${sent.id}/replay`, { method: 'POST' }, 409)).error.code, 'conflict');
  // Redis away: queries are answered, work is refused with the reason, and nobody has to do anything afterwards.
  await redis.stop('kill');
  await until('news of it', async () => (await ready(server)).startsWith('503'));
  assert.match((await ready(server)), /queue/);
  assert.equal(await found('firstWord'), 'src/first.ts');
  assert.equal((await getJson(server, '/api/repositories/cloned/reindex', { method: 'POST' }, 503)).error.code, 'unavailable');
  await redis.start();
  await until('its return', async () => (await ready(server)).startsWith('200'));
  assert.equal((await ended(server, (await asked(server, 'POST', '/api/repositories/cloned/reindex')).id)).state, 'done');
});

test('a job that needs too much memory is ended and says so; settings that make no sense are refused', { skip: REDIS_MISSING }, async () => {
  using folder = scratch('bounds');
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  generateRepository(join(folder.path, 'large'), 60);
  await using redis = await startRedis({ password: 'between us' });
  const env = { ...MANAGED, REDIS_URL: redis.url, SERVE_JOBS: 'true', JOB_MEMORY_MB: '128', CODE_INDEX_THREADS: '8' };
  {
    await using server = await startServer({ dataDir, env });
    writeFileSync(join(folder.path, 'large', 'wide.ts'), `export const wide = ${JSON.stringify('x '.repeat(500_000))};\n`);
    const { id } = await asked(server, 'POST', '/api/repositories', { path: join(folder.path, 'large') });
    const { state, attempts, error } = await ended(server, id);
    assert.match(`${state} ${attempts} ${error?.code}: ${error?.message} ${error?.fix}`, /^failed 1 too_large: The process of the job (needed|used) .*more than the 128 MB that it may use, and was ended\. Set JOB_MEMORY_MB higher/);
  }
  const refused = async (command: string, more: Readonly<Record<string, string>>): Promise<string> => {
    const { code, stderr } = await run([command], { cwd: dataDir, dataDir, env: { ...MANAGED, ...more } });
    return `${code} ${stderr}`;
  };
  assert.match(await refused('worker', {}), /^2 .*A worker takes its jobs from Redis, and REDIS_URL is not set\./);
  assert.match(await refused('serve', { SERVE_JOBS: 'false', PORT: '0' }), /^2 .*without REDIS_URL no worker would hear of a job\./);
  assert.match(await refused('worker', { REDIS_URL: `redis://:wrong@127.0.0.1:${redis.port}` }), /^1 [^]*refuses the user or the password of REDIS_URL\./);
});
