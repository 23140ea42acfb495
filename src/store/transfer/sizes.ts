/** What is read and written in one piece: a few megabytes, so that a copy of any size needs the same memory. */
import { LIMITS } from '../../base/mod.ts';

/** Blobs looked at together; they are cut by the size of their texts. */
export const BLOBS_IN_PIECE = 1_024;
export const ENTRIES_IN_PIECE = 2_048;
/** 4 MB. */
export const PAGES_IN_PIECE = 512;

/** How many of the rows, at least one, have no more source text together than one text batch of the index. */
export function fitting(rows: readonly { readonly size: number }[]): number {
  let bytes = 0;
  let count = 0;
  for (const { size } of rows) {
    bytes += size;
    if (count > 0 && bytes > LIMITS.textBatchBytes) break;
    count++;
  }
  return count;
}
