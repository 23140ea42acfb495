/** The loops over vectors, within one memory. What each does stands in kernel.as; places are byte offsets. */
export interface Kernel {
  readonly buffer: ArrayBuffer;
  differences(rows: number, count: number, vectors: number, query: number, out: number, histogram: number): void;
  differencesIn(cells: number, probed: number, rows: number, count: number, vectors: number, query: number, out: number, histogram: number): void;
  pick(differences: number, count: number, base: number, least: number, most: number, room: number, out: number): number;
  weigh(rows: number, bytes: number, numbers: number, count: number, table: number, out: number): void;
  products(rows: number, count: number, vectors: number, query: number, out: number): void;
}

/** The loops of kernel.as in JavaScript, for machines without SIMD in WebAssembly: the same numbers, some ten times slower. */
export class PlainKernel implements Kernel {
  readonly buffer: ArrayBuffer;

  constructor(bytes: number) {
    this.buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
  }

  differences(rows: number, count: number, vectors: number, query: number, out: number, histogram: number): void {
    const words = vectors * 4;
    const asked = new Uint32Array(this.buffer, query, words);
    const held = new Uint32Array(this.buffer, rows, count * words);
    const found = new Uint16Array(this.buffer, out, count);
    const bins = new Int32Array(this.buffer, histogram, vectors * 128 + 1);
    for (let row = 0, at = 0; row < count; row++) {
      let sum = 0;
      for (let word = 0; word < words; word++) sum += ones((held[at++] as number) ^ (asked[word] as number));
      found[row] = sum;
      bins[sum] = (bins[sum] as number) + 1;
    }
  }

  differencesIn(cells: number, probed: number, rows: number, count: number, vectors: number, query: number, out: number, histogram: number): void {
    const cellOf = new Uint8Array(this.buffer, cells, count);
    const marked = new Uint8Array(this.buffer, probed, 256);
    const found = new Uint16Array(this.buffer, out, count);
    for (let row = 0; row < count; row++) {
      if (marked[cellOf[row] as number] === 0) found[row] = 0xffff;
      else this.differences(rows + row * vectors * 16, 1, vectors, query, out + row * 2, histogram);
    }
  }

  pick(differences: number, count: number, base: number, least: number, most: number, room: number, out: number): number {
    const from = new Uint16Array(this.buffer, differences, count);
    const to = new Int32Array(this.buffer, out, room);
    let found = 0;
    for (let row = 0; row < count && found < room; row++) {
      const difference = from[row] as number;
      if (difference >= least && difference <= most) to[found++] = base + row;
    }
    return found;
  }

  weigh(rows: number, bytes: number, numbers: number, count: number, table: number, out: number): void {
    const named = new Uint32Array(this.buffer, numbers, count);
    const values = new Int32Array(this.buffer, table, bytes * 256);
    const to = new Int32Array(this.buffer, out, count);
    for (let i = 0; i < count; i++) {
      const row = new Uint8Array(this.buffer, rows + (named[i] as number) * bytes, bytes);
      let sum = 0;
      for (let at = 0; at < bytes; at++) sum += values[at * 256 + (row[at] as number)] as number;
      to[i] = sum;
    }
  }

  products(rows: number, count: number, vectors: number, query: number, out: number): void {
    const width = vectors * 16;
    const asked = new Int8Array(this.buffer, query, width);
    const held = new Int8Array(this.buffer, rows, count * width);
    const to = new Int32Array(this.buffer, out, count);
    for (let row = 0, at = 0; row < count; row++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (held[at++] as number) * (asked[i] as number);
      to[row] = sum;
    }
  }
}

function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
