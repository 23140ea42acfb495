import { LIMITS } from '../../base/mod.ts';
import type { BlobId, BlobInfo, RepositoryId, SkipReason, ViewId } from '../../domain/mod.ts';
import { skipName } from '../codes.ts';
import { oidBytes, SECRET_PROBLEM } from '../columns.ts';
import { AFTER_ALL } from '../paths.ts';
import type { Files, Plan } from '../ports.ts';
import type { Core } from './core.ts';
import { Places } from './places.ts';
import { BLOB_COLUMNS, blobOf, ENTRY_COLUMNS, entryOf, type BlobRow, type EntryRow } from './rows.ts';
import { Scopes } from './scope.ts';
import { Texts } from './texts.ts';

/** Paths, blobs, texts and facts. */
export function makeFiles(core: Core): Files {
  const scopes = new Scopes(core);
  const places = new Places(core);
  const texts = new Texts(core);
  const blobs = new Blobs(core);
  const { reader } = core;
  return {
    plan: makePlan(core, texts),
    scope: (scope) => scopes.get(scope),
    blobs: (ids) => core.read('Reading blobs', () => blobs.get(ids)),
    places: (views, ids) => core.read('Reading paths', () => places.get(views, ids)),
    entries: (view, { after = '', limit, under = '', skippedOnly = false, secretsOnly = false }) => core.read('Listing files', async () => {
      const folder = under === '' || under.endsWith('/') ? under : `${under}/`;
      const only = skippedOnly ? 'AND skipped IS NOT NULL'
        : secretsOnly ? `AND EXISTS (SELECT 1 FROM blob WHERE blob.repository = entry.repository AND blob.id = entry.blob AND position('${SECRET_PROBLEM}' IN blob.problems) > 0)` : '';
      const rows = await reader.rows<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry WHERE repository = ANY($1::int4[]) AND view = $2 AND path > $3 AND path >= $4 AND path < $5 ${only} ORDER BY path LIMIT $6`,
        [await ownersOf(core, [view]), view, after, folder, folder + AFTER_ALL, limit],
      );
      return rows.map(entryOf);
    }),
    entriesAt: (view, paths) => core.read('Reading entries', async () => {
      const rows = await reader.rows<EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE repository = ANY($1::int4[]) AND view = $2 AND path = ANY($3::text[])`, [await ownersOf(core, [view]), view, paths]);
      const found = new Map(rows.map((row) => [row[0], entryOf(row)]));
      return new Map(paths.flatMap((path) => (found.has(path) ? [[path, found.get(path) as ReturnType<typeof entryOf>]] : [])));
    }),
    texts: (ids) => core.read('Reading texts', async () => inOrder(ids, await texts.texts(ids))),
    facts: (ids) => core.read('Reading facts', async () => inOrder(ids, await texts.facts(ids))),
  };
}

function inOrder<Key, Found>(keys: readonly Key[], found: ReadonlyMap<Key, Found>): Map<Key, Found> {
  return new Map(keys.flatMap((key): [Key, Found][] => (found.has(key) ? [[key, found.get(key) as Found]] : [])));
}

async function ownersOf(core: Core, views: readonly ViewId[]): Promise<RepositoryId[]> {
  return [...new Set([...(await core.views(views)).values()].map(({ repository }) => repository))];
}

/** Rows about blobs, kept until their repository changes: a blob's state changes when it is parsed. */
class Blobs {
  readonly #core: Core;
  readonly #kept = new Map<BlobId, { readonly generation: number; readonly info: BlobInfo }>();

  constructor(core: Core) {
    this.#core = core;
  }

  async get(ids: readonly BlobId[]): Promise<Map<BlobId, BlobInfo>> {
    const { ranges, languages, reader } = this.#core;
    const stands = await this.#core.stands(await ranges.repositories(ids));
    const generationOf = (id: BlobId): number => stands.get(ranges.ownerOf(id) ?? -1)?.generation ?? -1;
    const found = new Map<BlobId, BlobInfo>();
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (kept !== undefined && kept.generation === generationOf(id)) found.set(id, kept.info);
    }
    const unread = ids.filter((id) => !found.has(id));
    if (unread.length > 0) {
      const rows = await reader.rows<BlobRow>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[])`, [[...stands.keys()], unread]);
      const names = await languages.names(new Set(rows.map((row) => row[3])));
      if (this.#kept.size > LIMITS.rowsCached) this.#kept.clear();
      for (const row of rows) {
        const info = blobOf(row, names);
        found.set(row[0], info);
        this.#kept.set(row[0], { generation: generationOf(row[0]), info });
      }
    }
    return inOrder(ids, found);
  }
}

/** What the index needs for the difference. */
function makePlan(core: Core, texts: Texts): Plan {
  const { reader } = core;
  const counted = async (text: string, values: Parameters<typeof reader.rows>[1]): Promise<number> => (await reader.rows<[number]>(text, values))[0]?.[0] ?? 0;
  return {
    known: (repository, keys) => core.read('Reading known blobs', async () => {
      const codes = await core.languages.codes(keys.map(({ language }) => language));
      const stored = keys.flatMap(({ oid, language }) => (codes.has(language) ? [{ oid, language, code: codes.get(language) as number }] : []));
      if (stored.length === 0) return new Map();
      const rows = await reader.rows<[number, Buffer, number]>('SELECT id, oid, language FROM blob WHERE repository = $1 AND oid = ANY($2::bytea[])', [repository, stored.map(({ oid }) => oidBytes(oid))]);
      const ids = new Map(rows.map(([id, oid, code]) => [`${oid.toString('hex')}:${code}`, id]));
      return new Map(stored.flatMap(({ oid, language, code }) => {
        const id = ids.get(`${oid}:${code}`);
        return id === undefined ? [] : [[`${oid}:${language}`, id]];
      }));
    }),
    unparsed: (repository, limit, after) => core.read('Reading what is left to parse', async () => {
      const rows = await reader.rows<BlobRow>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE repository = $1 AND state = 0 AND NOT orphan AND id > $2 ORDER BY id LIMIT $3`, [repository, after, limit]);
      const names = await core.languages.names(new Set(rows.map((row) => row[3])));
      return rows.map((row) => blobOf(row, names));
    }),
    packedTexts: (ids) => core.read('Reading texts', () => texts.packed(ids)),
    skipped: (views) => core.read('Counting skipped files', async () => {
      const rows = await reader.rows<[number, number]>('SELECT skipped, count(*) FROM entry WHERE repository = ANY($1::int4[]) AND view = ANY($2::int4[]) AND skipped IS NOT NULL GROUP BY skipped', [await ownersOf(core, views), views]);
      return new Map(rows.map(([reason, files]) => [skipName(reason) as SkipReason, files]));
    }),
    count: (views) => core.read('Counting files', async () => counted('SELECT count(*) FROM entry WHERE repository = ANY($1::int4[]) AND view = ANY($2::int4[]) AND blob IS NOT NULL', [await ownersOf(core, views), views])),
    unparsedCount: (repository) => core.read('Counting what is left to parse', () => counted('SELECT count(*) FROM blob WHERE repository = $1 AND state = 0 AND NOT orphan', [repository])),
  };
}
