import { LIMITS } from '../../base/mod.ts';
import type { BlockKind, RepositoryId } from '../../domain/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { infoBytes, loadInfo, type BlockInfo, type BlockRow, type PageRange, type Pages } from '../blocks/format.ts';
import { blockKindName } from '../codes.ts';
import { Replaced, type Core } from './core.ts';

/** Pages of one block are numbered from `block id * PAGES_PER_BLOCK`. */
export const PAGES_PER_BLOCK: number = 2 ** 20;
/** Pages asked for in one statement: 4 MB. */
const PAGES_AT_ONCE = 512;
/** Repositories whose lists of blocks are remembered. */
const LISTS_KEPT = 20_000;

/** Pages that were loaded for one question. */
class Loaded implements Pages {
  readonly #pages: ReadonlyMap<number, Uint8Array>;

  constructor(pages: ReadonlyMap<number, Uint8Array>) {
    this.#pages = pages;
  }

  page(row: BlockRow, number: number): Uint8Array {
    const page = this.#pages.get(row.id * PAGES_PER_BLOCK + number);
    if (page === undefined) throw new RangeError(`page ${number} of posting block ${row.id} was not loaded`);
    return page;
  }
}

/** Loads what posting lists are found in. Blocks never change, so what was loaded once holds until its block is gone. */
export class Blocks {
  readonly #core: Core;
  readonly #lists = new Map<RepositoryId, { readonly layout: number; readonly rows: readonly BlockRow[] }>();
  readonly #infos = new BoundedCache<number, BlockInfo>(LIMITS.blockInfoCacheBytes);
  readonly #pages = new BoundedCache<number, Uint8Array>(LIMITS.pageCacheBytes);

  constructor(core: Core) {
    this.#core = core;
  }

  /** Oldest first. Only inside `Core.read`. */
  async of(kind: BlockKind, repositories: readonly RepositoryId[]): Promise<BlockInfo[]> {
    return this.infos(await this.rows(kind, repositories));
  }

  async rows(kind: BlockKind, repositories: readonly RepositoryId[]): Promise<BlockRow[]> {
    if (repositories.length === 0) return [];
    const stands = await this.#core.stands(repositories);
    const stale = [...stands].filter(([id, { layout }]) => this.#lists.get(id)?.layout !== layout).map(([id]) => id);
    if (stale.length > 0) await this.#list(stale, stands);
    return [...stands.keys()].flatMap((id) => this.#lists.get(id)?.rows.filter((row) => row.kind === kind) ?? []).sort((a, b) => a.id - b.id);
  }

  /** A list may be younger than the layout that it is remembered by: then it is read once more than needed. */
  async #list(repositories: readonly RepositoryId[], stands: ReadonlyMap<RepositoryId, { readonly layout: number }>): Promise<void> {
    const rows = await this.#core.reader.rows<[number, number, number, number, number, number, number]>(
      'SELECT id, repository, kind, documents, pages, bytes, terms FROM block WHERE repository = ANY($1::int4[]) AND ready', [repositories],
    );
    const byOwner = Map.groupBy(rows.map(([id, repository, kind, documents, pages, bytes, terms]): BlockRow => ({ id, repository, kind: blockKindName(kind), documents, pages, bytes, terms })), (row) => row.repository);
    if (this.#lists.size > LISTS_KEPT) this.#lists.clear();
    for (const id of repositories) this.#lists.set(id, { layout: stands.get(id)?.layout ?? -1, rows: byOwner.get(id) ?? [] });
  }

  async infos(rows: readonly BlockRow[]): Promise<BlockInfo[]> {
    const found = new Map<number, BlockInfo>();
    for (const row of rows) {
      const known = this.#infos.get(row.id);
      if (known !== undefined) found.set(row.id, known);
    }
    const wanted = rows.filter((row) => !found.has(row.id));
    if (wanted.length > 0) {
      const stored = await this.#core.reader.bulk<[number, Buffer, Buffer, Buffer | null, Buffer | null]>(
        ['int8', 'bytea', 'bytea', 'bytea', 'bytea'], 'SELECT id, blobs, directory, chunks, chunk_terms FROM block WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[])', [ownersOf(wanted), wanted.map(({ id }) => id)],
      );
      const byId = new Map(stored.map(([id, blobs, directory, chunks, terms]) => [id, { blobs, directory, chunks, chunk_terms: terms }]));
      for (const row of wanted) {
        const columns = byId.get(row.id);
        if (columns === undefined) throw this.#gone(row);
        const info = loadInfo(row, columns);
        found.set(row.id, info);
        this.#infos.set(row.id, info, infoBytes(info));
      }
    }
    return rows.map((row) => found.get(row.id) as BlockInfo);
  }

  #gone({ id, repository }: BlockRow): Replaced {
    this.#lists.delete(repository);
    return new Replaced(`posting block ${id} is gone`);
  }

  /** The pages that hold some keys, of all blocks in one go, kept for the next question. */
  holding(infos: readonly BlockInfo[], keys: readonly Uint8Array[]): Promise<Pages> {
    const wanted: { row: BlockRow; number: number }[] = [];
    for (const { row, directory } of infos) {
      const numbers = new Set<number>();
      for (const key of keys) numbers.add(directory.pageOf(key));
      numbers.delete(-1);
      for (const number of numbers) wanted.push({ row, number });
    }
    return this.#load(wanted);
  }

  /** A run of pages. `past` what is kept: a scan must not push out what lookups use. */
  async run({ row, from, count }: PageRange, past: boolean): Promise<Uint8Array[]> {
    const numbers = Array.from({ length: count }, (_, at) => from + at);
    if (!past) {
      const loaded = await this.#load(numbers.map((number) => ({ row, number })));
      return numbers.map((number) => loaded.page(row, number));
    }
    const first = row.id * PAGES_PER_BLOCK + from;
    const pages = await this.#core.reader.bulk<[Buffer]>(['bytea'], 'SELECT data FROM page WHERE repository = ANY($1::int4[]) AND id BETWEEN $2 AND $3 ORDER BY id', [[row.repository], first, first + count - 1]);
    if (pages.length !== count) throw this.#gone(row);
    return pages.map(([data]) => data);
  }

  async #load(wanted: readonly { readonly row: BlockRow; readonly number: number }[]): Promise<Pages> {
    const found = new Map<number, Uint8Array>();
    const unread = new Map<number, BlockRow>();
    for (const { row, number } of wanted) {
      const id = row.id * PAGES_PER_BLOCK + number;
      const known = this.#pages.get(id);
      if (known === undefined) unread.set(id, row);
      else found.set(id, known);
    }
    const ids = [...unread.keys()];
    for (let at = 0; at < ids.length; at += PAGES_AT_ONCE) {
      const some = ids.slice(at, at + PAGES_AT_ONCE);
      const rows = await this.#core.reader.bulk<[number, Buffer]>(
        ['int8', 'bytea'], 'SELECT id, data FROM page WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[])', [ownersOf(some.map((id) => unread.get(id) as BlockRow)), some],
      );
      for (const [id, data] of rows) {
        found.set(id, data);
        this.#pages.set(id, data, data.length);
      }
    }
    for (const [id, row] of unread) if (!found.has(id)) throw this.#gone(row);
    return new Loaded(found);
  }
}

function ownersOf(rows: readonly BlockRow[]): RepositoryId[] {
  return [...new Set(rows.map(({ repository }) => repository))];
}
