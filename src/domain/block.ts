import { ByteReader, ByteWriter } from '../base/mod.ts';

/**
 * A block: an immutable map from sorted keys to posting lists over a few hundred to a few ten thousand documents.
 * Threads build blocks, drivers store their pages untouched and merge small blocks into larger ones.
 *
 * `trigram` documents are blobs, keys are 3 bytes (see code/trigrams.ts).
 * `name`    documents are blobs, keys are folded symbol names defined in them.
 * `term`    documents are chunks, keys are folded terms (see code/tokens.ts); postings carry frequencies.
 *
 * A page is a run of entries: shared key bytes (varint), key suffix (varint length, bytes), document count (varint),
 * posting bytes (varint length, bytes). Postings are ascending document ordinals within the block.
 */
export const BLOCK_KINDS = ['trigram', 'name', 'term'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

export interface Block {
  readonly kind: BlockKind;
  /** Documents of the block: ordinals are 0 .. documents-1. */
  readonly documents: number;
  readonly pages: readonly BlockPage[];
}

export interface BlockPage {
  readonly firstKey: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The bytes of a page that a reader loads to find one key; about two database pages. */
const PAGE_BYTES = 8_000;

/** Writes entries in ascending key order into pages. */
export class BlockWriter {
  readonly #kind: BlockKind;
  readonly #documents: number;
  readonly #pages: BlockPage[] = [];
  readonly #page = new ByteWriter(PAGE_BYTES * 2);
  #firstKey: Uint8Array | null = null;
  /** The key before, in the first bytes of a buffer that is used again: a block has hundreds of thousands. */
  #lastKey: Uint8Array = new Uint8Array(64);
  #lastLength = 0;
  readonly #emit: (page: BlockPage) => void;

  /** With `emit` each page is handed over as soon as it is full and `finish` gives none: merges hold no whole block. */
  constructor(kind: BlockKind, documents: number, emit?: (page: BlockPage) => void) {
    this.#kind = kind;
    this.#documents = documents;
    this.#emit = emit ?? ((page) => this.#pages.push(page));
  }

  add(key: Uint8Array, documentCount: number, postings: Uint8Array): void {
    const page = this.#page;
    if (this.#firstKey !== null && page.length + postings.length > PAGE_BYTES) this.#flush();
    let shared = 0;
    if (this.#firstKey === null) this.#firstKey = key.slice();
    else {
      const last = this.#lastKey;
      const most = Math.min(this.#lastLength, key.length);
      while (shared < most && last[shared] === key[shared]) shared++;
    }
    page.varint(shared);
    page.varint(key.length - shared);
    page.part(key, shared, key.length);
    page.varint(documentCount);
    page.varint(postings.length);
    page.part(postings, 0, postings.length);
    if (key.length > this.#lastKey.length) {
      const grown = new Uint8Array(key.length * 2);
      grown.set(this.#lastKey);
      this.#lastKey = grown;
    }
    for (let i = shared; i < key.length; i++) this.#lastKey[i] = key[i] as number;
    this.#lastLength = key.length;
  }

  #flush(): void {
    if (this.#firstKey === null) return;
    this.#emit({ firstKey: this.#firstKey, bytes: this.#page.finish() });
    this.#page.length = 0;
    this.#firstKey = null;
  }

  finish(): Block {
    this.#flush();
    return { kind: this.#kind, documents: this.#documents, pages: this.#pages };
  }
}

export interface PostingList {
  readonly documentCount: number;
  readonly bytes: Uint8Array;
}

/** Negative, zero or positive as byte strings compare. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The last page whose first key is not above `key`, or -1. */
export function pageOf(firstKeys: readonly Uint8Array[], key: Uint8Array): number {
  let low = 0;
  let high = firstKeys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(firstKeys[middle] as Uint8Array, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Calls `visit` for each entry of a page in key order until it returns false. The key's buffer is reused: copy to keep. */
export function visitPage(page: Uint8Array, visit: (key: Uint8Array, documentCount: number, postings: Uint8Array) => boolean): boolean {
  const reader = new ByteReader(page);
  let key = new Uint8Array(64);
  while (reader.at < page.length) {
    const shared = reader.varint();
    const length = reader.varint();
    if (shared + length > key.length) {
      const grown = new Uint8Array((shared + length) * 2);
      grown.set(key);
      key = grown;
    }
    key.set(reader.take(length), shared);
    const documentCount = reader.varint();
    const postings = reader.take(reader.varint());
    if (!visit(key.subarray(0, shared + length), documentCount, postings)) return false;
  }
  return true;
}

/** The posting list of exactly `key` in one page, or null. */
export function findInPage(page: Uint8Array, key: Uint8Array): PostingList | null {
  // Walks entries keeping only how many bytes of `key` the current entry shares: no key is ever rebuilt.
  const reader = new ByteReader(page);
  let matched = 0;
  while (reader.at < page.length) {
    const shared = reader.varint();
    const length = reader.varint();
    const from = reader.at;
    reader.at += length;
    if (shared <= matched) {
      let i = 0;
      const most = Math.min(length, key.length - shared);
      while (i < most && page[from + i] === key[shared + i]) i++;
      matched = shared + i;
      if (matched === key.length && i === length) {
        const documentCount = reader.varint();
        return { documentCount, bytes: reader.take(reader.varint()) };
      }
      if (i < length && (matched === key.length || (page[from + i] as number) > (key[matched] as number))) return null;
    }
    reader.varint();
    const skip = reader.varint();
    reader.at += skip;
  }
  return null;
}
