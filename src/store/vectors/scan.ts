import type { BlobId, BlobSet } from '../../domain/mod.ts';
import type { VectorHit } from '../ports.ts';
import { reachUnit, writeTable } from './bits.ts';
import type { Cells } from './cells.ts';
import { ROOM, type Plane } from './plane.ts';

/**
 * From bits to the nearest: all rows by differing bits; the best of them by what their signs and reach say of the
 * product; and of the blobs that they stand in, best promise first, all vectors, until what the next ones promise is
 * surely too little. How far promises are off is learned from what was compared so far. Measured in decision 18.
 */
const WEIGHED_PER_HIT = 50;
const WEIGHED_LEAST = 16_384;
/** Reading the vectors of a blob costs more than comparing all of them, so blobs are counted. */
const BLOBS_PER_HIT = 1.5;
const BLOBS_LEAST = 400;
const BLOBS_MOST = 2_000;
/** So many chunks cost as much as one blob more. */
const CHUNKS_PER_BLOB = 48;
/** A scope of so few chunks is compared as a whole. */
const SMALL_SCOPE = 2_000;
/** Blobs compared between two looks at whether to go on. */
const BATCH = 64;
/** Blobs that are named together before they are compared. */
const AHEAD = 64;
/** A promise is trusted to be no farther off than one and a half times the mean so far. What is compared was chosen for high promises: most of these are too high. */
const DOUBT = 1.5;

export interface Asked {
  readonly vector: Int8Array;
  readonly within: BlobSet;
  readonly limit: number;
}

/** All vectors of one blob beside the query: products, and their own squared lengths; undefined where it is gone. */
export type CompareBlob = (blob: BlobId) => { readonly products: Int32Array; readonly squares: Int32Array } | undefined;

/** Hits beyond the limit that are gathered before the farthest are dropped. */
const GATHERED = 1_024;

/** The nearest `limit`, nearest first; equal distances by blob and chunk, so that answers are stable. */
export class Nearest {
  readonly #limit: number;
  #hits: VectorHit[] = [];
  #farthest: VectorHit | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(blob: BlobId, chunk: number, distance: number): void {
    if (this.#farthest !== null && !before(blob, chunk, distance, this.#farthest)) return;
    this.#hits.push({ blob, chunk, distance });
    if (this.#hits.length >= this.#limit + GATHERED) this.#tidy();
  }

  #tidy(): void {
    this.#hits.sort((a, b) => a.distance - b.distance || a.blob - b.blob || a.chunk - b.chunk);
    if (this.#hits.length < this.#limit) return;
    this.#hits.length = this.#limit;
    this.#farthest = this.#hits.at(-1) ?? null;
  }

  get hits(): VectorHit[] {
    this.#tidy();
    return this.#hits;
  }

  /** Distance of the last hit; null as long as there is room for more. */
  get farthest(): number | null {
    this.#tidy();
    return this.#farthest?.distance ?? null;
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

/** Adds all vectors of one blob, whose products with `vector` and squared lengths are known. */
export function compareBlob(blob: BlobId, products: Int32Array, squares: Int32Array, vector: Int8Array, best: Nearest): void {
  const own = squaresOf(vector);
  products.forEach((product, chunk) => best.add(blob, chunk, distanceOf(product, own, squares[chunk] as number)));
}

/** Distances lie between 0 and 2; so many bins of them tell the nearest few hundred of some thousand closely enough. */
const BINS = 4_096;

/** Compares every vector in scope. A count by distance tells first how far the nearest reach, so that hits are made of those alone. */
export function scanWhole(plane: Plane, { vector, within, limit }: Asked, best: Nearest): void {
  const { kernel, at, width, blobs, starts } = plane;
  plane.bytesAt(at.query, width).fill(0).set(new Uint8Array(vector.buffer, vector.byteOffset, vector.length));
  const squares = squaresOf(vector);
  const products = plane.integersAt(at.out, plane.chunks);
  const runs = plane.runs(within);
  const distances = new Float64Array(plane.chunks);
  const counts = new Uint32Array(BINS + 1);
  for (let run = 0; run < runs.length; run += 2) {
    const [from, to] = [runs[run] as number, runs[run + 1] as number];
    kernel.products(at.rows + from * width, to - from, width / 16, at.query, at.out + from * 4);
    for (let row = from; row < to; row++) {
      const distance = distanceOf(products[row] as number, squares, plane.squares[row] as number);
      distances[row] = distance;
      const bin = binOf(distance);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  let last = 0;
  for (let room = limit - (counts[0] as number); room > 0 && last < BINS; room -= counts[last] as number) last++;
  for (let run = 0, blob = 0; run < runs.length; run += 2) {
    for (let row = runs[run] as number; row < (runs[run + 1] as number); row++) {
      if (binOf(distances[row] as number) > last) continue;
      while ((starts[blob + 1] as number) <= row) blob++;
      best.add(blobs[blob] as number, row - (starts[blob] as number), distances[row] as number);
    }
  }
}

function binOf(distance: number): number {
  return (distance * (BINS / 2)) | 0;
}

/**
 * Lets the bits choose what is compared; `cells` say where to look at all, null for everywhere. Names the blobs that it
 * compares next, so that a driver may load them together first.
 */
export function* scanBits(plane: Plane, asked: Asked, center: Float32Array, cells: Cells | null, compare: CompareBlob, best: Nearest): Generator<readonly BlobId[], void, void> {
  const { vector, limit } = asked;
  const runs = plane.runs(asked.within);
  const comparison = new Comparison(plane, vector, compare, best);
  if (runs.reduce((sum, end, at) => (at % 2 === 0 ? sum - end : sum + end), 0) <= SMALL_SCOPE) {
    const places: number[] = [];
    for (let at = 0; at < runs.length; at += 2) for (let blob = blobOf(plane.starts, runs[at] as number); (plane.starts[blob] as number) < (runs[at + 1] as number); blob++) places.push(blob);
    for (let at = 0; at < places.length; at += AHEAD) {
      const next = places.slice(at, at + AHEAD);
      yield next.map((place) => plane.blobs[place] as number);
      for (const place of next) comparison.add(place);
    }
    return;
  }
  const picked = pickByBits(plane, vector, runs, center, cells, Math.max(WEIGHED_LEAST, limit * WEIGHED_PER_HIT));
  const { keys, blobs, rows } = promised(plane, vector, picked);
  const offset = dot(vector, center);
  const trust = new Trust();
  // Best promises stand last.
  let left = Math.min(BLOBS_MOST, Math.max(BLOBS_LEAST, Math.ceil(limit * BLOBS_PER_HIT)));
  let named = keys.length;
  for (let end = keys.length; end > 0 && left > 0;) {
    if (named === end) {
      named = Math.max(0, end - AHEAD);
      yield Array.from(keys.subarray(named, end), (key) => plane.blobs[blobs[placeOf(key)] as number] as number);
    }
    const start = Math.max(named, end - Math.min(BATCH, Math.ceil(left)));
    const places = Array.from(keys.subarray(start, end), placeOf);
    // Read in the order in which they are stored.
    for (const i of Array.from(places.keys()).sort((a, b) => (blobs[places[a] as number] as number) - (blobs[places[b] as number] as number))) {
      const place = places[i] as number;
      const products = comparison.add(blobs[place] as number);
      if (products === null) continue;
      left -= 1 + products.length / CHUNKS_PER_BLOB;
      trust.learn(offset + promiseOf(keys[start + i] as number, vector.length), products[(rows[place] as number) - (plane.starts[blobs[place] as number] as number)] as number);
    }
    end = start;
    const { farthest } = best;
    if (farthest !== null && end > 0 && trust.most(offset + promiseOf(keys[end - 1] as number, vector.length)) < comparison.productAt(farthest)) return;
  }
}

/** How far promised products are from true ones. */
class Trust {
  #count = 0;
  #squares = 0;

  learn(promised: number, product: number): void {
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

/** Appends the rows that differ in `least` to `most` bits to the `found` ones; gives how many there are then. */
function pick({ kernel, at }: Plane, runs: readonly number[], least: number, most: number, found: number): number {
  if (most < least) return found;
  for (let run = 0; run < runs.length && found < ROOM; run += 2) {
    const [from, to] = [runs[run] as number, runs[run + 1] as number];
    found += kernel.pick(at.out + from * 2, to - from, from, least, most, ROOM - found, at.numbers + found * 4);
  }
  return found;
}

/** Used from one look at the bits to its end, which never waits; what outlives it is copied. */
const keys = new Float64Array(ROOM);
const blobs = new Int32Array(ROOM);
const rows = new Int32Array(ROOM);

/**
 * For each blob that some of the first `count` picked rows stand in, its place in the plane, the row that promises most,
 * and a key; keys ascend by that promise. A key is the promise times `ROOM` plus the place in the other lists: sorted as plain numbers.
 */
function promised(plane: Plane, vector: Int8Array, count: number): { keys: Float64Array; blobs: Int32Array; rows: Int32Array } {
  const { kernel, at, width, starts } = plane;
  const numbers = new Uint32Array(kernel.buffer, at.numbers, count);
  writeTable(vector, plane.integersAt(at.table, width * 256));
  kernel.weigh(at.rows, width, at.numbers, count, at.table, at.sums);
  const sums = plane.integersAt(at.sums, count);
  const placeByBlob = new Map<number, number>();
  let [last, end, place] = [-1, -1, -1];
  for (let i = 0; i < count; i++) {
    const row = numbers[i] as number;
    // Rows ascend but for one step back, and many of one blob follow each other.
    if (last < 0 || row < (starts[last] as number) || row >= end) {
      last = blobOf(starts, row);
      end = starts[last + 1] as number;
      place = placeByBlob.get(last) ?? placeByBlob.size;
      if (place === placeByBlob.size) {
        placeByBlob.set(last, place);
        keys[place] = -Infinity;
        blobs[place] = last;
      }
    }
    const key = (sums[i] as number) * (plane.reaches[row] as number) * ROOM + place;
    if (key <= (keys[place] as number)) continue;
    keys[place] = key;
    rows[place] = row;
  }
  const { size } = placeByBlob;
  return { keys: keys.slice(0, size).sort(), blobs: blobs.slice(0, size), rows: rows.slice(0, size) };
}

function placeOf(key: number): number {
  return key - Math.floor(key / ROOM) * ROOM;
}

function promiseOf(key: number, dimensions: number): number {
  return Math.floor(key / ROOM) / reachUnit(dimensions);
}

/** Compares whole vectors, blob by blob, with one query. */
class Comparison {
  readonly #plane: Plane;
  readonly #squares: number;
  readonly #compare: CompareBlob;
  readonly #best: Nearest;

  constructor(plane: Plane, vector: Int8Array, compare: CompareBlob, best: Nearest) {
    this.#plane = plane;
    this.#squares = squaresOf(vector);
    this.#compare = compare;
    this.#best = best;
  }

  /** The products of the blob at a place in the plane, or null where it is gone. */
  add(place: number): Int32Array | null {
    const { blobs, starts } = this.#plane;
    const found = this.#compare(blobs[place] as number);
    if (found === undefined) return null;
    const { products, squares } = found;
    const chunks = Math.min(products.length, (starts[place + 1] as number) - (starts[place] as number));
    for (let chunk = 0; chunk < chunks; chunk++) this.#best.add(blobs[place] as number, chunk, distanceOf(products[chunk] as number, this.#squares, squares[chunk] as number));
    return products;
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
