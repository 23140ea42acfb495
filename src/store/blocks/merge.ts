import { ByteWriter } from '../../base/mod.ts';
import { BlockWriter, type BlobId, type BlobSet, type RepositoryId } from '../../domain/mod.ts';
import { Cursor } from './cursor.ts';
import type { BlockInfo, BlockRow, BlockShape, PageRange } from './format.ts';
import { appendPostings, type Joint, type Numbering } from './remap.ts';

/** Blocks of like size that are merged into one: few enough for quick answers, many enough to rewrite seldom. */
const FAN = 8;
/** Merged at one time at most; each holds a few pages. */
const MOST_AT_ONCE = 24;
/** Pages gathered before they are written in one transaction, so that the log stays small. */
export const MERGE_WRITE_BYTES = 4_194_304;
/** A block with more dead documents than this share is rewritten by compaction. */
const DEAD_SHARE = 0.1;
/** Compaction adds the next larger block while it is at most so many times the smaller ones together. */
const COMPACT_RATIO = 2;

/** Blocks of one kind that are to be merged as soon as `FAN` of one size have come together; null where none are. */
export function dueForMerge(rows: readonly BlockRow[]): readonly BlockRow[] | null {
  const tiers = Map.groupBy(rows, (row) => Math.floor(Math.log2(row.documents + 1) / Math.log2(FAN)));
  return [...tiers.values()].find((tier) => tier.length >= FAN)?.slice(0, MOST_AT_ONCE) ?? null;
}

/** What compaction merges of the blocks of one kind: those that are small beside what they are merged with, and those with many dead documents; null where nothing is to be done. */
export function dueForCompaction(infos: readonly BlockInfo[], live: BlobSet): readonly BlockInfo[] | null {
  const bySize = [...infos].sort((a, b) => a.row.bytes - b.row.bytes);
  const joined = bySize.slice(0, worthJoining(bySize.map(({ row }) => row)));
  const wasteful = bySize.filter((info) => !joined.includes(info) && deadShare(info, live) > DEAD_SHARE);
  const all = [...joined, ...wasteful].slice(0, MOST_AT_ONCE);
  return all.length > 1 || wasteful.length > 0 ? all : null;
}

/** How many of the blocks, smallest first, are merged: up to the largest that is not much larger than all before it together. */
function worthJoining(bySize: readonly BlockRow[]): number {
  let count = 0;
  let smaller = 0;
  bySize.slice(0, MOST_AT_ONCE).forEach((row, at) => {
    if (at > 0 && row.bytes <= smaller * COMPACT_RATIO) count = at + 1;
    smaller += row.bytes;
  });
  return count;
}

function deadShare(info: BlockInfo, live: BlobSet): number {
  let dead = 0;
  for (const blob of info.blobs) if (!live.has(blob)) dead++;
  return dead / info.blobs.length;
}

/** The merged block's documents in order, and each block's numbering within it. */
export function numbered(repository: RepositoryId, kind: BlockRow['kind'], infos: readonly BlockInfo[], live: BlobSet): { shape: BlockShape; numberings: Numbering[] } {
  const blobs: BlobId[] = [];
  const chunks: number[] = [];
  const chunkTerms: Uint16Array[] = [];
  const numberings: Numbering[] = [];
  let documents = 0;
  for (const info of infos) {
    const offset = documents;
    const ordinals = new Int32Array(info.row.documents);
    for (let at = 0; at < info.blobs.length; at++) {
      const blob = info.blobs[at] as number;
      const from = info.chunks === null ? at : (info.chunks.chunkStart[at] as number);
      const to = info.chunks === null ? at + 1 : (info.chunks.chunkStart[at + 1] as number);
      const lives = live.has(blob);
      for (let ordinal = from; ordinal < to; ordinal++) ordinals[ordinal] = lives ? documents++ : -1;
      if (!lives) continue;
      blobs.push(blob);
      chunks.push(to - from);
      if (info.chunks !== null) chunkTerms.push(info.chunks.chunkTerms.subarray(from, to));
    }
    numberings.push(documents - offset === info.row.documents ? { offset } : { ordinals });
  }
  const terms = kind === 'term' ? joinTerms(chunkTerms, documents) : null;
  return { shape: { repository, kind, documents, blobs, chunks: kind === 'term' ? chunks : null, chunkTerms: terms }, numberings };
}

function joinTerms(parts: readonly Uint16Array[], documents: number): Uint16Array {
  const all = new Uint16Array(documents);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Entries between two pauses; a few milliseconds of work. */
const ENTRIES_BETWEEN_PAUSES = 16_384;

/**
 * Writes the union of some blocks in key order. Asks for the pages that it wants next, and gives null now and then so that
 * the caller can write and let others run.
 */
export function* mergeEntries(infos: readonly BlockInfo[], numberings: readonly Numbering[], withForms: boolean, writer: BlockWriter): Generator<PageRange | null, void, readonly Uint8Array[]> {
  // Parallel lists in the order of the blocks, so that ordinals come out ascending.
  const open: { cursor: Cursor; numbering: Numbering }[] = [];
  for (const [at, info] of infos.entries()) {
    const cursor = new Cursor(info);
    if (yield* advance(cursor)) open.push({ cursor, numbering: numberings[at] as Numbering });
  }
  const list = new ByteWriter(65_536);
  const same: { cursor: Cursor; numbering: Numbering }[] = [];
  for (let entries = 0; open.length > 0; entries++) {
    if (entries % ENTRIES_BETWEEN_PAUSES === ENTRIES_BETWEEN_PAUSES - 1) yield null;
    same.length = 0;
    for (const item of open) {
      const order = same.length === 0 ? -1 : item.cursor.compare((same[0] as { cursor: Cursor }).cursor);
      if (order < 0) same.length = 0;
      if (order <= 0) same.push(item);
    }
    list.length = 0;
    const joint: Joint = { documentCount: 0, last: -1 };
    for (let i = 0; i < same.length; i++) {
      const { cursor, numbering } = same[i] as { cursor: Cursor; numbering: Numbering };
      appendPostings(list, joint, cursor.postings, cursor.documentCount, numbering, withForms, i + 1 < same.length);
    }
    if (joint.documentCount > 0) writer.add((same[0] as { cursor: Cursor }).cursor.key, joint.documentCount, list.bytes.subarray(0, list.length));
    for (const item of same) if (!(yield* advance(item.cursor))) open.splice(open.indexOf(item), 1);
  }
}

/** False at the end of its block. */
function* advance(cursor: Cursor): Generator<PageRange, boolean, readonly Uint8Array[]> {
  const { wanted } = cursor;
  if (wanted !== null) cursor.feed(yield wanted);
  return cursor.next();
}
