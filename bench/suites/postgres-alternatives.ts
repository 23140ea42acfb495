/**
 * What PostgreSQL's own indexes would cost in the place of our posting blocks: a GIN index of `pg_trgm` over the texts for
 * literals and regular expressions, a GIN index of `tsvector` over the words of files for their statistics. Decision 31.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../test/services/postgres.ts';
import { round, spread } from '../measure.ts';
import { filesOf, patternsOf } from '../patterns.ts';
import type { Bench, Report } from '../report.ts';
import { TUNED } from './postgres.ts';

const MIB = 2 ** 20;
const FILE_BYTES = 2_097_152;
const AT_ONCE = 200;

export async function alternativesSuite(bench: Bench): Promise<Report> {
  await using server = await startPostgres({ durable: true, settings: TUNED });
  const url = await server.createDatabase('alternatives', ['pg_trgm']);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const files = filesOf(bench.folder).filter((path) => statSync(join(bench.folder, path)).size <= FILE_BYTES);
    const steps: [string, number][] = [];
    const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      const started = performance.now();
      await work();
      steps.push([name, round(performance.now() - started)]);
    };
    await client.query('CREATE TABLE file (id integer PRIMARY KEY, path text NOT NULL, content text NOT NULL, words tsvector)');
    let source = 0;
    await step('texts inserted', async () => {
      for (let at = 0; at < files.length; at += AT_ONCE) {
        const some = files.slice(at, at + AT_ONCE).map((path) => readFileSync(join(bench.folder, path))).map((bytes) => (bytes.includes(0) ? '' : bytes.toString('utf8')));
        source += some.reduce((sum, text) => sum + text.length, 0);
        await client.query('INSERT INTO file (id, path, content) SELECT $1 + ordinality, path, content FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given (path, content, ordinality)', [at, files.slice(at, at + AT_ONCE), some]);
      }
    });
    await step('words made: to_tsvector', () => client.query("UPDATE file SET words = to_tsvector('simple', left(content, 400000))"));
    await step('index of trigrams: gin_trgm_ops', () => client.query('CREATE INDEX file_trigrams ON file USING gin (content gin_trgm_ops)'));
    await step('index of words: tsvector', () => client.query('CREATE INDEX file_words ON file USING gin (words)'));
    await client.query('VACUUM ANALYZE file');
    const sizes = await client.query<{ name: string; bytes: string }>("SELECT relname AS name, pg_table_size(oid) AS bytes FROM pg_class WHERE relname LIKE 'file%' AND relkind IN ('r', 'i') ORDER BY 1");
    const patterns = patternsOf(bench.folder, bench.queries);
    const times = async (text: string, values: readonly string[]): Promise<number[]> => {
      const list: number[] = [];
      for (const value of values) {
        const started = performance.now();
        await client.query(text, [value]);
        list.push(performance.now() - started);
      }
      return list;
    };
    const like = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    const asked: Record<string, number[]> = {
      'rare literal, ILIKE': await times('SELECT path FROM file WHERE content ILIKE $1 LIMIT 20', patterns.rare.map(like)),
      'common literal, ILIKE': await times('SELECT path FROM file WHERE content ILIKE $1 LIMIT 20', patterns.common.map(like)),
      'no hit, ILIKE': await times('SELECT path FROM file WHERE content ILIKE $1 LIMIT 20', patterns.noHit.map(like)),
      'regex, ~*': await times('SELECT path FROM file WHERE content ~* $1 LIMIT 20', patterns.regex),
      'ranked words, ts_rank': await times("SELECT path, ts_rank(words, query) FROM file, websearch_to_tsquery('simple', $1) AS query WHERE words @@ query ORDER BY 2 DESC LIMIT 20", patterns.ranked),
    };
    return {
      suite: 'postgres-alternatives', corpus: bench.name, raw: { steps, sizes: sizes.rows, asked },
      tables: [
        { title: `${files.length} files, ${round(source / MIB)} MiB: building, one connection`, columns: ['step', 'ms'], rows: steps },
        { title: 'On disk', columns: ['relation', 'MiB'], rows: sizes.rows.map(({ name, bytes }) => [name, round(Number(bytes) / MIB)]) },
        { title: 'Files of a first page of 20, without lines, symbols or ranking, milliseconds', columns: ['question', 'p50', 'p95', 'most'], rows: Object.entries(asked).map(([name, list]) => [name, spread(list).p50, spread(list).p95, spread(list).max]) },
      ],
    };
  } finally {
    await client.end();
  }
}
