import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import { bitBytes, writeBits } from './bits.ts';
import { chunksOf, type Segment } from './segment.ts';

/** So many last segments of one size are joined: an edit adds one, and a scan likes few. */
export const FAN = 8;
/** A segment of so many chunks is not joined any more: 4 MB of bits. */
export const SEGMENT_CHUNKS_MOST = 131_072;
/** A segment with more chunks of blobs that are gone than this share is written anew by compaction. */
export const DEAD_SHARE = 0.1;

/** Cells are made anew when more chunks than this share lie in none. */
export const UNPLACED_SHARE = 0.25;

/** Whose segments stand together. */
export interface Owner {
  readonly repository: RepositoryId;
  readonly model: number;
  readonly dimensions: number;
}

/** Segments of one tier are of like size. */
export function tierOf(chunks: number): number {
  return Math.floor(Math.log2(chunks + 1) / Math.log2(FAN));
}

/** A segment of some blobs; with bits where there is a center to take off. */
export function segmentOf({ dimensions }: Owner, rows: ReadonlyMap<BlobId, Int8Array>, center: Float32Array | null): Segment {
  const counts = Uint32Array.from(rows.values(), (vectors) => vectors.length / dimensions);
  const chunks = center === null ? 0 : chunksOf({ counts });
  const bits = new Uint8Array(chunks * bitBytes(dimensions));
  const reaches = new Uint8Array(chunks);
  let row = 0;
  if (center !== null) {
    for (const vectors of rows.values()) {
      writeBits(vectors, center, bits, reaches, row);
      row += vectors.length / dimensions;
    }
  }
  return { blobs: Uint32Array.from(rows.keys()), counts, bits, reaches, cells: null };
}
