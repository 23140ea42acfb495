import type { BlobId } from './file.ts';

/** A set of blobs as bits: what a filter leaves over, tested once for every candidate. */
export class BlobSet {
  readonly #words: Uint32Array;
  readonly size: number;
  readonly #base: number;

  /** `ids` need not be sorted nor unique. */
  constructor(ids: ArrayLike<BlobId>) {
    let least = Infinity;
    let most = -1;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (id < least) least = id;
      if (id > most) most = id;
    }
    this.#base = most < 0 ? 0 : least;
    this.#words = new Uint32Array(most < 0 ? 0 : ((most - least) >>> 5) + 1);
    let size = 0;
    for (let i = 0; i < ids.length; i++) {
      const bit = (ids[i] as number) - this.#base;
      const mask = 1 << (bit & 31);
      const word = this.#words[bit >>> 5] as number;
      if ((word & mask) === 0) {
        this.#words[bit >>> 5] = word | mask;
        size++;
      }
    }
    this.size = size;
  }

  has(id: BlobId): boolean {
    const bit = id - this.#base;
    if (bit < 0) return false;
    const word = this.#words[bit >>> 5];
    return word !== undefined && (word & (1 << (bit & 31))) !== 0;
  }

  /** Ascending. */
  toArray(): BlobId[] {
    const ids: BlobId[] = [];
    this.#words.forEach((word, at) => {
      for (let rest = word; rest !== 0; rest &= rest - 1) ids.push(this.#base + at * 32 + (31 - Math.clz32(rest & -rest)));
    });
    return ids;
  }
}
