/** A real server under load: the same questions again and again, every question another one, and with an index beside it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon, { type Result } from 'autocannon';
import { round, spread, treeBytes } from '../measure.ts';
import { partsOf, patternsOf, seeded } from '../patterns.ts';
import { LAUNCHER, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const CONNECTIONS = 32;
const SECONDS = 10;
const POOL = 200;
/** What a new server answers is made anew once, when it knows for certain which model answers. */
const SETTLE_MILLIS = 3_000;
/** A user here and there: what one of them waits while the machine is busy. */
const QUIET_QUESTIONS = 200;

export async function serveSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const second = join(bench.scratch, 'second');
  cpSync(bench.folder, second, { recursive: true });
  const server = await startServer(dataDir, bench.scratch);
  try {
    await idleOf(server.url);
    const idle = treeBytes(server.pid);
    const { pool, next } = questionsOf(bench.folder);
    let at = 0;
    const again = (): string => pool[at++ % pool.length] as string;
    await ask(server.url, next());
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    for (const question of pool) await ask(server.url, question);
    const warm = await load(server.url, again, SECONDS);
    const cold = await load(server.url, next, SECONDS);
    const alone = await quiet(server.url, next);
    const indexing = await whileIndexing(server, second, next);
    return {
      suite: 'serve', corpus: bench.name,
      raw: { connections: CONNECTIONS, seconds: SECONDS, pool: pool.length, warm: figures(warm), cold: figures(cold), alone, indexing, idle, after: treeBytes(server.pid) },
      tables: [
        {
          title: `GET /api/search, ranked, 20 results, ${CONNECTIONS} connections, ${SECONDS} s`, columns: ['questions', 'requests/s', 'p50 ms', 'p99 ms', 'most ms', 'failed'],
          rows: [[`${pool.length} in rotation`, ...row(warm)], ['every one another', ...row(cold)]],
        },
        {
          title: 'One client, every question another one, milliseconds', columns: ['', 'p50', 'p95', 'most'],
          rows: [['nothing else runs', alone.p50, alone.p95, alone.max], ['while a repository is indexed', indexing.p50, indexing.p95, indexing.max]],
        },
        { title: 'Memory of the server', columns: ['', 'MiB'], rows: [['idle', round(idle / 2 ** 20)], ['after all of this', round(treeBytes(server.pid) / 2 ** 20)]] },
      ],
    };
  } finally {
    await server.stop();
  }
}

/** Ranked questions from names and words of the corpus: a pool, and as many others as are asked for. */
function questionsOf(folder: string): { pool: string[]; next: () => string } {
  const { ranked, symbols, common } = patternsOf(folder, POOL * 2);
  const random = seeded(11);
  const words = [...new Set([...symbols, ...common].flatMap(partsOf))];
  const word = (): string => words[Math.floor(random() * words.length)] as string;
  const asked = new Set<string>();
  const next = (): string => {
    for (;;) {
      const question = `${word()} ${word()} ${word()}`;
      if (asked.size < asked.add(question).size) return question;
    }
  };
  const pool = [...new Set(ranked)].slice(0, POOL);
  for (const question of pool) asked.add(question);
  while (pool.length < POOL) pool.push(next());
  return { pool, next };
}

/** A server masks secrets, so it indexes anew what the command line stored in the open: that is over before anything is measured. */
async function idleOf(url: string): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { jobs } = (await (await fetch(`${url}/api/jobs?state=queued&state=running`)).json()) as { jobs: readonly unknown[] };
    if (jobs.length === 0) return;
  }
}

function addressOf(question: string): string {
  return `/api/search?mode=hybrid&query=${encodeURIComponent(question)}`;
}

function load(url: string, question: () => string, seconds: number): Promise<Result> {
  return autocannon({
    url, connections: CONNECTIONS, duration: seconds,
    requests: [{ setupRequest: (request) => ({ ...request, path: addressOf(question()) }) }],
  });
}

function figures({ requests, latency, errors, non2xx }: Result): Record<string, number> {
  return { requests: requests.total, perSecond: round(requests.average), p50: latency.p50, p99: latency.p99, most: latency.max, errors, non2xx };
}

function row(result: Result): number[] {
  const { perSecond = 0, p50 = 0, p99 = 0, most = 0, errors = 0, non2xx = 0 } = figures(result);
  return [perSecond, p50, p99, most, errors + non2xx];
}

async function ask(url: string, question: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}${addressOf(question)}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${question}: ${response.status}`);
  return performance.now() - started;
}

async function quiet(url: string, next: () => string): Promise<ReturnType<typeof spread>> {
  const times: number[] = [];
  for (let count = 0; count < QUIET_QUESTIONS; count++) times.push(await ask(url, next()));
  return spread(times);
}

/** The same while the server indexes another copy of the corpus, from its acceptance to its end. */
async function whileIndexing(server: Server, folder: string, next: () => string): Promise<ReturnType<typeof spread>> {
  const response = await fetch(`${server.url}/api/repositories`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: folder, name: 'second' }) });
  const { job } = (await response.json()) as { job?: { id: string } };
  if (job === undefined) throw new Error(`The repository was not queued: ${response.status}.`);
  const times: number[] = [];
  for (;;) {
    for (let count = 0; count < 10; count++) times.push(await ask(server.url, next()));
    const answer = (await (await fetch(`${server.url}/api/jobs/${job.id}`)).json()) as { job: { state: string } };
    if (answer.job.state === 'done') return spread(times);
    if (answer.job.state !== 'queued' && answer.job.state !== 'running') throw new Error(`The job ended: ${JSON.stringify(answer.job)}`);
  }
}

interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(dataDir: string, cwd: string): Promise<Server> {
  const child: ChildProcess = spawn(LAUNCHER, ['serve', '--port', '0', '--data-dir', dataDir], {
    cwd, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ENABLE_REPOSITORY_MANAGEMENT: 'true', LOG_LEVEL: 'info' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      const found = /Serving on (http:\/\/[^\s"]*?)\.?["\s]*(?:$|[,}])/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`code-index serve ended with ${code}`)));
  });
  return {
    url, pid: child.pid as number,
    stop: () => new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    }),
  };
}
