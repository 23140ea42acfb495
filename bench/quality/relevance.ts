/**
 * Measures ranked search on a labelled set, over MCP, as a coding agent meets it.
 *
 *   node bench/quality/relevance.ts --queries DIR --repos DIR [--modes lexical,vector,hybrid] [--only a,b]
 *                                   [--name NAME] [--samples 4000] [--seed 1] [--misses] [--dry]
 *
 * `lexical` is an index without any vectors, `vector` ranks by vectors alone (`semantic` of search_code), `hybrid` is what
 * a user gets (`auto`). Each repository is indexed afresh. Nothing is downloaded: a missing checkout ends the run.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, spread } from '../measure.ts';
import { indexFolder, McpSession } from '../product.ts';
import { markdown } from '../report.ts';
import { checkoutOf, ndcg10, ranksOf, readLabelled, type LabelledRepository, type Place } from './labelled.ts';
import { tablesOf, type Row } from './tables.ts';

/** How each mode is asked for. Lexical needs an index of its own: what is not there cannot help. */
const MODES: Readonly<Record<string, { readonly vectors: boolean; readonly mode: string }>> = {
  lexical: { vectors: false, mode: 'auto' },
  vector: { vectors: true, mode: 'semantic' },
  hybrid: { vectors: true, mode: 'auto' },
};

const { values: flags } = parseArgs({
  options: {
    queries: { type: 'string', default: join(import.meta.dirname, 'own') }, repos: { type: 'string' }, modes: { type: 'string', default: Object.keys(MODES).join(',') },
    only: { type: 'string', default: '' }, name: { type: 'string' }, samples: { type: 'string', default: '4000' }, seed: { type: 'string', default: '1' },
    misses: { type: 'boolean', default: false }, dry: { type: 'boolean', default: false },
  },
});

/** What answers said was left out: a run without vectors is not to be taken for one with them. */
const said = new Set<string>();

const names = (list: string): readonly string[] => list.split(',').filter((name) => name !== '');

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

/** The rows of one repository: every mode, every question. */
async function measure(set: LabelledRepository, folder: string, modes: readonly string[]): Promise<Row[]> {
  const rows = set.queries.map(({ category }, query): Row => ({ repository: set.name, language: set.language, category, query, ranks: {}, ndcg: {}, millis: {} }));
  for (const vectors of [false, true]) {
    const asked = modes.filter((name) => MODES[name]?.vectors === vectors);
    if (asked.length === 0) continue;
    const scratch = mkdtempSync(join(tmpdir(), 'code-index-quality-'));
    const env = vectors ? {} : { EMBEDDING_PROVIDER: 'none' };
    const session = await indexed(set.name, folder, scratch, vectors, env);
    try {
      for (const name of asked) await ask(session, set, name, rows);
    } finally {
      await session.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  return rows;
}

async function indexed(name: string, folder: string, scratch: string, vectors: boolean, env: Readonly<Record<string, string>>): Promise<McpSession> {
  const dataDir = join(scratch, 'data');
  await indexFolder(folder, dataDir, ['--name', name, ...(vectors ? [] : ['--no-vectors'])]);
  const session = new McpSession(dataDir, scratch, env);
  await session.initialize();
  return session;
}

async function ask(session: McpSession, set: LabelledRepository, name: string, rows: readonly Row[]): Promise<void> {
  for (const [index, { query, targets }] of set.queries.entries()) {
    const before = performance.now();
    const text = await session.text('search_code', { query, mode: MODES[name]?.mode, limit: 10, format: 'json', repository: set.name });
    const row = rows[index] as Row;
    row.millis[name] = performance.now() - before;
    const { results, notes } = JSON.parse(text) as { results: readonly Place[]; notes: readonly string[] };
    for (const note of notes) said.add(`${name}: ${note}`);
    const ranks = ranksOf(results.slice(0, 10), targets);
    row.ranks[name] = ranks;
    row.ndcg[name] = ndcg10(ranks);
    if (flags.misses && !ranks.includes(1)) console.error(`  ${name}: ${query}\n    wanted ${targets.map(({ path }, i) => `${path} (${ranks[i]})`).join(', ')}\n    got    ${results.slice(0, 3).map(({ path }) => path).join(', ')}`);
  }
}

async function main(): Promise<void> {
  const modes = names(flags.modes);
  const unknown = modes.find((name) => !Object.hasOwn(MODES, name));
  if (unknown !== undefined) refuse(`There is no mode ${unknown}: ${Object.keys(MODES).join(', ')}.`);
  const { repos } = flags;
  if (repos === undefined) refuse('Say where the checkouts lie: --repos DIR. node bench/quality/checkouts.ts --repos DIR brings them.');
  const sets = readLabelled(flags.queries, names(flags.only));
  const missing = sets.filter((set) => checkoutOf(set, repos) === null).map(({ name }) => name);
  if (missing.length > 0) refuse(`No checkout of ${missing.join(', ')}: node bench/quality/checkouts.ts --queries ${flags.queries} --repos ${repos} brings them.`);
  const rows: Row[] = [];
  for (const set of sets) {
    const own = await measure(set, checkoutOf(set, repos) as string, modes);
    rows.push(...own);
    console.error(`${set.name.padEnd(22)} ${modes.map((name) => `${name} ${(own.reduce((sum, { ndcg }) => sum + (ndcg[name] ?? 0), 0) / own.length).toFixed(3)}`).join('  ')}`);
  }
  write(flags.name ?? basename(resolve(flags.queries)), modes, rows);
}

/** Both files of a run. Rows say which question of which repository by its number, and no text of the set. */
function write(name: string, modes: readonly string[], rows: readonly Row[]): void {
  const [samples, seed] = [Number(flags.samples), Number(flags.seed)];
  const tables = tablesOf(modes, rows, { samples, seed });
  const text = markdown({ suite: 'relevance', corpus: name, tables, raw: null });
  const remarks = [...said].sort().map((note) => `- ${note}\n`).join('');
  console.log(`${text}${remarks}`);
  if (flags.dry) return;
  const date = new Date().toISOString().slice(0, 10);
  const folder = join(import.meta.dirname, 'runs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${date}-relevance-${name}`);
  const about = machine();
  const millis = Object.fromEntries(modes.map((mode) => [mode, spread(rows.map((row) => row.millis[mode] ?? 0))]));
  const raw = rows.map(({ repository, query, category, ranks }) => ({ repository, query, category, ranks }));
  writeFileSync(`${file}.json`, `${JSON.stringify({ date, set: name, modes, samples, seed, machine: about, millis, notes: [...said].sort(), tables, rows: raw })}\n`);
  const head = `# Relevance: ${name}, ${date}\n\n${rows.length} questions. NDCG@10 with 95% intervals: ${samples} samples of repositories and of the questions of each, seed ${seed}.\n`;
  writeFileSync(`${file}.md`, `${head}Raw ranks beside it.\n\n${text}${remarks === '' ? '' : `## Said by the answers\n\n${remarks}`}`);
}

await main();
