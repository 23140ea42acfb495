import { CodeIndexError } from '../../base/mod.ts';
import type { Repository, RepositoryId, View } from '../../domain/mod.ts';
import type { Meta, StoreStatistics } from '../ports.ts';
import { viewKindCode } from '../codes.ts';
import { isEncrypted } from './connection.ts';
import type { Core } from './core.ts';
import type { Garbage } from './garbage.ts';
import type { Leases } from './lease.ts';
import { missing } from './errors.ts';
import { SCHEMA_VERSION } from './migrations.ts';
import { SECRET_PROBLEM } from '../columns.ts';
import { repositoryOf, VIEW_COLUMNS, viewOf, type RepositoryRow, type ViewRow } from './rows.ts';
import { countVectors } from './vector-rows.ts';

/** A repository without a name is being removed: nobody sees it any more. */
const REPOSITORIES = 'SELECT * FROM repository WHERE name IS NOT NULL';

/** Repositories and views. Names and settings may change while another process indexes; removing waits for the lease. */
export function makeMeta(core: Core, leases: Leases, garbage: Garbage): Meta {
  const all = core.reader.prepare<[], RepositoryRow>(`${REPOSITORIES} ORDER BY name`);
  const views = core.reader.prepare<[], ViewRow>(
    `SELECT ${VIEW_COLUMNS} FROM view WHERE repository IN (SELECT id FROM repository WHERE name IS NOT NULL) ORDER BY id`,
  );
  return {
    repositories: async () => core.read('Listing repositories', () => all.all().map(repositoryOf)),
    views: async (repositories) => core.read('Listing views', () =>
      views.all().filter((row) => repositories === undefined || repositories.includes(row.repository)).map(viewOf)),
    putRepository: async (repository) => putRepository(core, repository),
    noteRepository: async (id, { masked, fetchedAt, fetchFailure }) => core.writeSoon('Noting about a repository', (database) => {
      if (masked === true) database.prepare('UPDATE repository SET masked = 1 WHERE id = ?').run(id);
      if (fetchedAt !== undefined) database.prepare('UPDATE repository SET fetched = ? WHERE id = ?').run(fetchedAt, id);
      if (fetchFailure !== undefined) database.prepare('UPDATE repository SET fetch_failure = ? WHERE id = ?').run(fetchFailure, id);
    }),
    emptyRepository: (id) => leases.during('emptying a repository', () => garbage.emptyRepository(id)),
    putView: async (view) => putView(core, view),
    removeRepository: (id) => leases.during('removing a repository', () => garbage.removeRepository(id)),
    removeView: (id) => leases.during('removing a view', () => garbage.removeView(id)),
    check: async () => core.read('Checking the database', () => check(core)),
    statistics: async (repository) => core.read('Counting', () => statistics(core, repository)),
  };
}

function putRepository(core: Core, given: Parameters<Meta['putRepository']>[0]): Promise<Repository> {
  return core.writeSoon('Storing the repository', (database) => {
    const { id, name, root, url, purpose, language, expiresAt } = given;
    const holder = database.prepare<[string], number>('SELECT id FROM repository WHERE name = ?').pluck().get(name);
    if (holder !== undefined && holder !== id) {
      throw new CodeIndexError('conflict', `A repository named "${name}" is there already.`, 'Choose another name with --name, or remove the other repository first.');
    }
    // Two processes may register one folder at once: there is one repository for it, and the second is told.
    const there = id !== undefined ? undefined : database.prepare<[string], string>(`SELECT name FROM repository WHERE name IS NOT NULL AND root = ?`).pluck().get(root);
    if (there !== undefined) {
      throw new CodeIndexError('conflict', `${root} is indexed already, as the repository "${there}".`, 'Use that one, or remove it first.');
    }
    const row = id === undefined
      ? database
        .prepare('INSERT INTO repository (name, root, url, purpose, language, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *')
        .get(name, root, url, purpose, language, new Date().toISOString(), expiresAt)
      : database
        .prepare('UPDATE repository SET name = ?, root = ?, url = ?, purpose = ?, language = ?, expires = ?, generation = generation + 1 WHERE id = ? AND name IS NOT NULL RETURNING *')
        .get(name, root, url, purpose, language, expiresAt, id);
    if (row === undefined) throw missing('repository', id as number);
    return repositoryOf(row as RepositoryRow);
  });
}

function putView(core: Core, view: Parameters<Meta['putView']>[0]): View {
  return core.write('Storing the view', (database) => {
    const owner = database.prepare(`${REPOSITORIES} AND id = ?`).get(view.repository);
    if (owner === undefined) throw missing('repository', view.repository);
    // Two processes may begin with one folder or branch at once: it is one view.
    const [column, value] = view.kind === 'worktree' ? ['root', view.root] : view.kind === 'branch' ? ['branch', view.branch] : ['commit_id', view.commit];
    const known = database
      .prepare<[number, number, string | null], ViewRow>(`SELECT ${VIEW_COLUMNS} FROM view WHERE repository = ? AND kind = ? AND ${column} = ? ORDER BY id LIMIT 1`)
      .get(view.repository, viewKindCode(view.kind), value);
    if (known !== undefined) return viewOf(known);
    const row = database
      .prepare(`INSERT INTO view (repository, kind, branch, root, commit_id) VALUES (?, ?, ?, ?, ?) RETURNING ${VIEW_COLUMNS}`)
      .get(view.repository, viewKindCode(view.kind), view.branch, view.root, view.commit);
    database.prepare('UPDATE repository SET generation = generation + 1 WHERE id = ?').run(view.repository);
    return viewOf(row as ViewRow);
  });
}

/** `quick_check` reads every page but compares no index with its table: seconds even for a large database. */
function check(core: Core): string {
  const findings = core.reader.prepare<[], string>('PRAGMA quick_check(20)').pluck().all();
  if (findings.length !== 1 || findings[0] !== 'ok') {
    throw new CodeIndexError('internal', `${core.place.file} is damaged: ${findings.slice(0, 3).join('; ').replaceAll('\n', ' ').slice(0, 300)}.`, 'Restore a backup, or move the file away and index again.');
  }
  return `SQLite ${core.reader.prepare<[], string>('SELECT sqlite_version()').pluck().get()}, format ${SCHEMA_VERSION}, ${isEncrypted(core.place) ? 'encrypted' : 'not encrypted'}`;
}

export function statistics(core: Core, repository: RepositoryId | undefined): StoreStatistics {
  const { reader } = core;
  const owners = repository === undefined
    ? reader.prepare<[], number>('SELECT id FROM repository WHERE name IS NOT NULL').pluck().all()
    : [repository];
  const blobs = reader.prepare<[number], Record<'blobs' | 'bytes' | 'symbols' | 'occurrences' | 'chunks' | 'secrets', number>>(
    `SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes, coalesce(sum(symbols), 0) AS symbols, coalesce(sum(occurrences), 0) AS occurrences, coalesce(sum(chunks), 0) AS chunks,
       coalesce(sum((length(problems) - length(replace(problems, '${SECRET_PROBLEM}', ''))) / ${SECRET_PROBLEM.length}), 0) AS secrets FROM blob WHERE repository = ? AND orphan = 0`,
  );
  const vectors = countVectors(reader);
  const entries = reader.prepare<[number], { language: number; files: number; bytes: number }>(
    'SELECT entry.language, count(*) AS files, sum(entry.size) AS bytes FROM view JOIN entry ON entry.view = view.id WHERE view.repository = ? AND entry.blob IS NOT NULL GROUP BY entry.language',
  );
  const pages = reader.pragma('page_count', { simple: true }) as number;
  const total = { files: 0, blobs: 0, sourceBytes: 0, symbols: 0, occurrences: 0, chunks: 0, vectors: 0, secrets: 0, databaseBytes: pages * (reader.pragma('page_size', { simple: true }) as number) };
  const languages: Record<string, { files: number; bytes: number }> = {};
  for (const owner of owners) {
    const row = blobs.get(owner);
    if (row === undefined) continue;
    total.blobs += row.blobs;
    total.sourceBytes += row.bytes;
    total.symbols += row.symbols;
    total.occurrences += row.occurrences;
    total.chunks += row.chunks;
    total.secrets += row.secrets;
    total.vectors += vectors(owner);
    for (const { language, files, bytes } of entries.all(owner)) {
      const sum = (languages[core.languages.name(language)] ??= { files: 0, bytes: 0 });
      sum.files += files;
      sum.bytes += bytes;
      total.files += files;
    }
  }
  return { ...total, languages };
}
