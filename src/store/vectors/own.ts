import { makeKernel } from './kernel.ts';
import type { Kernel } from './kernel-plain.ts';

/** All vectors of one blob, one after the other. */
export interface OwnVectors {
  readonly data: Int8Array;
  /** Squared length of each, and length of their sum; null before they were asked for. */
  squares: Int32Array | null;
  sumLength: number | null;
}

export function ownVectors(stored: Uint8Array): OwnVectors {
  return { data: new Int8Array(stored.buffer, stored.byteOffset, stored.length), squares: null, sumLength: null };
}

/** Rows that are multiplied at once, and bytes that stand before them: the compiler's, and the query. */
const AT_ONCE = 512;
const FIRST = 1_024;

/** Products and lengths of the vectors of single blobs. */
export class OwnProducts {
  readonly #multipliers = new Map<number, Multiplier>();

  /** Products of each vector with `vector`. */
  products({ data }: OwnVectors, vector: Int8Array): Int32Array {
    return this.#multiplier(vector.length).products(data, vector);
  }

  /** Squared length of each vector. */
  squares(own: OwnVectors, dimensions: number): Int32Array {
    own.squares ??= this.#multiplier(dimensions).squares(own.data);
    return own.squares;
  }

  /** The length of the sum of the blob's vectors. */
  sumLength(own: OwnVectors, dimensions: number): number {
    if (own.sumLength !== null) return own.sumLength;
    const { data } = own;
    const sum = new Int32Array(dimensions);
    const four = 4 * dimensions;
    let from = 0;
    // Four at a time: reading and writing the sum takes longer than adding.
    for (; from + four <= data.length; from += four) {
      for (let i = 0, a = from, b = a + dimensions, c = b + dimensions, d = c + dimensions; i < dimensions; i++) {
        sum[i] = (sum[i] as number) + (data[a++] as number) + (data[b++] as number) + (data[c++] as number) + (data[d++] as number);
      }
    }
    for (; from < data.length; from += dimensions) for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] as number) + (data[from + i] as number);
    own.sumLength = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return own.sumLength;
  }

  #multiplier(dimensions: number): Multiplier {
    let known = this.#multipliers.get(dimensions);
    if (known === undefined) this.#multipliers.set(dimensions, (known = new Multiplier(dimensions)));
    return known;
  }
}

/** The kernel's loop over vectors that lie outside of its memory. */
class Multiplier {
  readonly #dimensions: number;
  readonly #width: number;
  readonly #kernel: Kernel;
  readonly #rows: number;
  readonly #out: number;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#width = Math.ceil(dimensions / 16) * 16;
    this.#rows = FIRST + this.#width;
    this.#out = this.#rows + AT_ONCE * this.#width;
    this.#kernel = makeKernel(this.#out + AT_ONCE * 4);
  }

  products(data: Int8Array, vector: Int8Array): Int32Array {
    const out = new Int32Array(data.length / this.#dimensions);
    new Int8Array(this.#kernel.buffer, FIRST, this.#dimensions).set(vector);
    for (let from = 0; from < out.length; from += AT_ONCE) {
      const count = this.#put(data, from, out.length);
      this.#kernel.products(this.#rows, count, this.#width / 16, FIRST, this.#out);
      out.set(new Int32Array(this.#kernel.buffer, this.#out, count), from);
    }
    return out;
  }

  squares(data: Int8Array): Int32Array {
    const out = new Int32Array(data.length / this.#dimensions);
    for (let from = 0; from < out.length; from += AT_ONCE) {
      const count = this.#put(data, from, out.length);
      for (let row = 0; row < count; row++) {
        const at = this.#rows + row * this.#width;
        this.#kernel.products(at, 1, this.#width / 16, at, this.#out + row * 4);
      }
      out.set(new Int32Array(this.#kernel.buffer, this.#out, count), from);
    }
    return out;
  }

  /** Copies rows of `data` into the kernel's memory, padded with the zeros that stand there; gives how many. */
  #put(data: Int8Array, from: number, rows: number): number {
    const [dimensions, width] = [this.#dimensions, this.#width];
    const count = Math.min(AT_ONCE, rows - from);
    const memory = new Int8Array(this.#kernel.buffer, this.#rows, count * width);
    if (width === dimensions) memory.set(data.subarray(from * dimensions, (from + count) * dimensions));
    else for (let row = 0; row < count; row++) memory.set(data.subarray((from + row) * dimensions, (from + row + 1) * dimensions), row * width);
    return count;
  }
}
