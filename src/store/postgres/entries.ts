import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import { skipCode } from '../codes.ts';
import type { ViewDelta } from '../ports.ts';
import { CopyRows } from './copy-rows.ts';
import type { Connection } from './database.ts';
import { missing } from './errors.ts';

/** Writes the entries of a view and what is said of it. `ids` are the blobs of the delta, `fresh` the languages of those that are new. */
export async function putEntries(connection: Connection, repository: RepositoryId, view: ViewDelta, ids: readonly BlobId[], fresh: ReadonlyMap<BlobId, number>): Promise<void> {
  const upsert = [...new Map((view.upsert ?? []).map((entry) => [entry.path, entry])).values()];
  const remove = view.remove ?? [];
  const touched = upsert.length + remove.length > 0;
  const changed = await connection.run(
    `UPDATE view SET version = version + $3, branch = CASE WHEN $4 THEN $5 ELSE branch END, commit_id = CASE WHEN $6 THEN $7 ELSE commit_id END, indexed = coalesce($8, indexed),
       pending_files = coalesce($9, pending_files), pending_symbols = coalesce($10, pending_symbols) WHERE id = $2 AND repository = $1`,
    [
      repository, view.id, touched ? 1 : 0, view.branch !== undefined, view.branch ?? null, view.commit !== undefined, view.commit ?? null,
      view.indexedAt ?? null, view.pendingFiles ?? null, view.pendingSymbols ?? null,
    ],
  );
  if (changed === 0) throw missing('view', view.id);
  if (!touched) return;
  const blobOf = (entry: (typeof upsert)[number]): BlobId | null => (entry.new === undefined ? entry.blob : (ids[entry.new] ?? null));
  const languages = await languagesOf(connection, repository, upsert.map(blobOf), fresh);
  const rows = new CopyRows(['int4', 'int4', 'text', 'int8', 'int4', 'int2', 'int8', 'float8', 'bool']);
  const kept = new Set<BlobId>();
  for (const entry of upsert) {
    const blob = blobOf(entry);
    if ((blob === null) === (entry.skipped === null)) {
      throw new CodeIndexError('internal', `The entry ${entry.path} has ${blob === null ? 'neither a blob nor a reason' : 'both a blob and a reason'} to be skipped.`, 'Report this as a bug.');
    }
    if (blob !== null && !languages.has(blob)) {
      throw new CodeIndexError('conflict', `The content of ${entry.path} (blob ${blob}) is not in the index any more.`, 'Index again: the file will be read anew.');
    }
    if (blob !== null) kept.add(blob);
    rows.add([repository, view.id, entry.path, blob, blob === null ? null : (languages.get(blob) as number), skipCode(entry.skipped), entry.size, entry.mtimeMs, entry.edited]);
  }
  const left = await connection.rows<[BlobId | null]>('DELETE FROM entry WHERE repository = $1 AND view = $2 AND path = ANY($3::text[]) RETURNING blob', [repository, view.id, [...remove, ...upsert.map(({ path }) => path)]]);
  if (rows.rows > 0) await connection.copy('entry', ['repository', 'view', 'path', 'blob', 'language', 'skipped', 'size', 'mtime', 'edited'], rows.finish());
  if (kept.size > fresh.size || fresh.size === 0) await connection.run('UPDATE blob SET orphan = false WHERE repository = $1 AND id = ANY($2::int8[]) AND orphan', [repository, [...kept]]);
  // Blobs that no entry leads to any more wait for compaction; until then going back to them costs nothing.
  const gone = [...new Set(left.flatMap(([blob]) => (blob === null || kept.has(blob) ? [] : [blob])))];
  if (gone.length === 0) return;
  await connection.run(
    `UPDATE blob SET orphan = true WHERE repository = $1 AND id = ANY($2::int8[]) AND NOT EXISTS (
       SELECT 1 FROM entry WHERE entry.repository = $1 AND entry.view IN (SELECT id FROM view WHERE repository = $1) AND entry.blob = blob.id)`,
    [repository, gone],
  );
}

async function languagesOf(connection: Connection, repository: RepositoryId, blobs: readonly (BlobId | null)[], fresh: ReadonlyMap<BlobId, number>): Promise<ReadonlyMap<BlobId, number>> {
  const known = blobs.filter((blob) => blob !== null && !fresh.has(blob));
  if (known.length === 0) return fresh;
  const rows = await connection.rows<[BlobId, number]>('SELECT id, language FROM blob WHERE repository = $1 AND id = ANY($2::int8[])', [repository, known]);
  return new Map([...fresh, ...rows]);
}
