import { ByteReader, ByteWriter } from '../../base/mod.ts';
import { findInPage, type BlobId, type BlockKind, type PostingList, type RepositoryId } from '../../domain/mod.ts';
import type { ChunkBlock } from '../ports.ts';

/** One block as the list of blocks knows it; the rest is loaded when it is asked for. */
export interface BlockRow {
  readonly id: number;
  readonly repository: RepositoryId;
  readonly kind: BlockKind;
  readonly documents: number;
  readonly pages: number;
  readonly bytes: number;
  readonly terms: number;
}

/** What is written beside a block's pages so that it can be read. */
export interface BlockShape {
  readonly repository: RepositoryId;
  readonly kind: BlockKind;
  readonly documents: number;
  /** The blob of each document, or for `term` the blobs in order; 0 where there is none. */
  readonly blobs: ArrayLike<BlobId>;
  /** For `term`: chunks of each blob, and terms of each chunk. */
  readonly chunks: ArrayLike<number> | null;
  readonly chunkTerms: Uint16Array | null;
}

/** A run of pages of one block. */
export interface PageRange {
  readonly row: BlockRow;
  readonly from: number;
  readonly count: number;
}

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
export class Directory {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly length: number;

  /** Packed. */
  get bytes(): number {
    return this.#bytes.length;
  }

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

/** The columns of a block that are loaded when it is looked into first. */
export interface StoredInfo {
  readonly blobs: Uint8Array;
  readonly directory: Uint8Array;
  readonly chunks: Uint8Array | null;
  readonly chunk_terms: Uint8Array | null;
}

/** Bytes that the information about a block takes in memory, about. */
export function infoBytes({ row, directory, blobs }: BlockInfo): number {
  return directory.bytes + row.pages * 8 + blobs.length * 8 + row.documents * 2;
}

/** Gives pages that are at hand, without waiting. */
export interface Pages {
  page(row: BlockRow, number: number): Uint8Array;
}

/** The posting list of a key, or null. */
export function find(pages: Pages, info: BlockInfo, key: Uint8Array): PostingList | null {
  const page = info.directory.pageOf(key);
  return page < 0 ? null : findInPage(pages.page(info.row, page), key);
}

export function loadInfo(row: BlockRow, stored: StoredInfo): BlockInfo {
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
