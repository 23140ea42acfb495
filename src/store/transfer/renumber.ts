import type { BlobId } from '../../domain/mod.ts';
import { blockKindCode } from '../codes.ts';
import { packBlobs, unpackBlobs, unpackCounts } from '../blocks/format.ts';
import { joinSegments, unpackSegment, type Segment } from '../vectors/segment.ts';
import type { StoredBlock, StoredSegment } from './pieces.ts';

/** New numbers for the blobs of one repository, in the order of the old ones: posting lists and answers keep their order. */
export class Renumbering {
  #before = new Uint32Array(4_096);
  #after = new Uint32Array(4_096);
  #length = 0;

  /** Old numbers come ascending. */
  add(before: BlobId, after: BlobId): void {
    const last = this.#length - 1;
    if (last >= 0 && (before <= (this.#before[last] as number) || after <= (this.#after[last] as number))) throw new RangeError(`blob ${before} comes out of order`);
    if (this.#length === this.#before.length) {
      this.#before = grown(this.#before);
      this.#after = grown(this.#after);
    }
    this.#before[this.#length] = before;
    this.#after[this.#length++] = after;
  }

  /** 0 where there is no such blob any more, as blocks mark documents that nobody finds. */
  of(before: BlobId): BlobId {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#before[middle] as number) < before) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#before[low] === before ? (this.#after[low] as number) : 0;
  }
}

function grown(list: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(list.length * 2);
  larger.set(list);
  return larger;
}

/** Ordinals in the pages stay: a document whose blob is gone keeps its place. */
export function renumberedBlock(block: StoredBlock, numbers: Renumbering): StoredBlock {
  const count = block.kind === blockKindCode('term') && block.chunks !== null ? unpackCounts(block.chunks).length : block.documents;
  return { ...block, blobs: packBlobs(unpackBlobs(block.blobs, count).map((blob) => numbers.of(blob))) };
}

/** Blobs that are gone are left out, as compaction does. */
export function renumberedSegment(columns: StoredSegment, numbers: Renumbering): Segment {
  const segment = joinSegments([unpackSegment(columns)], (blob) => numbers.of(blob) !== 0);
  return { ...segment, blobs: segment.blobs.map((blob) => numbers.of(blob)) };
}
