/**
 * Faults under load: every process of an installation is killed once, Redis and PostgreSQL are restarted, everything is indexed
 * anew, while questions and jobs go on.
 *
 *   node bench/faults/run.ts [--seconds 8] [--dry]
 *
 * In the end every job that a server took on must be done, every change that it was about must be found on every server, and no
 * question may have failed beyond those that were cut with the server they were put to. The log is written to bench/runs.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateRepository } from '../../test/whole.ts';
import { machine, round } from '../measure.ts';
import { Installation } from './installation.ts';
import { Load, pause } from './load.ts';

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '8' }, dry: { type: 'boolean', default: false } } });
const STEP_MILLIS = Number(flags.seconds) * 1_000;
const REPOSITORIES = ['alpha', 'beta', 'gamma', 'delta'];
const FILES = 80;
const DONE_MILLIS = 180_000;

const lines: string[] = [];
const began = Date.now();
const log = (text: string): void => {
  const line = `${((Date.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${text}`;
  lines.push(line);
  console.log(line);
};

async function main(): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'code-index-faults-')));
  try {
    await using installation = await Installation.start(root);
    mkdirSync(join(root, 'projects'));
    for (const name of REPOSITORIES) generateRepository(join(root, 'projects', name), FILES);
    for (const name of ['server-1', 'server-2', 'server-3']) await installation.startServer(name);
    for (const name of ['worker-1', 'worker-2']) await installation.startWorker(name);
    await addAll(installation);
    log(`${installation.servers.size} servers, ${installation.workers.size} workers, ${REPOSITORIES.length} repositories of ${FILES} files are up and indexed`);
    const load = new Load(installation, REPOSITORIES, new Map(REPOSITORIES.map((name) => [name, (FILES / 4) * 3])));
    load.begin();
    await faults(installation, load);
    await load.end();
    log(`load ends: ${load.answered} questions answered, ${load.acknowledged.length} jobs taken on, ${load.cut} requests cut with a killed server, slowest answer ${Math.round(load.slowest)} ms`);
    const found = await verify(installation, load);
    for (const failure of load.failures) log(`FAILED on ${failure.server} at ${((failure.at - began) / 1_000).toFixed(1)} s: ${failure.what}`);
    write(load, found);
    process.exitCode = load.failures.length + found.lost.length + found.undone.length === 0 ? 0 : 1;
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function addAll(installation: Installation): Promise<void> {
  const [server] = [...installation.servers.values()];
  const jobs: string[] = [];
  for (const name of REPOSITORIES) {
    const answer = await fetch(`${server?.url}/api/repositories`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: join(installation.root, 'projects', name), name }) });
    if (answer.status !== 202) throw new Error(`adding ${name}: ${answer.status} ${await answer.text()}`);
    jobs.push(((await answer.json()) as { job: { id: string } }).job.id);
  }
  await waitFor(installation, jobs);
}

interface JobState {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: { readonly message: string } | null;
}

async function waitFor(installation: Installation, ids: readonly string[]): Promise<Map<string, JobState>> {
  const ended = new Map<string, JobState>();
  for (const until = Date.now() + DONE_MILLIS; ended.size < new Set(ids).size && Date.now() < until;) {
    const [server] = [...installation.servers.values()];
    for (const id of ids) {
      if (ended.has(id)) continue;
      const answer = await fetch(`${server?.url}/api/jobs/${id}`);
      if (answer.status !== 200) continue;
      const { job } = (await answer.json()) as { job: JobState };
      if (['done', 'failed', 'cancelled'].includes(job.state)) ended.set(id, job);
    }
    await pause(200);
  }
  return ended;
}

async function faults(installation: Installation, load: Load): Promise<void> {
  const step = async (text: string, work: () => Promise<void>): Promise<void> => {
    log(text);
    const [answered, acknowledged] = [load.answered, load.acknowledged.length];
    await work();
    await pause(STEP_MILLIS);
    log(`  since: ${load.answered - answered} answers, ${load.acknowledged.length - acknowledged} jobs taken on, ${load.failures.length} failures so far`);
  };
  await step('nothing is wrong', async () => {});
  for (const name of ['server-2', 'server-1', 'server-3']) {
    await step(`kill -9 ${name}; another one comes after 2 s`, async () => {
      load.killing(installation.servers.get(name)?.url ?? '');
      await installation.kill(name);
      await pause(2_000);
      await installation.startServer(name);
    });
  }
  for (const name of ['worker-1', 'worker-2']) {
    await step(`kill -9 ${name} at work; another one comes after 3 s`, async () => {
      await installation.kill(name);
      await pause(3_000);
      await installation.startWorker(name);
    });
  }
  await step('kill -9 both workers at once; others come after 3 s', async () => {
    await Promise.all([installation.kill('worker-1'), installation.kill('worker-2')]);
    await pause(3_000);
    await Promise.all([installation.startWorker('worker-1'), installation.startWorker('worker-2')]);
  });
  await step('kill -9 Redis; it comes back after 3 s', async () => {
    await installation.redis.stop('kill');
    await pause(3_000);
    await installation.redis.start();
  });
  await step('Redis forgets everything (FLUSHALL)', async () => {
    await installation.redis.client.flushall();
  });
  await step('PostgreSQL stops at once, as in a crash; it comes back after 2 s', async () => {
    await installation.postgres.stop('immediate');
    await pause(2_000);
    await installation.postgres.start();
  });
  await step('PostgreSQL restarts in good order', async () => {
    await installation.postgres.stop('fast');
    await installation.postgres.start();
  });
  await step('everything is indexed anew while it is asked', async () => {
    const [server] = [...installation.servers.values()];
    for (const name of REPOSITORIES) await fetch(`${server?.url}/api/repositories/${name}/reindex`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  });
  await step('server-1 stops in good order (SIGTERM), another one comes', async () => {
    const server = installation.servers.get('server-1');
    load.killing(server?.url ?? '');
    installation.servers.delete('server-1');
    await server?.stop();
    await installation.startServer('server-1');
  });
}

interface Found {
  readonly undone: readonly string[];
  readonly lost: readonly string[];
  readonly attempts: number;
}

async function verify(installation: Installation, load: Load): Promise<Found> {
  const ended = await waitFor(installation, load.acknowledged.map(({ job }) => job));
  const undone = [...new Set(load.acknowledged.map(({ job }) => job))].filter((id) => ended.get(id)?.state !== 'done').map((id) => `${id}: ${ended.get(id)?.state ?? 'not ended'} ${ended.get(id)?.error?.message ?? ''}`);
  const lost: string[] = [];
  for (const [name, server] of installation.servers) {
    for (const { token, repository } of load.acknowledged) {
      const answer = await fetch(`${server.url}/api/search?query=${token}&repository=${repository}&mode=text`);
      const { results = [] } = (await answer.json()) as { results?: unknown[] };
      if (results.length === 0) lost.push(`${token} of ${repository} is not found by ${name} (${answer.status})`);
    }
  }
  const again = [...ended.values()].filter(({ attempts }) => attempts > 1).length;
  log(`verified: ${ended.size - undone.length} of ${ended.size} jobs done, ${again} of them in a second attempt; ${load.acknowledged.length - new Set(lost.map((one) => one.split(' ')[0])).size} of ${load.acknowledged.length} acknowledged changes found on every server`);
  for (const one of [...undone, ...lost]) log(`LOST ${one}`);
  return { undone, lost, attempts: again };
}

function write(load: Load, found: Found): void {
  if (flags.dry) return;
  const date = new Date().toISOString().slice(0, 10);
  const file = join(import.meta.dirname, '..', 'runs', `${date}-faults`);
  const rows = [
    ['questions answered', load.answered], ['questions that failed', load.failures.length], ['answers that lacked files', load.incomplete], ['requests cut with a killed server', load.cut],
    ['slowest answer, ms', round(load.slowest)], ['jobs taken on', new Set(load.acknowledged.map(({ job }) => job)).size], ['jobs not done in the end', found.undone.length],
    ['jobs done in a second attempt', found.attempts], ['acknowledged changes', load.acknowledged.length], ['acknowledged changes not found in the end', found.lost.length],
  ];
  writeFileSync(`${file}.json`, `${JSON.stringify({ date, machine: machine(), rows, failures: load.failures, lines })}\n`);
  writeFileSync(`${file}.md`, `# Faults under load, ${date}\n\n\`node bench/faults/run.ts\`: three servers, two workers, PostgreSQL and Redis on one machine of ${machine()['cores']} cores.\n\n| what | count |\n|---|---|\n${rows.map(([what, count]) => `| ${what} | ${count} |\n`).join('')}\n## Log\n\n${lines.map((line) => `    ${line}\n`).join('')}`);
}

await main();
