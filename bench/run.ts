/**
 * npm run bench -- <suite> [corpus ...] [--corpora DIR] [--dry] [--queries N]
 * Suites: index, query, serve, idle-clients, watch, startup, differential, ctags, postgres: whole processes, peers in the same run;
 * vectors: the store alone, where a corpus is a count of chunks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpora } from './suites/corpora-of.ts';
import { publish, type Bench, type Report } from './report.ts';

type Suite = (bench: Bench) => Promise<Report>;

const SUITES: Readonly<Record<string, { readonly corpora: readonly string[]; readonly made?: boolean; load(): Promise<Suite> }>> = {
  index: { corpora: ['zod', 'curl'], load: async () => (await import('./suites/index.ts')).indexSuite },
  query: { corpora: ['curl'], load: async () => (await import('./suites/query.ts')).querySuite },
  watch: { corpora: ['curl'], load: async () => (await import('./suites/watch.ts')).watchSuite },
  startup: { corpora: ['curl'], load: async () => (await import('./suites/startup.ts')).startupSuite },
  differential: { corpora: ['curl'], load: async () => (await import('./suites/differential.ts')).differentialSuite },
  serve: { corpora: ['curl'], load: async () => (await import('./suites/serve.ts')).serveSuite },
  'idle-clients': { corpora: ['curl'], load: async () => (await import('./suites/idle-clients.ts')).idleClientsSuite },
  postgres: { corpora: ['curl'], load: async () => (await import('./suites/postgres.ts')).postgresSuite },
  'postgres-alternatives': { corpora: ['curl'], load: async () => (await import('./suites/postgres-alternatives.ts')).alternativesSuite },
  vectors: { corpora: ['3000', '100000', '1000000'], made: true, load: async () => (await import('./suites/vectors.ts')).vectorsSuite },
  ctags: { corpora: ['curl', 'cobra', 'fastapi', 'pydantic', 'gson', 'rack', 'zod-git'], load: async () => (await import('./quality/ctags.ts')).ctagsSuite },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { corpora: { type: 'string' }, dry: { type: 'boolean', default: false }, queries: { type: 'string', default: '40' } },
});
const suite = SUITES[positionals[0] ?? ''];
if (suite === undefined) {
  console.error(`Name a suite: ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}
const run = await suite.load();
const named = positionals.slice(1);
for (const folder of suite.made === true ? (named.length === 0 ? suite.corpora : named) : corpora(named, suite.corpora, values.corpora)) {
  const scratch = mkdtempSync(join(tmpdir(), 'code-index-bench-'));
  try {
    publish(await run({ folder, name: basename(folder), scratch, queries: Number(values.queries) }), values.dry);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
