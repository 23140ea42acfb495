import { ByteReader } from '../../base/mod.ts';
import { compareKeys } from '../../domain/mod.ts';
import type { BlockInfo, PageRange } from './format.ts';

/** Pages read ahead by each cursor of a merge. */
const PAGES_AHEAD = 8;
/** Key bytes that fit a number exactly. */
const HEAD_BYTES = 6;

/** Walks the entries of one block in key order, a few pages at a time. Whoever walks feeds it what `wanted` names before `next`. */
export class Cursor {
  readonly #info: BlockInfo;
  #nextPage = 0;
  #ahead: Uint8Array[] = [];
  #page: ByteReader = new ByteReader(new Uint8Array(0));
  #key: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  #length = 0;
  /** The first bytes of the key as a number: most comparisons need no more. */
  #head = 0;
  documentCount = 0;
  postings: Uint8Array = new Uint8Array(0);

  constructor(info: BlockInfo) {
    this.#info = info;
  }

  get key(): Uint8Array {
    return this.#key.subarray(0, this.#length);
  }

  /** False at the end. */
  next(): boolean {
    if (this.#page.at >= this.#page.end && !this.#turn()) return false;
    const page = this.#page;
    const shared = page.varint();
    const length = page.varint();
    if (shared + length > this.#key.length) {
      const grown = new Uint8Array((shared + length) * 2);
      grown.set(this.#key);
      this.#key = grown;
    }
    const key = this.#key;
    for (let i = 0; i < length; i++) key[shared + i] = page.bytes[page.at + i] as number;
    page.at += length;
    this.#length = shared + length;
    let head = 0;
    for (let i = 0; i < HEAD_BYTES; i++) head = head * 256 + (i < this.#length ? (key[i] as number) : 0);
    this.#head = head;
    this.documentCount = page.varint();
    this.postings = page.take(page.varint());
    return true;
  }

  /** Pages that have to be fed before `next`; null where it can go on. */
  get wanted(): PageRange | null {
    const { row } = this.#info;
    if (this.#page.at < this.#page.end || this.#ahead.length > 0 || this.#nextPage >= row.pages) return null;
    return { row, from: this.#nextPage, count: Math.min(PAGES_AHEAD, row.pages - this.#nextPage) };
  }

  feed(pages: readonly Uint8Array[]): void {
    this.#ahead = [...pages].reverse();
    this.#nextPage += pages.length;
  }

  #turn(): boolean {
    const page = this.#ahead.pop();
    if (page === undefined) return false;
    this.#page = new ByteReader(page);
    return this.#page.end > 0;
  }

  compare(other: Cursor): number {
    if (this.#head !== other.#head) return this.#head - other.#head;
    if (this.#length === other.#length && this.#length <= HEAD_BYTES) return 0;
    return compareKeys(this.key, other.key);
  }
}
