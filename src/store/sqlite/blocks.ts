import type { Statement } from 'better-sqlite3';
import { LIMITS } from '../../base/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { infoBytes, loadInfo, type BlockInfo, type BlockRow, type PageRange, type Pages, type StoredInfo } from '../blocks/format.ts';
import type { Core } from './core.ts';

/** Pages of one block are numbered from `block id * PAGES_PER_BLOCK`. */
export const PAGES_PER_BLOCK: number = 2 ** 20;

/** Loads what posting lists are found in. Blocks never change, so what was loaded once holds until its block is gone. */
export class Blocks implements Pages {
  readonly #core: Core;
  readonly #info: Statement<[number], StoredInfo>;
  readonly #page: Statement<[number], Buffer>;
  readonly #pageRange: Statement<[number, number], Buffer>;
  readonly #infos = new BoundedCache<number, BlockInfo>(LIMITS.blockInfoCacheBytes);
  readonly #pages = new BoundedCache<number, Buffer>(LIMITS.pageCacheBytes);

  constructor(core: Core) {
    this.#core = core;
    this.#info = core.reader.prepare('SELECT blobs, directory, chunks, chunk_terms FROM block WHERE id = ?');
    this.#page = core.reader.prepare<[number], Buffer>('SELECT data FROM page WHERE id = ?').pluck();
    this.#pageRange = core.reader.prepare<[number, number], Buffer>('SELECT data FROM page WHERE id BETWEEN ? AND ? ORDER BY id').pluck();
  }

  get(row: BlockRow): BlockInfo {
    const known = this.#infos.get(row.id);
    if (known !== undefined) return known;
    const stored = this.#info.get(row.id);
    if (stored === undefined) throw new RangeError(`posting block ${row.id} is missing`);
    const info = loadInfo(row, stored);
    this.#infos.set(row.id, info, infoBytes(info));
    return info;
  }

  /** One page, from memory where it was used lately. */
  page(row: BlockRow, number: number): Buffer {
    const id = row.id * PAGES_PER_BLOCK + number;
    const known = this.#pages.get(id);
    if (known !== undefined) return known;
    const page = this.#page.get(id);
    if (page === undefined) throw new RangeError(`page ${number} of posting block ${row.id} is missing`);
    this.#pages.set(id, page, page.length);
    return page;
  }

  /** A run of pages, past the cache: a scan must not push out what lookups use. */
  pages({ row, from, count }: PageRange): Buffer[] {
    const first = row.id * PAGES_PER_BLOCK + from;
    return this.#pageRange.all(first, first + count - 1);
  }

  of(kind: BlockRow['kind'], repositories: readonly number[]): BlockInfo[] {
    return this.#core.blocks(kind, repositories).map((row) => this.get(row));
  }
}
