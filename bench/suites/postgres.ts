/** PostgreSQL against SQLite in the same run: indexing with vectors, and questions over a warm MCP session. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../test/services/postgres.ts';
import { folderBytes, round, spread } from '../measure.ts';
import { patternsOf, type Patterns } from '../patterns.ts';
import { indexFolder, McpSession, type IndexRun } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const MIB = 2 ** 20;
const WARM_UP = 3;
/** A second run of a small corpus removes the cost of what is cold. */
const RUNS_BELOW_BYTES = 200 * MIB;

/** As docs/operating.md tunes a server of this size; writes wait for the disk. */
export const TUNED: Readonly<Record<string, string>> = {
  shared_buffers: '2GB', effective_cache_size: '6GB', maintenance_work_mem: '512MB', work_mem: '16MB', wal_buffers: '16MB', checkpoint_completion_target: '0.9',
  min_wal_size: '1GB', max_wal_size: '4GB', random_page_cost: '1.1', effective_io_concurrency: '200', wal_compression: 'lz4',
};

interface Side {
  readonly name: string;
  readonly url: string;
  readonly bytes: () => Promise<number>;
}

export async function postgresSuite(bench: Bench): Promise<Report> {
  await using server = await startPostgres({ durable: true, settings: TUNED });
  const url = await server.createDatabase('bench', []);
  const dataDir = (name: string): string => join(bench.scratch, name);
  const sides: Side[] = [
    { name: 'SQLite', url: '', bytes: async () => folderBytes(dataDir('SQLite'), 'code_index.db') },
    { name: 'PostgreSQL', url, bytes: async () => Number((await server.query("SELECT pg_database_size('bench') AS bytes"))[0].bytes) },
  ];
  const patterns = patternsOf(bench.folder, bench.queries);
  const indexed: (string | number)[][] = [];
  const asked: (string | number)[][] = [];
  const raw: Record<string, unknown> = { settings: TUNED };
  for (const side of sides) {
    process.env['DATABASE_URL'] = side.url;
    const runs: IndexRun[] = [];
    do {
      rmSync(dataDir(side.name), { recursive: true, force: true });
      if (runs.length > 0 && side.url !== '') await server.query('DROP DATABASE bench WITH (FORCE)').then(() => server.createDatabase('bench', []));
      runs.push(await indexFolder(bench.folder, dataDir(side.name), ['--name', bench.name]));
    } while (runs.length < 3 && Number(runs[0]?.summary['bytes'] ?? 0) < RUNS_BELOW_BYTES);
    const median = runs.toSorted((a, b) => a.millis - b.millis)[Math.floor(runs.length / 2)] as IndexRun;
    const again = await indexFolder(bench.folder, dataDir(side.name), ['--name', bench.name]);
    indexed.push([side.name, round(median.textMillis), round(median.millis), round(again.millis), round(median.peakBytes / MIB), round((await side.bytes()) / MIB)]);
    const times = await askAll(bench, dataDir(side.name), patterns);
    asked.push(...Object.entries(times).map(([kind, list]) => [side.name, kind, spread(list).p50, spread(list).p95, spread(list).max]));
    raw[side.name] = { runs, again, times };
  }
  process.env['DATABASE_URL'] = '';
  return {
    suite: 'postgres', corpus: bench.name, raw,
    tables: [
      { title: 'Indexing, with vectors', columns: ['store', 'text searchable ms', 'complete ms', 'again ms', 'peak MiB of the program', 'on disk MiB'], rows: indexed },
      { title: 'First page of 20 in a warm MCP session, milliseconds', columns: ['store', 'kind', 'p50', 'p95', 'most'], rows: asked },
    ],
  };
}

/** Each query once: a warm session, not a warm query. */
async function askAll(bench: Bench, dataDir: string, patterns: Patterns): Promise<Record<string, number[]>> {
  const session = new McpSession(dataDir, bench.scratch);
  await session.initialize();
  const times: Record<string, number[]> = {};
  try {
    for (const [kind, queries] of Object.entries(patterns) as [keyof Patterns, readonly string[]][]) {
      const own: number[] = (times[kind] = []);
      for (const [at, query] of [...queries.slice(0, WARM_UP), ...new Set(queries)].entries()) {
        const mode = kind === 'regex' ? 'regex' : kind === 'ranked' ? 'hybrid' : 'text';
        const args = { repository: bench.name, limit: 20 };
        const started = performance.now();
        if (kind === 'symbols') await session.text('symbol_lookup', { name: query, ...args });
        else await session.text('search_code', { query, mode, ...args });
        if (at >= WARM_UP) own.push(performance.now() - started);
      }
    }
  } finally {
    await session.close();
  }
  return times;
}
