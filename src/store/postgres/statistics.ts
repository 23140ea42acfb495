import type { RepositoryId } from '../../domain/mod.ts';
import { SECRET_PROBLEM } from '../columns.ts';
import type { StoreStatistics } from '../ports.ts';
import type { Core } from './core.ts';
import { modelsOf } from './vector-writer.ts';

const OWNERS = '(SELECT id FROM repository WHERE name IS NOT NULL AND ($1::int4 IS NULL OR id = $1))';

/** Totals of one repository, or of all. */
export async function statistics(core: Core, repository: RepositoryId | undefined): Promise<StoreStatistics> {
  const { reader } = core;
  const owner = repository ?? null;
  const [totals] = await reader.rows<[number, number, number, number, number, number]>(
    `SELECT count(*), coalesce(sum(size), 0), coalesce(sum(symbols), 0), coalesce(sum(occurrences), 0), coalesce(sum(chunks), 0),
       coalesce(sum((length(problems) - length(replace(problems, '${SECRET_PROBLEM}', ''))) / ${SECRET_PROBLEM.length}), 0)
     FROM blob WHERE repository IN ${OWNERS} AND NOT orphan`, [owner],
  );
  const [blobs, sourceBytes, symbols, occurrences, chunks, secrets] = totals ?? [0, 0, 0, 0, 0, 0];
  let vectors = 0;
  for (const { id } of await modelsOf(reader)) {
    const [row] = await reader.rows<[number]>(
      `SELECT coalesce(sum(chunks), 0) FROM blob WHERE repository IN ${OWNERS} AND state = 1 AND NOT orphan AND chunks > 0
         AND (embedded = $2 OR (embedded <> 0 AND EXISTS (SELECT 1 FROM blob_vectors AS own WHERE own.repository = blob.repository AND own.blob = blob.id AND own.model = $2)))`, [owner, id],
    );
    vectors += row?.[0] ?? 0;
  }
  const rows = await reader.rows<[number, number, number]>(`SELECT language, count(*), coalesce(sum(size), 0) FROM entry WHERE repository IN ${OWNERS} AND blob IS NOT NULL GROUP BY language`, [owner]);
  const names = await core.languages.names(rows.map(([language]) => language));
  const languages = Object.fromEntries(rows.map(([language, files, bytes]) => [names.get(language) as string, { files, bytes }]));
  const [size] = await reader.rows<[number]>('SELECT pg_database_size(current_database())');
  return {
    files: rows.reduce((sum, [, files]) => sum + files, 0), blobs, sourceBytes, symbols, occurrences, chunks, vectors, secrets, databaseBytes: size?.[0] ?? 0, languages,
  };
}
