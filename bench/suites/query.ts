/** A warm MCP session over stdio against ripgrep, git grep and csearch as processes on the same tree. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { has, round, spread, timed, type Spread } from '../measure.ts';
import { patternsOf, type Patterns } from '../patterns.ts';
import { McpSession, allLines, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const WARM_UP = 3;
/** Peers are processes: fewer queries give the same median. */
const PEER_QUERIES = 8;

type Kind = Exclude<keyof Patterns, never>;

export async function querySuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const patterns = patternsOf(bench.folder, bench.queries);
  const session = new McpSession(dataDir, bench.scratch);
  await session.initialize();
  const raw: Record<string, unknown> = {};
  const rows: (string | number)[][] = [];
  const all: (string | number)[][] = [];
  try {
    for (const kind of Object.keys(patterns) as Kind[]) {
      const times = await askAll(session, bench, kind, patterns[kind]);
      raw[kind] = { queries: patterns[kind], times };
      rows.push([kind, ...cells(spread(times)), ...(await peerCells(bench, kind, patterns[kind], raw))]);
    }
    for (const word of patterns.common.slice(0, 5)) all.push(await everyHit(session, bench, word));
    raw['all'] = all;
    raw['serverBytes'] = session.memoryBytes();
  } finally {
    await session.close();
  }
  return {
    suite: 'query', corpus: bench.name, raw,
    tables: [
      { title: 'First page of 20, milliseconds', columns: ['kind', 'p50', 'p95', 'most', 'rg p50', 'git grep p50', 'csearch p50'], rows },
      { title: 'Every hit, milliseconds', columns: ['literal', 'lines', 'code-index', 'rg', 'csearch'], rows: all },
      { title: 'Memory of the server', columns: ['MiB'], rows: [[round(Number(raw['serverBytes']) / 2 ** 20)]] },
    ],
  };
}

function cells(of: Spread): number[] {
  return [of.p50, of.p95, of.max];
}

function argumentsFor(bench: Bench, kind: Kind, query: string): { tool: string; args: Record<string, unknown> } {
  const where = { repository: bench.name, limit: 20 };
  if (kind === 'symbols') return { tool: 'symbol_lookup', args: { name: query, ...where } };
  if (kind === 'regex') return { tool: 'search_code', args: { query, mode: 'regex', ...where } };
  return { tool: 'search_code', args: { query, mode: kind === 'ranked' ? 'hybrid' : 'text', ...where } };
}

/** Each query once, in an order that repeats none: a warm session, not a warm query. */
async function askAll(session: McpSession, bench: Bench, kind: Kind, queries: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  const order = [...queries.slice(0, WARM_UP), ...new Set(queries)];
  for (const [index, query] of order.entries()) {
    const { tool, args } = argumentsFor(bench, kind, query);
    const started = performance.now();
    await session.text(tool, args);
    if (index >= WARM_UP) times.push(performance.now() - started);
  }
  return times;
}

async function peerCells(bench: Bench, kind: Kind, queries: readonly string[], raw: Record<string, unknown>): Promise<(string | number)[]> {
  if (kind === 'ranked') return ['', '', ''];
  const literal = kind === 'regex' ? [] : ['-F'];
  const index = join(bench.scratch, 'csearch');
  if (has('cindex') && !existsSync(index)) await timed(['cindex', '-reset', bench.folder], { env: { CSEARCHINDEX: index } });
  const peers: { name: string; command: ((query: string) => string[]) | null }[] = [
    { name: 'rg', command: (query) => ['rg', '-n', ...literal, '-e', query, '.'] },
    { name: 'git grep', command: existsSync(join(bench.folder, '.git')) ? (query) => ['git', 'grep', '-n', ...(literal.length > 0 ? literal : ['-P']), '-e', query] : null },
    { name: 'csearch', command: has('csearch') ? (query) => ['csearch', '-n', query] : null },
  ];
  const found: (string | number)[] = [];
  for (const { name, command } of peers) {
    if (command === null) {
      found.push('');
      continue;
    }
    const times: number[] = [];
    for (const query of queries.slice(0, PEER_QUERIES)) times.push((await timed(command(query), { cwd: bench.folder, env: { CSEARCHINDEX: index } })).millis);
    raw[`${kind} ${name}`] = times;
    found.push(spread(times).p50);
  }
  return found;
}

async function everyHit(session: McpSession, bench: Bench, word: string): Promise<(string | number)[]> {
  const started = performance.now();
  const lines = await allLines(session, { query: word, mode: 'text', repository: bench.name });
  const own = performance.now() - started;
  const rg = await timed(['rg', '-n', '-i', '-F', '-e', word, '.'], { cwd: bench.folder });
  const csearch = has('csearch') ? (await timed(['csearch', '-n', '-i', word], { env: { CSEARCHINDEX: join(bench.scratch, 'csearch') } })).millis : '';
  return [word, lines.size, round(own), round(rg.millis), typeof csearch === 'number' ? round(csearch) : csearch];
}
