import type { Statement } from 'better-sqlite3';
import { ByteReader, ByteWriter, LIMITS } from '../../base/mod.ts';
import { findInPage, type BlobId, type PostingList } from '../../domain/mod.ts';
import type { ChunkBlock } from '../ports.ts';
import { BoundedCache } from './cache.ts';
import type { BlockRow, Core } from './core.ts';

/** Pages of one block are numbered from `block id * PAGES_PER_BLOCK`. */
export const PAGES_PER_BLOCK: number = 2 ** 20;
/** Directories, blob lists and chunk lists of the blocks; those of a repository of 80,000 files need about 5 MB. */
const INFO_CACHE_BYTES = 100_663_296;

/** The blobs behind a block's documents. 0 marks a document without a blob of its own: no filter holds it. */
export function packBlobs(ids: ArrayLike<BlobId>): Uint8Array {
  const out = new ByteWriter(ids.length * 2 + 8);
  let last = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    out.signed(id === 0 ? 0 : id - last);
    if (id !== 0) last = id;
  }
  return out.finish();
}

export function unpackBlobs(packed: Uint8Array, count: number): Uint32Array<ArrayBuffer> {
  const reader = new ByteReader(packed);
  const ids = new Uint32Array(count);
  let last = 0;
  for (let i = 0; i < count; i++) {
    const difference = reader.signed();
    if (difference === 0) continue;
    last += difference;
    ids[i] = last;
  }
  return ids;
}

/** The first key of each page, packed: found by halving, without an object for each key. */
class Directory {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly length: number;

  constructor(packed: Uint8Array, pages: number) {
    const reader = new ByteReader(packed);
    this.#bytes = packed;
    this.#starts = new Uint32Array(pages * 2);
    this.length = pages;
    for (let page = 0; page < pages; page++) {
      const length = reader.varint();
      this.#starts[page * 2] = reader.at;
      this.#starts[page * 2 + 1] = length;
      reader.at += length;
    }
  }

  #compare(page: number, key: Uint8Array): number {
    const start = this.#starts[page * 2] as number;
    const length = this.#starts[page * 2 + 1] as number;
    const most = Math.min(length, key.length);
    for (let i = 0; i < most; i++) {
      const difference = (this.#bytes[start + i] as number) - (key[i] as number);
      if (difference !== 0) return difference;
    }
    return length - key.length;
  }

  /** The last page whose first key is not above `key`, or -1. */
  pageOf(key: Uint8Array): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Every key of the page is above all keys that start with `prefix`. */
  isPast(page: number, prefix: Uint8Array): boolean {
    const start = this.#starts[page * 2] as number;
    const length = this.#starts[page * 2 + 1] as number;
    for (let i = 0; i < prefix.length; i++) {
      if (i === length) return false;
      const difference = (this.#bytes[start + i] as number) - (prefix[i] as number);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  /** The first three bytes of a page's first key as a number; past the last page all ones. */
  head(page: number): number {
    if (page >= this.length) return 0xffffff;
    const start = this.#starts[page * 2] as number;
    const length = this.#starts[page * 2 + 1] as number;
    let value = 0;
    for (let i = 0; i < 3; i++) value = value * 256 + (i < length ? (this.#bytes[start + i] as number) : 0);
    return value;
  }
}

export interface BlockInfo {
  readonly row: BlockRow;
  readonly directory: Directory;
  /** For `trigram` and `name`: the blob of each document. For `term`: the blobs whose chunks follow each other. */
  readonly blobs: Uint32Array;
  readonly chunks: ChunkBlock | null;
}

interface StoredInfo {
  blobs: Buffer;
  directory: Buffer;
  chunks: Buffer | null;
  chunk_terms: Buffer | null;
}

/** Finds posting lists. Blocks never change, so what was loaded once holds until its block is gone. */
export class Blocks {
  readonly #core: Core;
  readonly #info: Statement<[number], StoredInfo>;
  readonly #page: Statement<[number], Buffer>;
  readonly #pageRange: Statement<[number, number], Buffer>;
  readonly #infos = new BoundedCache<number, BlockInfo>(INFO_CACHE_BYTES);
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
    this.#infos.set(row.id, info, stored.directory.length + row.pages * 8 + info.blobs.length * 8 + row.documents * 2);
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
  pages(row: BlockRow, from: number, count: number): Buffer[] {
    const first = row.id * PAGES_PER_BLOCK + from;
    return this.#pageRange.all(first, first + count - 1);
  }

  find(info: BlockInfo, key: Uint8Array): PostingList | null {
    const page = info.directory.pageOf(key);
    return page < 0 ? null : findInPage(this.page(info.row, page), key);
  }

  of(kind: BlockRow['kind'], repositories: readonly number[]): BlockInfo[] {
    return this.#core.blocks(kind, repositories).map((row) => this.get(row));
  }
}

function loadInfo(row: BlockRow, stored: StoredInfo): BlockInfo {
  const directory = new Directory(stored.directory, row.pages);
  if (stored.chunks === null || stored.chunk_terms === null) {
    return { row, directory, blobs: unpackBlobs(stored.blobs, row.documents), chunks: null };
  }
  const counts = unpackCounts(stored.chunks);
  const blobs = unpackBlobs(stored.blobs, counts.length);
  const chunkStart = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) chunkStart[i + 1] = (chunkStart[i] as number) + (counts[i] as number);
  const chunkTerms = new Uint16Array(stored.chunk_terms.length >>> 1);
  new Uint8Array(chunkTerms.buffer).set(stored.chunk_terms);
  return { row, directory, blobs, chunks: { repository: row.repository, blobs, chunkStart, chunkTerms } };
}

/** Chunks of each blob, the number of blobs first. */
export function packCounts(counts: ArrayLike<number>): Uint8Array {
  const out = new ByteWriter(counts.length + 8);
  out.varint(counts.length);
  for (let i = 0; i < counts.length; i++) out.varint(counts[i] as number);
  return out.finish();
}

export function unpackCounts(packed: Uint8Array): Uint32Array {
  const reader = new ByteReader(packed);
  return Uint32Array.from({ length: reader.varint() }, () => reader.varint());
}

/** As `Directory` reads it. */
export function packDirectory(firstKeys: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(firstKeys.length * 8 + 8);
  for (const key of firstKeys) {
    out.varint(key.length);
    out.raw(key);
  }
  return out.finish();
}
