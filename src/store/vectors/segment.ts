import type { BlobId } from '../../domain/mod.ts';
import { packBlobs, packCounts, unpackBlobs, unpackCounts } from '../blocks/format.ts';

/**
 * Some blobs of one repository and model, in the order in which they were written, with what the scan needs of each
 * of their chunks. Segments never change: what replaces one has a number of its own.
 */
export interface Segment {
  readonly blobs: Uint32Array;
  /** Chunks of each blob. */
  readonly counts: Uint32Array;
  /** A row of bits for each chunk (bits.ts); empty as long as the repository is small enough to compare whole vectors. */
  readonly bits: Uint8Array;
  /** One byte for each chunk that has bits: how far its bits reach. */
  readonly reaches: Uint8Array;
  /** The cell of each chunk; null before cells were made. */
  readonly cells: Uint8Array | null;
}

/** The cell of a chunk that was written after the cells were made: it is always looked at. */
export const UNPLACED = 255;

/** As its columns stand in table `vector_segment`: the reaches follow the bits. */
export interface SegmentColumns {
  readonly blobs: Uint8Array;
  readonly counts: Uint8Array;
  readonly bits: Uint8Array;
  readonly cells: Uint8Array | null;
}

export function chunksOf({ counts }: Pick<Segment, 'counts'>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}

export function packSegment(segment: Segment): SegmentColumns {
  const bits = new Uint8Array(segment.bits.length + segment.reaches.length);
  bits.set(segment.bits);
  bits.set(segment.reaches, segment.bits.length);
  return { blobs: packBlobs(segment.blobs), counts: packCounts(segment.counts), bits, cells: segment.cells };
}

export function unpackSegment(columns: SegmentColumns): Segment {
  const counts = unpackCounts(columns.counts);
  const reaches = columns.bits.length === 0 ? 0 : chunksOf({ counts });
  const split = columns.bits.length - reaches;
  return {
    blobs: unpackBlobs(columns.blobs, counts.length), counts,
    bits: columns.bits.subarray(0, split), reaches: columns.bits.subarray(split), cells: columns.cells,
  };
}

/** The blobs of all segments that `keep` holds, in order. All have bits or none has. */
export function joinSegments(segments: readonly Segment[], keep: (blob: BlobId) => boolean): Segment {
  const blobs: number[] = [];
  const counts: number[] = [];
  const parts: { segment: Segment; from: number; to: number }[] = [];
  let chunks = 0;
  for (const segment of segments) {
    let at = 0;
    segment.blobs.forEach((blob, index) => {
      const count = segment.counts[index] as number;
      if (keep(blob)) {
        blobs.push(blob);
        counts.push(count);
        parts.push({ segment, from: at, to: at + count });
        chunks += count;
      }
      at += count;
    });
  }
  const width = rowBytes(segments);
  const bits = new Uint8Array(chunks * width);
  const reaches = new Uint8Array(width === 0 ? 0 : chunks);
  const cells = segments.some((segment) => segment.cells !== null) ? new Uint8Array(chunks).fill(UNPLACED) : null;
  let at = 0;
  for (const { segment, from, to } of parts) {
    bits.set(segment.bits.subarray(from * width, to * width), at * width);
    if (width > 0) reaches.set(segment.reaches.subarray(from, to), at);
    if (segment.cells !== null) cells?.set(segment.cells.subarray(from, to), at);
    at += to - from;
  }
  return { blobs: Uint32Array.from(blobs), counts: Uint32Array.from(counts), bits, reaches, cells };
}

function rowBytes(segments: readonly Segment[]): number {
  const some = segments.find(({ reaches }) => reaches.length > 0);
  return some === undefined ? 0 : some.bits.length / some.reaches.length;
}
