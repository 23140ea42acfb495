import { breathe, ByteWriter, throwIfAborted } from '../../base/mod.ts';
import { BLOCK_KINDS, BlobSet, BlockWriter, type BlobId, type BlockPage, type RepositoryId } from '../../domain/mod.ts';
import type { BlockInfo, Blocks } from './blocks.ts';
import type { BlockShape } from './commit.ts';
import type { BlockRow, Core } from './core.ts';
import { Cursor } from './cursor.ts';
import { appendPostings, type Joint, type Numbering } from './remap.ts';
import type { Writing } from './writing.ts';

/** Blocks of like size that are merged into one: few enough for quick answers, many enough to rewrite seldom. */
const FAN = 8;
/** Merged at one time at most; each holds a few pages. */
const MOST_AT_ONCE = 24;
/** Pages gathered before they are written in one transaction, so that the log stays small. */
const WRITE_BYTES = 4_194_304;
/** A block with more dead documents than this share is rewritten by compaction. */
const DEAD_SHARE = 0.1;
/** Compaction adds the next larger block while it is at most so many times the smaller ones together. */
const COMPACT_RATIO = 2;

/** Merges small blocks into larger ones, dropping documents without a blob. Needs the lease. */
export class Merger {
  readonly #core: Core;
  readonly #writing: Writing;
  readonly #blocks: Blocks;
  readonly #due = new Set<RepositoryId>();

  constructor(core: Core, writing: Writing, blocks: Blocks) {
    this.#core = core;
    this.#writing = writing;
    this.#blocks = blocks;
  }

  /** Merges where `FAN` blocks of one size have come together, behind what is committed meanwhile. */
  schedule(repository: RepositoryId): void {
    if (this.#due.has(repository)) return;
    this.#due.add(repository);
    this.#core.behind('Merging', async () => {
      this.#due.delete(repository);
      await this.#mergeFull(repository);
    });
  }

  async #mergeFull(repository: RepositoryId): Promise<void> {
    for (const kind of BLOCK_KINDS) {
      for (;;) {
        const tiers = Map.groupBy(this.#rows(repository, kind), (row) => Math.floor(Math.log2(row.documents + 1) / Math.log2(FAN)));
        const full = [...tiers.values()].find((rows) => rows.length >= FAN);
        if (full === undefined) break;
        await this.#merge(full.slice(0, MOST_AT_ONCE));
      }
    }
  }

  /** Merges all blocks that are small beside what they are merged with, and those with many dead documents. */
  async mergeAll(repository: RepositoryId, signal?: AbortSignal): Promise<void> {
    const live = this.#live(repository);
    for (const kind of BLOCK_KINDS) {
      throwIfAborted(signal);
      const bySize = this.#rows(repository, kind).sort((a, b) => a.bytes - b.bytes);
      const joined = bySize.slice(0, worthJoining(bySize));
      const wasteful = bySize.filter((row) => !joined.includes(row) && deadShare(this.#blocks.get(row), live) > DEAD_SHARE);
      const all = [...joined, ...wasteful].slice(0, MOST_AT_ONCE);
      if (all.length > 1 || wasteful.length > 0) await this.#merge(all);
    }
  }

  #rows(repository: RepositoryId, kind: BlockRow['kind']): BlockRow[] {
    return this.#core.read('Merging', () => this.#core.blocks(kind, [repository]));
  }

  #live(repository: RepositoryId): BlobSet {
    return new BlobSet(this.#core.writer.prepare<[RepositoryId], BlobId>('SELECT id FROM blob WHERE repository = ?').pluck().all(repository));
  }

  /** Readers see the old blocks until the last transaction puts the new one in their place. */
  async #merge(rows: readonly BlockRow[]): Promise<void> {
    const { repository, kind } = rows[0] as BlockRow;
    const infos = [...rows].sort((a, b) => a.id - b.id).map((row) => this.#blocks.get(row));
    const { shape, numberings } = numbered(repository, kind, infos, this.#live(repository));
    const replace = (finish: (committer: Parameters<Parameters<Writing['write']>[1]>[0]) => void): void => {
      this.#writing.write('Merging', (committer) => {
        finish(committer);
        for (const row of rows) committer.removeBlock(row.id);
      });
    };
    if (shape.documents === 0) return replace(() => undefined);
    const id = this.#writing.write('Merging', (committer) => committer.beginBlock(shape));
    const firstKeys: Uint8Array[] = [];
    let waiting: BlockPage[] = [];
    let waitingBytes = 0;
    let bytes = 0;
    const flush = (): void => {
      this.#writing.write('Merging', (committer) => {
        for (const page of waiting) {
          committer.writePage(id, firstKeys.length, page.bytes);
          firstKeys.push(page.firstKey);
        }
      });
      waiting = [];
      waitingBytes = 0;
    };
    const writer = new BlockWriter(kind, shape.documents, (page) => {
      waiting.push(page);
      waitingBytes += page.bytes.length;
      bytes += page.bytes.length;
    });
    for (const _ of mergeEntries(infos.map((info) => new Cursor(this.#blocks, info)), numberings, kind === 'term', writer)) {
      if (waitingBytes >= WRITE_BYTES) flush();
      await breathe();
    }
    writer.finish();
    flush();
    replace((committer) => committer.finishBlock(id, firstKeys, bytes));
  }
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
function numbered(repository: RepositoryId, kind: BlockRow['kind'], infos: readonly BlockInfo[], live: BlobSet): { shape: BlockShape; numberings: Numbering[] } {
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

/** Writes the union of all cursors in key order; yields now and then so that the caller can write and let others run. */
function* mergeEntries(cursors: Cursor[], numberings: readonly Numbering[], withForms: boolean, writer: BlockWriter): Generator<void> {
  // Parallel lists in the order of the blocks, so that ordinals come out ascending.
  const open = cursors.map((cursor, at) => ({ cursor, numbering: numberings[at] as Numbering })).filter(({ cursor }) => cursor.next());
  const list = new ByteWriter(65_536);
  const same: { cursor: Cursor; numbering: Numbering }[] = [];
  for (let entries = 0; open.length > 0; entries++) {
    if (entries % ENTRIES_BETWEEN_PAUSES === ENTRIES_BETWEEN_PAUSES - 1) yield;
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
    for (const item of same) if (!item.cursor.next()) open.splice(open.indexOf(item), 1);
  }
}
