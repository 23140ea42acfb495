import type { BlobId, BlobSet } from '../../domain/mod.ts';
import type { VectorHit } from '../ports.ts';
import { writeTable } from './vector-bits.ts';
import type { Cells } from './vector-cells.ts';
import { ROOM, type Plane } from './vector-plane.ts';

/**
 * From bits to the nearest: all rows by differing bits, the best of them by their signs and reach, and the best of those
 * by whole vectors. Measured for 0.98 of the nearest 50 of a million (decision 17).
 */
const WEIGHED_PER_COMPARED = 8;
const COMPARED_PER_HIT = 20;
const COMPARED_LEAST = 600;
const COMPARED_MOST = 6_000;

export interface Asked {
  readonly vector: Int8Array;
  readonly within: BlobSet;
  readonly limit: number;
}

/** Whole vectors of one blob; undefined where it is gone. */
export type WholeRow = (blob: BlobId) => Uint8Array | undefined;

/** The nearest `limit`, nearest first; equal distances by blob and chunk, so that answers are stable. */
export class Nearest {
  readonly hits: VectorHit[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(blob: BlobId, chunk: number, distance: number): void {
    const { hits } = this;
    if (hits.length >= this.#limit) {
      const last = hits.at(-1);
      if (last === undefined || !before(blob, chunk, distance, last)) return;
      hits.pop();
    }
    let at = hits.length;
    while (at > 0 && before(blob, chunk, distance, hits[at - 1] as VectorHit)) at--;
    hits.splice(at, 0, { blob, chunk, distance });
  }
}

function before(blob: BlobId, chunk: number, distance: number, than: VectorHit): boolean {
  return distance !== than.distance ? distance < than.distance : blob !== than.blob ? blob < than.blob : chunk < than.chunk;
}

/** 0 to 2; a vector of zeros has no direction and is at distance 1 from all. */
function distanceOf(product: number, squaresA: number, squaresB: number): number {
  return squaresA === 0 || squaresB === 0 ? 1 : 1 - product / Math.sqrt(squaresA * squaresB);
}

function squaresOf(vector: Int8Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2;
  return sum;
}

/** Compares every vector in scope. */
export function scanWhole(plane: Plane, { vector, within }: Asked, best: Nearest): void {
  const { kernel, at, width, blobs, starts } = plane;
  plane.bytesAt(at.query, width).fill(0).set(new Uint8Array(vector.buffer, vector.byteOffset, vector.length));
  const squares = squaresOf(vector);
  const products = plane.integersAt(at.out, plane.chunks);
  const runs = plane.runs(within);
  for (let run = 0, blob = 0; run < runs.length; run += 2) {
    const [from, to] = [runs[run] as number, runs[run + 1] as number];
    kernel.products(at.rows + from * width, to - from, width / 16, at.query, at.out + from * 4);
    for (let row = from; row < to; row++) {
      while ((starts[blob + 1] as number) <= row) blob++;
      best.add(blobs[blob] as number, row - (starts[blob] as number), distanceOf(products[row] as number, squares, plane.squares[row] as number));
    }
  }
}

/** Lets the bits choose what is compared; `cells` say where to look at all, null for everywhere. */
export function scanBits(plane: Plane, asked: Asked, center: Float32Array, cells: Cells | null, wholeRow: WholeRow, best: Nearest): void {
  const runs = plane.runs(asked.within);
  const compared = Math.min(COMPARED_MOST, Math.max(COMPARED_LEAST, asked.limit * COMPARED_PER_HIT));
  compareWhole(plane, asked.vector, chosen(plane, asked.vector, runs, center, cells, compared), wholeRow, best);
}

/** Numbers of the rows that are compared as whole vectors, ascending. */
function chosen(plane: Plane, vector: Int8Array, runs: readonly number[], center: Float32Array, cells: Cells | null, compared: number): Iterable<number> {
  const inScope = runs.reduce((sum, end, at) => (at % 2 === 0 ? sum - end : sum + end), 0);
  if (inScope <= compared) return rowsOf(runs);
  const { kernel, at, width } = plane;
  const bits = plane.bytesAt(at.query, width).fill(0);
  for (let i = 0; i < vector.length; i++) if ((vector[i] as number) > (center[i] as number)) bits[i >>> 3] = (bits[i >>> 3] as number) | (1 << (i & 7));
  const histogram = plane.integersAt(at.histogram, plane.dimensions + 1).fill(0);
  cells?.probe(plane, vector);
  for (let run = 0; run < runs.length; run += 2) {
    const [from, to] = [runs[run] as number, runs[run + 1] as number];
    const rows = at.rows + from * width;
    if (cells === null) kernel.differences(rows, to - from, width / 16, at.query, at.out + from * 2, at.histogram);
    else kernel.differencesIn(at.cells + from, at.probed, rows, to - from, width / 16, at.query, at.out + from * 2, at.histogram);
  }
  const wanted = compared * WEIGHED_PER_COMPARED;
  let most = 0;
  for (let sum = 0; most < plane.dimensions; most++) if ((sum += histogram[most] as number) >= wanted) break;
  // Those that are surely nearer first: of the last ones only as many as there is room for.
  const picked = pick(plane, runs, most, most, pick(plane, runs, 0, most - 1, 0));
  return weighed(plane, vector, picked, compared);
}

function* rowsOf(runs: readonly number[]): Iterable<number> {
  for (let run = 0; run < runs.length; run += 2) for (let row = runs[run] as number; row < (runs[run + 1] as number); row++) yield row;
}

/** Appends the rows that differ in `least` to `most` bits to the `found` ones; gives how many there are then. */
function pick({ kernel, at }: Plane, runs: readonly number[], least: number, most: number, found: number): number {
  if (most < least) return found;
  for (let run = 0; run < runs.length && found < ROOM; run += 2) {
    const [from, to] = [runs[run] as number, runs[run + 1] as number];
    found += kernel.pick(at.out + from * 2, to - from, from, least, most, ROOM - found, at.numbers + found * 4);
  }
  return found;
}

/** The best of the first `count` picked rows by what their signs and reach say of the product. */
function weighed(plane: Plane, vector: Int8Array, count: number, compared: number): Uint32Array {
  const { kernel, at, width } = plane;
  const numbers = new Uint32Array(kernel.buffer, at.numbers, count);
  if (count <= compared) return numbers.slice().sort();
  writeTable(vector, plane.integersAt(at.table, width * 256));
  kernel.weigh(at.rows, width, at.numbers, count, at.table, at.sums);
  const sums = plane.integersAt(at.sums, count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = (sums[i] as number) * (plane.reaches[numbers[i] as number] as number);
  const least = values.slice().sort()[count - compared] as number;
  return numbers.filter((_, i) => (values[i] as number) >= least).sort();
}

function compareWhole(plane: Plane, vector: Int8Array, rows: Iterable<number>, wholeRow: WholeRow, best: Nearest): void {
  const { blobs, starts, dimensions } = plane;
  const squares = squaresOf(vector);
  let blob = -1;
  let data: Uint8Array | undefined;
  for (const row of rows) {
    if (blob < 0 || (starts[blob + 1] as number) <= row) {
      blob = blobOf(starts, row);
      data = wholeRow(blobs[blob] as number);
    }
    if (data === undefined) continue;
    const chunk = row - (starts[blob] as number);
    let product = 0;
    let squaresB = 0;
    for (let i = 0, from = chunk * dimensions; i < dimensions; i++) {
      const value = ((data[from + i] as number) << 24) >> 24;
      product += (vector[i] as number) * value;
      squaresB += value * value;
    }
    best.add(blobs[blob] as number, chunk, distanceOf(product, squares, squaresB));
  }
}

/** The last place whose start is not above `row`, and that is not empty. */
function blobOf(starts: readonly number[], row: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle + 1] as number) <= row) low = middle + 1;
    else high = middle;
  }
  return low;
}
