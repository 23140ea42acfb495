import type { BlobId, BlobInfo, RepositoryId, SkipReason, ViewId } from '../../domain/mod.ts';
import type { PackPlace, Plan } from '../ports.ts';
import { skipName } from '../codes.ts';
import { collect } from './collect.ts';
import type { Core } from './core.ts';
import { oidBytes } from '../columns.ts';
import { BLOB_COLUMNS, blobOf, type BlobRow } from './rows.ts';

/** What the index needs for the difference. */
export function makePlan(core: Core): Plan {
  const { reader } = core;
  const known = reader.prepare<[Buffer, RepositoryId, number], BlobId>('SELECT id FROM blob WHERE oid = ? AND repository = ? AND language = ?').pluck();
  const unparsed = reader.prepare<[RepositoryId, BlobId, number], BlobRow>(
    `SELECT ${BLOB_COLUMNS} FROM blob WHERE repository = ? AND state = 0 AND orphan = 0 AND id > ? ORDER BY id LIMIT ?`,
  );
  const unparsedCount = reader.prepare<[RepositoryId], number>('SELECT count(*) FROM blob WHERE repository = ? AND state = 0 AND orphan = 0').pluck();
  const place = reader.prepare<[BlobId], PackPlace>('SELECT pack, pack_offset AS offset, pack_length AS length FROM blob WHERE id = ?');
  const pack = reader.prepare<[number], Buffer>('SELECT data FROM pack WHERE id = ?').pluck();
  const skipped = reader.prepare<[ViewId], { skipped: number; files: number }>(
    'SELECT skipped, count(*) AS files FROM entry WHERE view = ? AND skipped IS NOT NULL GROUP BY skipped',
  );
  const count = reader.prepare<[ViewId], number>('SELECT count(*) FROM entry WHERE view = ? AND blob IS NOT NULL').pluck();

  return {
    known: async (repository, keys) => core.read('Reading known blobs', () => {
      const found = new Map<string, BlobId>();
      for (const { oid, language } of keys) {
        const code = core.languages.code(language);
        const id = code === undefined ? undefined : known.get(oidBytes(oid), repository, code);
        if (id !== undefined) found.set(`${oid}:${language}`, id);
      }
      return found;
    }),
    unparsed: async (repository, limit, after): Promise<BlobInfo[]> =>
      core.read('Reading what is left to parse', () => unparsed.all(repository, after, limit).map((row) => blobOf(row, core.languages))),
    packedTexts: async (ids) => core.read('Reading texts', () => {
      const places = collect(ids, (id) => place.get(id));
      return { places, packs: collect([...new Set([...places.values()].map((item) => item.pack))], (id) => pack.get(id)) };
    }),
    skipped: async (views) => core.read('Counting skipped files', () => {
      const counts = new Map<SkipReason, number>();
      for (const view of views) {
        for (const row of skipped.all(view)) {
          const reason = skipName(row.skipped) as SkipReason;
          counts.set(reason, (counts.get(reason) ?? 0) + row.files);
        }
      }
      return counts;
    }),
    count: async (views) => core.read('Counting files', () => views.reduce((sum, view) => sum + (count.get(view) as number), 0)),
    unparsedCount: async (repository) => core.read('Counting what is left to parse', () => unparsedCount.get(repository) as number),
  };
}
