import { makeKernel } from './kernel.ts';
import type { Kernel } from './kernel-plain.ts';
import type { Plane } from './plane.ts';
import { UNPLACED } from './segment.ts';

/** Cells of one repository and model; `UNPLACED` is none of them. */
const CELLS = 192;
const ROUNDS = 8;
/** Chunks that the cells are made from: some hundred for each. */
export const SAMPLE_CHUNKS = 24_576;
/** The nearest cells that together hold this share of all chunks are looked into. */
const PROBED_SHARE = 0.15;

/**
 * Where chunks of a very large repository lie, coarsely: each belongs to the cell whose middle is nearest, after the
 * common center is taken off. A query looks only into the cells nearest to it, and at what was written since.
 */
export class Cells {
  /** `CELLS` rows of numbers, as stored. */
  readonly middles: Int8Array;
  readonly #kernel: Kernel;
  readonly #width: number;
  readonly #out: number;
  /** What the center adds to each middle's product. */
  readonly #offsets: Float64Array;
  readonly #asked: Int8Array;
  readonly #products: Int32Array;

  constructor(middles: Int8Array, center: Float32Array) {
    const dimensions = center.length;
    this.middles = middles;
    this.#width = Math.ceil(dimensions / 16) * 16;
    this.#out = 1_024 + (CELLS + 1) * this.#width;
    this.#kernel = makeKernel(this.#out + CELLS * 4);
    this.#asked = new Int8Array(this.#kernel.buffer, 1_024, dimensions);
    this.#products = new Int32Array(this.#kernel.buffer, this.#out, CELLS);
    this.#offsets = new Float64Array(CELLS);
    for (let cell = 0; cell < CELLS; cell++) {
      const middle = middles.subarray(cell * dimensions, (cell + 1) * dimensions);
      new Int8Array(this.#kernel.buffer, 1_024 + (cell + 1) * this.#width, dimensions).set(middle);
      let sum = 0;
      for (let i = 0; i < dimensions; i++) sum += (middle[i] as number) * (center[i] as number);
      this.#offsets[cell] = sum;
    }
  }

  /** Products of a vector with each middle, before `#offsets` are taken off. */
  #multiply(vector: Int8Array): Int32Array {
    this.#asked.set(vector);
    this.#kernel.products(1_024 + this.#width, CELLS, this.#width / 16, 1_024, this.#out);
    return this.#products;
  }

  /** The cell of each of some vectors. */
  place(vectors: Int8Array, dimensions: number): Uint8Array {
    const cells = new Uint8Array(vectors.length / dimensions);
    for (let row = 0; row < cells.length; row++) {
      const products = this.#multiply(vectors.subarray(row * dimensions, (row + 1) * dimensions));
      let most = -Infinity;
      for (let cell = 0; cell < CELLS; cell++) {
        const value = (products[cell] as number) - (this.#offsets[cell] as number);
        if (value <= most) continue;
        most = value;
        cells[row] = cell;
      }
    }
    return cells;
  }

  /** Marks in the plane's memory which cells are looked into. */
  probe(plane: Plane, vector: Int8Array): void {
    const near = Float64Array.from(this.#multiply(vector), (product, cell) => product - (this.#offsets[cell] as number));
    const marks = plane.bytesAt(plane.at.probed, 256).fill(0);
    marks[UNPLACED] = 1;
    let wanted = plane.chunks * PROBED_SHARE;
    for (const cell of Array.from(near.keys()).sort((a, b) => (near[b] as number) - (near[a] as number))) {
      if (wanted <= 0) break;
      marks[cell] = 1;
      wanted -= plane.cellSizes[cell] as number;
    }
  }
}

/** Makes cells from a sample, by repeated means of what is nearest; deterministic. */
export function makeCells(sample: Int8Array, center: Float32Array): Cells {
  const dimensions = center.length;
  const rows = sample.length / dimensions;
  const middles = new Int8Array(CELLS * dimensions);
  for (let cell = 0; cell < CELLS; cell++) {
    const row = Math.floor((cell * rows) / CELLS) * dimensions;
    setMiddle(middles, cell, Float64Array.from({ length: dimensions }, (_, i) => (sample[row + i] as number) - (center[i] as number)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    const placed = new Cells(middles, center).place(sample, dimensions);
    const sums = Array.from({ length: CELLS }, () => new Float64Array(dimensions));
    placed.forEach((cell, row) => {
      const sum = sums[cell] as Float64Array;
      for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] as number) + (sample[row * dimensions + i] as number) - (center[i] as number);
    });
    sums.forEach((sum, cell) => setMiddle(middles, cell, sum));
  }
  return new Cells(middles, center);
}

/** Brings a sum to length 127; a cell that nothing fell into stays where it was. */
function setMiddle(middles: Int8Array, cell: number, sum: Float64Array): void {
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (length > 0) sum.forEach((value, i) => { middles[cell * sum.length + i] = Math.round((value / length) * 127); });
}
