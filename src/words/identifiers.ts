import { LIMITS } from '../base/mod.ts';
import { classOf, SEPARATOR, DIGIT } from './character-class.ts';

/**
 * The distinct identifiers of one batch, each with a dense id. Looked up by their units in place:
 * most identifiers of a text were met before, and then no string is made.
 */
export class IdentifierTable {
  #slots = new Int32Array(1 << 15).fill(-1);
  readonly #texts: string[] = [];
  #hashes = new Int32Array(1 << 13);

  get size(): number {
    return this.#texts.length;
  }

  textOf(id: number): string {
    return this.#texts[id] as string;
  }

  idOf(text: string, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = slots[slot] as number;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#same(id, text, from, to)) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.#texts.length;
    this.#texts.push(text.slice(from, to));
    if (id === this.#hashes.length) {
      const hashes = new Int32Array(id * 2);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    this.#hashes[id] = hash;
    slots[slot] = id;
    if (this.#texts.length * 2 > slots.length) this.#rehash();
    return id;
  }

  #same(id: number, text: string, from: number, to: number): boolean {
    const known = this.#texts[id] as string;
    if (known.length !== to - from) return false;
    for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
    return true;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#texts.length; id++) {
      let slot = (this.#hashes[id] as number) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** The next identifier at or after a place: set by `next`, so that scanning allocates nothing. */
export class IdentifierScanner {
  from = 0;
  to = 0;
  hash = 0;

  /** Finds the next identifier-like run of `text` in [at, end); numbers and overlong runs are passed over. */
  next(text: string, at: number, end: number): boolean {
    for (;;) {
      let kind = SEPARATOR;
      while (at < end && (kind = classOf(text.charCodeAt(at))) === SEPARATOR) at++;
      if (at >= end) return false;
      const from = at;
      let hash = 0;
      do {
        hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
        at++;
      } while (at < end && classOf(text.charCodeAt(at)) !== SEPARATOR);
      if (kind === DIGIT || at - from > LIMITS.tokenChars) continue;
      this.from = from;
      this.to = at;
      this.hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ (at - from);
      return true;
    }
  }
}
