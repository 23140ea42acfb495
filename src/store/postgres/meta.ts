import { CodeIndexError } from '../../base/mod.ts';
import type { Repository, View } from '../../domain/mod.ts';
import { viewKindCode } from '../codes.ts';
import type { Meta } from '../ports.ts';
import type { Core } from './core.ts';
import { missing } from './errors.ts';
import type { Garbage } from './garbage.ts';
import type { Leases } from './leases.ts';
import { REPOSITORY_COLUMNS, repositoryOf, VIEW_COLUMNS, viewOf, type RepositoryRow, type ViewRow } from './rows.ts';
import { CONTENT_TABLES, FORMAT, LOCK_CLASS, LOCKS, PARTITIONS } from './schema.ts';
import { statistics } from './statistics.ts';

/** Repositories and views. A repository without a name is being removed: nobody sees it any more. */
export function makeMeta(core: Core, leases: Leases, garbage: Garbage): Meta {
  const { reader, database: { writer } } = core;
  return {
    repositories: () => core.read('Listing repositories', async () => (await reader.rows<RepositoryRow>(`SELECT ${REPOSITORY_COLUMNS} FROM repository WHERE name IS NOT NULL ORDER BY name`)).map(repositoryOf)),
    views: (repositories) => core.read('Listing views', async () => (await reader.rows<ViewRow>(
      `SELECT ${VIEW_COLUMNS} FROM view WHERE ($1::int4[] IS NULL OR repository = ANY($1)) AND repository IN (SELECT id FROM repository WHERE name IS NOT NULL) ORDER BY id`, [repositories ?? null],
    )).map(viewOf)),
    putRepository: (repository) => core.write('Storing the repository', () => putRepository(core, repository)),
    noteRepository: (id, { masked, fetchedAt, fetchFailure }) => core.write('Noting about a repository', async () => {
      await writer.run(
        'UPDATE repository SET masked = masked OR $2, fetched = coalesce($3, fetched), fetch_failure = CASE WHEN $4 THEN $5 ELSE fetch_failure END WHERE id = $1',
        [id, masked === true, fetchedAt ?? null, fetchFailure !== undefined, fetchFailure ?? null],
      );
    }),
    emptyRepository: (id) => core.write('Emptying a repository', () => garbage.emptyRepository(leases, id)),
    putView: (view) => core.write('Storing the view', () => putView(core, view)),
    removeRepository: (id) => core.write('Removing a repository', () => garbage.removeRepository(leases, id)),
    removeView: (id) => core.write('Removing a view', () => garbage.removeView(leases, id)),
    statistics: (repository) => core.read('Counting', () => statistics(core, repository)),
    check: () => core.read('Checking the database', () => check(core)),
  };
}

function putRepository(core: Core, given: Parameters<Meta['putRepository']>[0]): Promise<Repository> {
  return core.database.transaction(async (connection) => {
    const { id = null, name, root, url, purpose, language, expiresAt } = given;
    await connection.rows('SELECT pg_advisory_xact_lock($1::int4, $2::int4)', [LOCK_CLASS, LOCKS.registration]);
    const [holder] = await connection.rows<[number]>('SELECT id FROM repository WHERE name = $1', [name]);
    if (holder !== undefined && holder[0] !== id) {
      throw new CodeIndexError('conflict', `A repository named "${name}" is there already.`, 'Choose another name with --name, or remove the other repository first.');
    }
    // Two processes may register one folder at once: there is one repository for it, and the second is told.
    const [there] = id !== null ? [] : await connection.rows<[string]>('SELECT name FROM repository WHERE name IS NOT NULL AND root = $1', [root]);
    if (there !== undefined) throw new CodeIndexError('conflict', `${root} is indexed already, as the repository "${there[0]}".`, 'Use that one, or remove it first.');
    const [row] = id === null
      ? await connection.rows<RepositoryRow>(
        `INSERT INTO repository (name, root, url, purpose, language, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${REPOSITORY_COLUMNS}`,
        [name, root, url, purpose, language, new Date().toISOString(), expiresAt],
      )
      : await connection.rows<RepositoryRow>(
        `UPDATE repository SET name = $2, root = $3, url = $4, purpose = $5, language = $6, expires = $7, generation = generation + 1 WHERE id = $1 AND name IS NOT NULL RETURNING ${REPOSITORY_COLUMNS}`,
        [id, name, root, url, purpose, language, expiresAt],
      );
    if (row === undefined) throw missing('repository', id as number);
    return repositoryOf(row);
  });
}

function putView(core: Core, view: Parameters<Meta['putView']>[0]): Promise<View> {
  return core.database.transaction(async (connection) => {
    // Two processes may begin with one folder or branch at once: it is one view. The row of the repository is their lock.
    const owner = await connection.rows('SELECT id FROM repository WHERE id = $1 AND name IS NOT NULL FOR UPDATE', [view.repository]);
    if (owner.length === 0) throw missing('repository', view.repository);
    const [column, value] = view.kind === 'worktree' ? ['root', view.root] : view.kind === 'branch' ? ['branch', view.branch] : ['commit_id', view.commit];
    const [known] = await connection.rows<ViewRow>(`SELECT ${VIEW_COLUMNS} FROM view WHERE repository = $1 AND kind = $2 AND ${column} = $3 ORDER BY id LIMIT 1`, [view.repository, viewKindCode(view.kind), value]);
    if (known !== undefined) return viewOf(known);
    const [row] = await connection.rows<ViewRow>(
      `INSERT INTO view (repository, kind, branch, root, commit_id) VALUES ($1, $2, $3, $4, $5) RETURNING ${VIEW_COLUMNS}`, [view.repository, viewKindCode(view.kind), view.branch, view.root, view.commit],
    );
    await connection.run('UPDATE repository SET generation = generation + 1 WHERE id = $1', [view.repository]);
    return viewOf(row as ViewRow);
  });
}

/** Looks whether every part of every table is there and can be read, and whether entries and blobs agree. Tables are not read whole: that is for `pg_amcheck`. */
async function check(core: Core): Promise<string> {
  const { reader, database: { place } } = core;
  const [row] = await reader.rows<[string]>("SELECT current_setting('server_version')");
  for (const table of CONTENT_TABLES) {
    const parts = await reader.rows('SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass($1)', [table]);
    if (parts.length !== PARTITIONS) {
      throw new CodeIndexError('internal', `${place} is damaged: the table ${table} has ${parts.length} of ${PARTITIONS} parts.`, 'Restore a backup, or choose another database and index again.');
    }
    await reader.rows(`SELECT 1 FROM ${table} LIMIT 1`);
  }
  const [broken] = await reader.rows<[string]>('SELECT path FROM entry WHERE blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.repository = entry.repository AND blob.id = entry.blob) LIMIT 1');
  if (broken !== undefined) throw new CodeIndexError('internal', `${place} is damaged: the text of ${broken[0]} is missing.`, 'Index its repository again, or restore a backup.');
  const [vector] = await reader.rows<[string]>("SELECT extversion FROM pg_extension WHERE extname = 'vector'");
  return `PostgreSQL ${row?.[0]}, format ${FORMAT}, ${vector === undefined ? 'without pgvector: very large repositories are looked into by cells in memory' : `pgvector ${vector[0]}`}, encryption at rest is that of its disk`;
}
