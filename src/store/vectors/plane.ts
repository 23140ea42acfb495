import type { BlobSet } from '../../domain/mod.ts';
import { bitBytes } from './bits.ts';
import { makeKernel } from './kernel.ts';
import type { Kernel } from './kernel-plain.ts';
import { chunksOf, UNPLACED, type Segment } from './segment.ts';

/** Rows that the bits choose among at most; rows of equal bits can be very many. */
export const ROOM = 65_536;
/** Chunks that fit beyond those that are there, so that an edit does not load everything again. */
const SLACK = 4_096;

/** What stands before the rows in a plane's memory, by byte offset; all multiples of 64. */
interface Layout {
  readonly query: number;
  readonly probed: number;
  readonly histogram: number;
  readonly table: number;
  readonly numbers: number;
  readonly sums: number;
  readonly rows: number;
  readonly cells: number;
  readonly out: number;
  readonly end: number;
}

/**
 * The rows of all chunks of one repository and model, in memory, one after the other: bits, or whole vectors where they
 * are few. Chunk i belongs to blob b where starts[b] <= i < starts[b + 1].
 */
export class Plane {
  readonly kernel: Kernel;
  readonly at: Layout;
  readonly whole: boolean;
  readonly dimensions: number;
  /** Bytes of one row. */
  readonly width: number;
  readonly capacity: number;
  readonly blobs: number[] = [];
  readonly starts: number[] = [0];
  readonly reaches: Uint8Array;
  /** Squared lengths of whole rows. */
  readonly squares: Float64Array;
  /** Chunks of each cell. */
  readonly cellSizes: Uint32Array = new Uint32Array(256);
  readonly #segments: { readonly id: number; readonly blobs: number }[] = [];

  constructor(shape: { readonly whole: boolean; readonly dimensions: number; readonly chunks: number }) {
    this.whole = shape.whole;
    this.dimensions = shape.dimensions;
    this.width = shape.whole ? Math.ceil(shape.dimensions / 16) * 16 : bitBytes(shape.dimensions);
    this.capacity = shape.chunks + (shape.chunks >>> 3) + SLACK;
    this.at = layout(this.width, this.whole, this.capacity, shape.dimensions);
    this.kernel = makeKernel(this.at.end);
    this.reaches = new Uint8Array(shape.whole ? 0 : this.capacity);
    this.squares = new Float64Array(shape.whole ? this.capacity : 0);
  }

  get chunks(): number {
    return this.starts[this.blobs.length] as number;
  }

  /** Segments that stand here. */
  get segments(): number {
    return this.#segments.length;
  }

  /** Bytes in memory, with what the lists of blobs take. */
  get bytes(): number {
    return this.at.end + this.reaches.length + this.squares.length * 8 + this.blobs.length * 16;
  }

  /** How many segments stand here already in the same order as in `ids`. */
  common(ids: readonly number[]): number {
    let same = 0;
    while (same < ids.length && this.#segments[same]?.id === ids[same]) same++;
    return same;
  }

  /** Forgets all segments but the first `kept`. */
  truncate(kept: number): void {
    const gone = this.#segments.splice(kept);
    const blobs = this.blobs.length - gone.reduce((sum, segment) => sum + segment.blobs, 0);
    if (this.cellSizes.some((size) => size > 0)) {
      const cells = this.bytesAt(this.at.cells + (this.starts[blobs] as number), this.chunks - (this.starts[blobs] as number));
      for (const cell of cells) this.cellSizes[cell] = (this.cellSizes[cell] as number) - 1;
    }
    this.blobs.length = blobs;
    this.starts.length = blobs + 1;
  }

  /** Whether so many chunks more fit. */
  fits(chunks: number): boolean {
    return this.chunks + chunks <= this.capacity;
  }

  /** `wholeRow` gives all vectors of a blob, where whole vectors stand here. */
  append(id: number, segment: Segment, wholeRow: (blob: number) => Int8Array | undefined): void {
    const first = this.chunks;
    const count = chunksOf(segment);
    if (!this.whole) {
      this.bytesAt(this.at.rows + first * this.width, count * this.width).set(segment.bits);
      this.reaches.set(segment.reaches, first);
      const cells = this.bytesAt(this.at.cells + first, count);
      if (segment.cells === null) cells.fill(UNPLACED);
      else cells.set(segment.cells);
      for (const cell of cells) this.cellSizes[cell] = (this.cellSizes[cell] as number) + 1;
    }
    segment.blobs.forEach((blob, index) => {
      const chunks = segment.counts[index] as number;
      if (this.whole) this.#putWhole(this.chunks, chunks, wholeRow(blob));
      this.starts.push(this.chunks + chunks);
      this.blobs.push(blob);
    });
    this.#segments.push({ id, blobs: segment.blobs.length });
  }

  #putWhole(first: number, count: number, data: Int8Array | undefined): void {
    if (data === undefined) return;
    const { kernel, width, at, dimensions } = this;
    for (let i = 0; i < count; i++) {
      const row = at.rows + (first + i) * width;
      new Int8Array(kernel.buffer, row, width).fill(0, dimensions).set(data.subarray(i * dimensions, (i + 1) * dimensions));
      kernel.products(row, 1, width / 16, row, at.sums);
      this.squares[first + i] = new Int32Array(kernel.buffer, at.sums, 1)[0] as number;
    }
  }

  bytesAt(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.kernel.buffer, offset, length);
  }

  integersAt(offset: number, length: number): Int32Array {
    return new Int32Array(this.kernel.buffer, offset, length);
  }

  /** Stretches of chunks whose blobs are in scope: from, to, from, to. */
  runs(within: BlobSet): number[] {
    const runs: number[] = [];
    const { blobs, starts } = this;
    let end = -1;
    for (let i = 0; i < blobs.length; i++) {
      if (!within.has(blobs[i] as number)) continue;
      const from = starts[i] as number;
      if (from === end) runs.pop();
      else runs.push(from);
      end = starts[i + 1] as number;
      runs.push(end);
    }
    return runs;
  }
}

function layout(width: number, whole: boolean, capacity: number, dimensions: number): Layout {
  // The first bytes are left to the compiler.
  let end = 1_024;
  const place = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const words = whole ? 0 : width * 256;
  const places = {
    query: place(width), probed: place(256), histogram: place((dimensions + 256) * 4), table: place(words * 4),
    numbers: place(whole ? 0 : ROOM * 4), sums: place(whole ? 64 : ROOM * 4),
    rows: place(capacity * width), cells: place(whole ? 0 : capacity),
    // Products of whole rows, or differences of bits.
    out: place(capacity * (whole ? 4 : 2) + 64),
  };
  return { ...places, end };
}
