import type { BlobId, BlobSet } from '../../domain/mod.ts';
import type { VectorHit } from '../ports.ts';
import { reachUnit, writeTable } from './vector-bits.ts';
import type { Cells } from './vector-cells.ts';
import { ROOM, type Plane } from './vector-plane.ts';

/**
 * From bits to the nearest: all rows by differing bits; the best of them by what their signs and reach say of the
 * product; and of those, best first, whole vectors, until what the next ones promise is surely too little. How far
 * promises are off is learned from the rows compared so far. Measured in decision 18.
 */
const WEIGHED_PER_HIT = 200;
const WEIGHED_LEAST = 6_000;
const COMPARED_PER_HIT = 40;
const COMPARED_LEAST = 1_000;
const COMPARED_MOST = 8_000;
/** Rows compared between two looks at whether to go on. */
const BATCH_PER_HIT = 3;
const BATCH_LEAST = 64;
/** A promise is trusted to be no farther off than one and a half times the mean so far. What is compared was chosen for high promises: most of these are too high. */
const DOUBT = 1.5;

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
  const { vector, limit } = asked;
  const runs = plane.runs(asked.within);
  const compared = Math.min(COMPARED_MOST, Math.max(COMPARED_LEAST, limit * COMPARED_PER_HIT));
  const inScope = runs.reduce((sum, end, at) => (at % 2 === 0 ? sum - end : sum + end), 0);
  const whole = new WholeComparison(plane, vector, wholeRow, best);
  if (inScope <= compared) {
    for (const row of rowsOf(runs)) whole.compare(row);
    return;
  }
  const picked = pickByBits(plane, vector, runs, center, cells, Math.max(WEIGHED_LEAST, limit * WEIGHED_PER_HIT));
  const promises = promised(plane, vector, picked);
  const numbers = new Uint32Array(plane.kernel.buffer, plane.at.numbers, picked);
  const offset = dot(vector, center);
  const batch = Math.max(BATCH_LEAST, limit * BATCH_PER_HIT);
  const trust = new Trust();
  // Best promises stand last.
  for (let end = promises.length, left = compared; end > 0 && left > 0; left -= batch) {
    const start = Math.max(0, end - Math.min(batch, left));
    const rows = promises.subarray(start, end).map((key) => numbers[placeOf(key)] as number);
    const at = Array.from(rows.keys()).sort((a, b) => (rows[a] as number) - (rows[b] as number));
    for (const i of at) trust.learn(offset + promiseOf(promises[start + i] as number, vector.length), whole.compare(rows[i] as number));
    end = start;
    const farthest = best.hits.length < limit ? null : (best.hits.at(-1) as VectorHit).distance;
    if (farthest === null || end === 0) continue;
    if (trust.most(offset + promiseOf(promises[end - 1] as number, vector.length)) < whole.productAt(farthest)) return;
  }
}

/** How far promised products are from true ones. */
class Trust {
  #count = 0;
  #squares = 0;

  learn(promised: number, product: number | null): void {
    if (product === null) return;
    this.#count++;
    this.#squares += (product - promised) ** 2;
  }

  /** The most that a row with this promise will turn out to be. */
  most(promised: number): number {
    return promised + DOUBT * Math.sqrt(this.#squares / Math.max(1, this.#count));
  }
}

function dot(vector: Int8Array, center: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) * (center[i] as number);
  return sum;
}

/** Writes the rows that differ in the fewest bits, `wanted` of them and those that differ in as many, to the plane's memory; gives how many. */
function pickByBits(plane: Plane, vector: Int8Array, runs: readonly number[], center: Float32Array, cells: Cells | null, wanted: number): number {
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
  let most = 0;
  for (let sum = 0; most < plane.dimensions; most++) if ((sum += histogram[most] as number) >= wanted) break;
  // Those that are surely nearer first: of the last ones only as many as there is room for.
  return pick(plane, runs, most, most, pick(plane, runs, 0, most - 1, 0));
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

/**
 * For each of the first `count` picked rows a key, ascending by the product that its signs and reach promise. A key is
 * the promise times `ROOM` plus the place among the picked: sorted as plain numbers.
 */
function promised(plane: Plane, vector: Int8Array, count: number): Float64Array {
  const { kernel, at, width } = plane;
  const numbers = new Uint32Array(kernel.buffer, at.numbers, count);
  writeTable(vector, plane.integersAt(at.table, width * 256));
  kernel.weigh(at.rows, width, at.numbers, count, at.table, at.sums);
  const sums = plane.integersAt(at.sums, count);
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (sums[i] as number) * (plane.reaches[numbers[i] as number] as number) * ROOM + i;
  return keys.sort();
}

function placeOf(key: number): number {
  return key - Math.floor(key / ROOM) * ROOM;
}

function promiseOf(key: number, dimensions: number): number {
  return Math.floor(key / ROOM) / reachUnit(dimensions);
}

/** Compares whole vectors, read blob by blob, with one query. */
class WholeComparison {
  readonly #plane: Plane;
  readonly #vector: Int8Array;
  readonly #squares: number;
  readonly #wholeRow: WholeRow;
  readonly #best: Nearest;
  #blob = -1;
  #data: Uint8Array | undefined;

  constructor(plane: Plane, vector: Int8Array, wholeRow: WholeRow, best: Nearest) {
    this.#plane = plane;
    this.#vector = vector;
    this.#squares = squaresOf(vector);
    this.#wholeRow = wholeRow;
    this.#best = best;
  }

  /** The product, or null where the blob is gone. Rows of one blob that follow each other are read once. */
  compare(row: number): number | null {
    const { blobs, starts, dimensions } = this.#plane;
    if (this.#blob < 0 || row < (starts[this.#blob] as number) || (starts[this.#blob + 1] as number) <= row) {
      this.#blob = blobOf(starts, row);
      this.#data = this.#wholeRow(blobs[this.#blob] as number);
    }
    if (this.#data === undefined) return null;
    const chunk = row - (starts[this.#blob] as number);
    const data = new Int8Array(this.#data.buffer, this.#data.byteOffset + chunk * dimensions, dimensions);
    let product = 0;
    let squares = 0;
    for (let i = 0; i < dimensions; i++) {
      const value = data[i] as number;
      product += (this.#vector[i] as number) * value;
      squares += value * value;
    }
    this.#best.add(blobs[this.#blob] as number, chunk, distanceOf(product, this.#squares, squares));
    return product;
  }

  /** The product of a vector of length 127 at some distance. */
  productAt(distance: number): number {
    return (1 - distance) * Math.sqrt(this.#squares) * 127;
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
