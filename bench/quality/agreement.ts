/**
 * Whether SQLite and PostgreSQL answer alike over a labelled set: top tens side by side, NDCG@10 of both.
 *
 *   node bench/quality/agreement.ts --queries DIR --repos DIR [--database URL] [--only a,b] [--name NAME] [--dry]
 *
 * Without `--database` a private PostgreSQL is started. Each repository is indexed afresh by both, and asked over MCP.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, type PrivatePostgres } from '../../test/services/postgres.ts';
import { machine, round, spread } from '../measure.ts';
import { indexFolder, McpSession } from '../product.ts';
import { markdown } from '../report.ts';
import { checkoutOf, ndcg10, ranksOf, readLabelled, type LabelledRepository, type Place } from './labelled.ts';

const { values: flags } = parseArgs({
  options: {
    queries: { type: 'string', default: join(import.meta.dirname, 'own') }, repos: { type: 'string' }, database: { type: 'string' },
    only: { type: 'string', default: '' }, name: { type: 'string' }, dry: { type: 'boolean', default: false },
  },
});

const DRIVERS = ['sqlite', 'postgresql'] as const;
type Driver = (typeof DRIVERS)[number];

interface Asked {
  readonly top: readonly string[];
  readonly ndcg: number;
  readonly millis: number;
}

/** A result as both must give it: where it stands, and its score as far as arithmetic in another order could change it. */
interface Given extends Place {
  readonly score: number;
}

async function ask(set: LabelledRepository, folder: string, driver: Driver, url: string): Promise<Asked[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'code-index-agreement-'));
  // The launcher takes the address from the environment, as a user gives it.
  process.env['DATABASE_URL'] = driver === 'sqlite' ? '' : url;
  await indexFolder(folder, join(scratch, 'data'), ['--name', set.name]);
  const session = new McpSession(join(scratch, 'data'), scratch);
  await session.initialize();
  const asked: Asked[] = [];
  try {
    for (const { query, targets } of set.queries) {
      const before = performance.now();
      const text = await session.text('search_code', { query, limit: 10, format: 'json', repository: set.name });
      const results = (JSON.parse(text) as { results: readonly Given[] }).results.slice(0, 10);
      asked.push({ millis: performance.now() - before, ndcg: ndcg10(ranksOf(results, targets)), top: results.map(({ path, startLine, endLine, score }) => `${path}:${startLine}-${endLine} ${score.toFixed(6)}`) });
    }
  } finally {
    await session.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  return asked;
}

async function main(): Promise<void> {
  const { repos } = flags;
  if (repos === undefined) throw new Error('Say where the checkouts lie: --repos DIR.');
  const server: PrivatePostgres | null = flags.database === undefined ? await startPostgres({ durable: true }) : null;
  const rows: { readonly repository: string; readonly query: number; readonly same: boolean; readonly ndcg: readonly number[]; readonly millis: readonly number[] }[] = [];
  try {
    for (const set of readLabelled(flags.queries, flags.only.split(',').filter((name) => name !== ''))) {
      const folder = checkoutOf(set, repos);
      if (folder === null) throw new Error(`No checkout of ${set.name}.`);
      const url = flags.database ?? (await (server as PrivatePostgres).createDatabase(undefined, []));
      const [own, other] = [await ask(set, folder, 'sqlite', ''), await ask(set, folder, 'postgresql', url)];
      own.forEach((one, query) => {
        const two = other[query] as Asked;
        const same = one.top.join('\n') === two.top.join('\n');
        rows.push({ repository: set.name, query, same, ndcg: [one.ndcg, two.ndcg], millis: [one.millis, two.millis] });
        if (!same) console.error(`  ${set.name} question ${query}:\n    ${one.top.join('\n    ')}\n  against\n    ${two.top.join('\n    ')}`);
      });
      console.error(`${set.name.padEnd(22)} ${rows.filter((row) => row.repository === set.name && row.same).length} of ${own.length} alike`);
    }
  } finally {
    await server?.[Symbol.asyncDispose]();
  }
  write(flags.name ?? basename(resolve(flags.queries)), rows);
}

function write(name: string, rows: readonly { readonly repository: string; readonly same: boolean; readonly ndcg: readonly number[]; readonly millis: readonly number[] }[]): void {
  const mean = (at: number): number => rows.reduce((sum, { ndcg }) => sum + (ndcg[at] as number), 0) / rows.length;
  const times = DRIVERS.map((_, at) => spread(rows.map(({ millis }) => millis[at] as number)));
  const tables = [
    { title: `${rows.length} questions`, columns: ['driver', 'NDCG@10', 'p50 ms', 'p95 ms'], rows: DRIVERS.map((driver, at) => [driver, mean(at).toFixed(4), times[at]?.p50 ?? 0, times[at]?.p95 ?? 0]) },
    { title: 'Top ten', columns: ['alike', 'of', 'difference of NDCG@10'], rows: [[rows.filter(({ same }) => same).length, rows.length, round(Math.abs(mean(0) - mean(1)))]] },
  ];
  const text = markdown({ suite: 'agreement', corpus: name, tables, raw: null });
  console.log(text);
  if (flags.dry) return;
  const date = new Date().toISOString().slice(0, 10);
  const file = join(import.meta.dirname, 'runs', `${date}-agreement-${name}`);
  mkdirSync(join(import.meta.dirname, 'runs'), { recursive: true });
  writeFileSync(`${file}.json`, `${JSON.stringify({ date, set: name, machine: machine(), tables, rows })}\n`);
  writeFileSync(`${file}.md`, `# Agreement of SQLite and PostgreSQL: ${name}, ${date}\n\nPaths, lines and scores (six digits) of the first ten results.\n\n${text}`);
}

await main();
