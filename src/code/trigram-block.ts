import { ByteWriter } from '../base/mod.ts';
import { BlockWriter, writePlain, type Block } from '../domain/mod.ts';
import { TrigramSet, trigramKey } from './trigrams.ts';

/** Builds the trigram block of one batch of texts. Documents are the texts in the order of `add`. */
export class TrigramBlockBuilder {
  readonly #set: TrigramSet;
  /** Open addressing: trigram + 1 by slot, and the dense id of that slot's trigram. */
  #slots = new Uint32Array(1 << 18);
  #ids = new Uint32Array(1 << 18);
  #trigrams = new Uint32Array(1 << 16);
  #counts = new Uint32Array(1 << 16);
  #distinct = 0;
  /** Dense ids of all documents one after the other. */
  #postings = new Uint32Array(1 << 20);
  #length = 0;
  readonly #ends: number[] = [];

  /** `set` is the thread's own marks, shared by its builders one after the other. */
  constructor(set: TrigramSet) {
    this.#set = set;
  }

  get documents(): number {
    return this.#ends.length;
  }

  add(text: string): void {
    this.addFound(this.trigramsOf(text));
  }

  /** The distinct trigrams of a text, for `addFound`: the array is reused by the next call. */
  trigramsOf(text: string): Uint32Array {
    return this.#set.of(text);
  }

  /** The next document, by its distinct trigrams. */
  addFound(found: Uint32Array): void {
    if (this.#length + found.length > this.#postings.length) {
      const grown = new Uint32Array(Math.max(this.#postings.length * 2, this.#length + found.length));
      grown.set(this.#postings.subarray(0, this.#length));
      this.#postings = grown;
    }
    const postings = this.#postings;
    let length = this.#length;
    for (let i = 0; i < found.length; i++) {
      const id = this.#idOf(found[i] as number);
      postings[length++] = id;
      this.#counts[id] = (this.#counts[id] as number) + 1;
    }
    this.#length = length;
    this.#ends.push(length);
  }

  #idOf(trigram: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (Math.imul(trigram, 0x9e3779b1) >>> 8) & mask;
    for (;;) {
      const held = slots[slot] as number;
      if (held === trigram + 1) return this.#ids[slot] as number;
      if (held === 0) break;
      slot = (slot + 1) & mask;
    }
    const id = this.#distinct++;
    slots[slot] = trigram + 1;
    this.#ids[slot] = id;
    if (id === this.#trigrams.length) {
      this.#trigrams = doubled(this.#trigrams);
      this.#counts = doubled(this.#counts);
    }
    this.#trigrams[id] = trigram;
    if (this.#distinct * 2 > slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const size = this.#slots.length * 2;
    const slots = new Uint32Array(size);
    const ids = new Uint32Array(size);
    for (let id = 0; id < this.#distinct; id++) {
      const trigram = this.#trigrams[id] as number;
      let slot = (Math.imul(trigram, 0x9e3779b1) >>> 8) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = trigram + 1;
      ids[slot] = id;
    }
    this.#slots = slots;
    this.#ids = ids;
  }

  finish(): Block {
    const starts = new Uint32Array(this.#distinct + 1);
    for (let id = 0; id < this.#distinct; id++) starts[id + 1] = (starts[id] as number) + (this.#counts[id] as number);
    const next = starts.slice(0, this.#distinct);
    const documents = new Uint32Array(this.#length);
    let at = 0;
    for (let document = 0; document < this.#ends.length; document++) {
      for (const end = this.#ends[document] as number; at < end; at++) {
        const id = this.#postings[at] as number;
        documents[next[id]!++] = document;
      }
    }
    // Sorting numbers that hold trigram and id side by side avoids a comparison function: 24 + 24 bits fit a double.
    const order = new Float64Array(this.#distinct);
    for (let id = 0; id < this.#distinct; id++) order[id] = (this.#trigrams[id] as number) * 0x1000000 + id;
    order.sort();
    const writer = new BlockWriter('trigram', this.#ends.length);
    const bytes = new ByteWriter(4096);
    const key = new Uint8Array(3);
    for (let at = 0; at < order.length; at++) {
      const id = (order[at] as number) % 0x1000000;
      const from = starts[id] as number;
      const to = starts[id + 1] as number;
      bytes.length = 0;
      writePlain(bytes, documents, from, to);
      writer.add(trigramKey(this.#trigrams[id] as number, key), to - from, bytes.written());
    }
    return writer.finish();
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(array.length * 2);
  grown.set(array);
  return grown;
}
