/**
 * An installation of 10,000 repositories and 1,000 questions a second, simulated from recorded costs (`record.ts`): where the
 * limit is, and what one more machine buys.
 *
 *   node bench/scale/simulate.ts [--repositories 10000] [--rate 1000] [--seconds 60] [--dry]
 *
 * Events, one by one: questions arrive at random (Poisson) for repositories by Zipf's law and kinds by a given mix; the
 * balancer gives each to the server with the fewest; a server does one at a time on its core and asks the database, whose cores
 * serve in order of arrival. `by repository` is a balancer that gives a repository to one of two servers, the idler one, so that
 * each keeps fewer of them. Servers keep what the least lately used repositories leave room for. An answer that anybody asked
 * for lately comes from the shared cache.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { round, spread } from '../measure.ts';
import { seeded } from '../patterns.ts';

interface Recorded {
  readonly date: string;
  readonly files: number;
  readonly sourceBytes: number;
  readonly databaseBytes: number;
  readonly costs: Readonly<Record<string, { readonly cold: Cost; readonly warm: Cost }>>;
}

interface Cost {
  readonly serverMillis: number;
  readonly databaseMillis: number;
}

/** Shares of what is asked. Ours to choose: agents ask for words and names more than for patterns. */
const MIX: Readonly<Record<string, number>> = { ranked: 0.35, symbol: 0.25, literal: 0.25, regex: 0.1, common: 0.05 };
/** Questions that somebody asked within the time that answers are kept: agents of one team repeat each other. */
const REPEATED = 0.3;
const REPEATED_MILLIS = 0.5;
/** The exponent of Zipf's law over repositories. */
const SKEW = 1;
/** Memory of a server for what it keeps of repositories, as `base/limits.ts` bounds it: pages, blocks, vectors, texts. */
const KEPT_BYTES = 50_331_648 + 100_663_296 + 67_108_864 + 33_554_432;
/** What a question leaves of a repository in memory, as a share of its rows in the database. */
const TOUCHED = 0.15;
/** A server counts as overloaded where 95 of 100 answers take longer. */
const TARGET_MILLIS = 500;

/** How the balancer chooses. */
type Policy = 'least busy' | 'by repository';

export interface Shape {
  readonly policy: Policy;
  readonly servers: number;
  readonly databaseCores: number;
  readonly rate: number;
}

export interface Outcome {
  readonly p50: number;
  readonly p95: number;
  readonly serverBusy: number;
  readonly databaseBusy: number;
  readonly kept: number;
}

export function simulate(recorded: Recorded, { policy, servers, databaseCores, rate }: Shape, repositories: number, seconds: number): Outcome {
  const random = seeded(11);
  const pickRepository = zipf(repositories, random);
  const perRepository = recorded.databaseBytes * TOUCHED;
  const room = Math.max(1, Math.floor(KEPT_BYTES / perRepository));
  const free = new Float64Array(servers);
  const database = new Float64Array(databaseCores);
  const caches = Array.from({ length: servers }, () => new Map<number, true>());
  const latencies: number[] = [];
  let [now, serverBusy, databaseBusy, hits, asked] = [0, 0, 0, 0, 0];
  const end = seconds * 1_000;
  while ((now += (-Math.log(1 - random()) * 1_000) / rate) < end) {
    const repository = pickRepository();
    const [one, two] = [repository % servers, (repository * 7 + 3) % servers];
    const server = policy === 'least busy' ? leastOf(free) : (free[one] as number) <= (free[two] as number) ? one : two;
    const begins = Math.max(now, free[server] as number);
    let [own, there] = [REPEATED_MILLIS, 0];
    if (random() >= REPEATED) {
      asked++;
      const cache = caches[server] as Map<number, true>;
      const kept = cache.delete(repository);
      if (kept) hits++;
      cache.set(repository, true);
      if (cache.size > room) cache.delete(cache.keys().next().value as number);
      const cost = recorded.costs[pickKind(random)] as Recorded['costs'][string];
      ({ serverMillis: own, databaseMillis: there } = kept ? cost.warm : cost.cold);
    }
    // The event loop goes on with others while the database works; the answer waits for both.
    free[server] = begins + own;
    let done = begins + own;
    if (there > 0) {
      const core = leastOf(database);
      const from = Math.max(begins, database[core] as number);
      database[core] = from + there;
      done = Math.max(done, from + there + own / 2);
    }
    serverBusy += own;
    databaseBusy += there;
    latencies.push(done - now);
  }
  const { p50, p95 } = spread(latencies);
  return { p50, p95, serverBusy: serverBusy / (end * servers), databaseBusy: databaseBusy / (end * databaseCores), kept: hits / Math.max(1, asked) };
}

function leastOf(values: Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if ((values[at] as number) < (values[best] as number)) best = at;
  return best;
}

function pickKind(random: () => number): string {
  let left = random();
  for (const [kind, share] of Object.entries(MIX)) if ((left -= share) <= 0) return kind;
  return 'ranked';
}

function zipf(count: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) sums[at] = sum += 1 / (at + 1) ** SKEW;
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The highest rate, to 2 in 100, at which 95 of 100 answers come within the target. */
function limitOf(recorded: Recorded, shape: Omit<Shape, 'rate'>, repositories: number, seconds: number): number {
  let [low, high] = [1, 20_000];
  while (high - low > Math.max(2, low / 50)) {
    const rate = (low + high) / 2;
    if (simulate(recorded, { ...shape, rate }, repositories, seconds).p95 <= TARGET_MILLIS) low = rate;
    else high = rate;
  }
  return Math.floor(low);
}

function main(): void {
  const { values: flags } = parseArgs({ options: { repositories: { type: 'string', default: '10000' }, rate: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '60' }, dry: { type: 'boolean', default: false } } });
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'costs.json'), 'utf8')) as Recorded;
  const [repositories, rate, seconds] = [Number(flags.repositories), Number(flags.rate), Number(flags.seconds)];
  const shapes = (['least busy', 'by repository'] as const).flatMap((policy) => ([[8, 4], [16, 8], [32, 16], [48, 16], [64, 32], [96, 32]] as const).map(([servers, databaseCores]) => ({ policy, servers, databaseCores })));
  const rows = shapes.map(({ policy, servers, databaseCores }) => {
    const at = simulate(recorded, { policy, servers, databaseCores, rate }, repositories, seconds);
    const limit = limitOf(recorded, { policy, servers, databaseCores }, repositories, seconds);
    const moreServer = limitOf(recorded, { policy, servers: servers + 1, databaseCores }, repositories, seconds) - limit;
    const moreDatabase = limitOf(recorded, { policy, servers, databaseCores: databaseCores + 1 }, repositories, seconds) - limit;
    return [policy, servers, databaseCores, at.p50, at.p95, round(at.serverBusy * 100), round(at.databaseBusy * 100), round(at.kept * 100), limit, moreServer, moreDatabase];
  });
  const columns = ['balancer', 'servers (one core each)', 'cores of PostgreSQL', 'p50 ms', 'p95 ms', 'servers busy %', 'PostgreSQL busy %', 'repository in memory %', `limit, questions/s at p95 <= ${TARGET_MILLIS} ms`, 'one server more buys', 'one core of PostgreSQL more buys'];
  const text = [
    `# Simulated: ${repositories} repositories, ${rate} questions a second`, '',
    `Costs recorded on ${recorded.date} (bench/scale/costs.json: repositories of ${recorded.files} files, ${round(recorded.sourceBytes / 2 ** 20)} MiB). Mix: ${Object.entries(MIX).map(([kind, share]) => `${kind} ${share}`).join(', ')}; ${REPEATED * 100} % repeated within the time that answers are kept; repositories by Zipf's law with exponent ${SKEW}.`, '',
    `| ${columns.join(' | ')} |`, `|${columns.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.join(' | ')} |`), '',
    `Rows of all repositories: ${round((recorded.databaseBytes * repositories) / 2 ** 40)} TiB.`, '',
  ].join('\n');
  console.log(text);
  if (flags.dry) return;
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(join(import.meta.dirname, '..', 'runs'), { recursive: true });
  writeFileSync(join(import.meta.dirname, '..', 'runs', `${date}-scale.md`), text);
  writeFileSync(join(import.meta.dirname, '..', 'runs', `${date}-scale.json`), `${JSON.stringify({ date, repositories, rate, mix: MIX, columns, rows, recorded })}\n`);
}

if (import.meta.main) main();
