import { breathe, throwIfAborted } from '../../base/mod.ts';
import { BLOCK_KINDS, BlobSet, BlockWriter, type BlobId, type BlockPage, type RepositoryId } from '../../domain/mod.ts';
import type { BlockRow } from '../blocks/format.ts';
import { dueForCompaction, dueForMerge, MERGE_WRITE_BYTES, mergeEntries, numbered } from '../blocks/merge.ts';
import type { Blocks } from './blocks.ts';
import type { Core } from './core.ts';
import type { Writing } from './writing.ts';

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
      for (let due = dueForMerge(this.#rows(repository, kind)); due !== null; due = dueForMerge(this.#rows(repository, kind))) await this.#merge(due);
    }
  }

  /** Merges all blocks that are small beside what they are merged with, and those with many dead documents. */
  async mergeAll(repository: RepositoryId, signal?: AbortSignal): Promise<void> {
    const live = this.#live(repository);
    for (const kind of BLOCK_KINDS) {
      throwIfAborted(signal);
      const due = dueForCompaction(this.#rows(repository, kind).map((row) => this.#blocks.get(row)), live);
      if (due !== null) await this.#merge(due.map(({ row }) => row));
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
    const merging = mergeEntries(infos, numberings, kind === 'term', writer);
    for (let step = merging.next([]); step.done !== true; ) {
      if (step.value === null) {
        if (waitingBytes >= MERGE_WRITE_BYTES) flush();
        await breathe();
      }
      step = merging.next(step.value === null ? [] : this.#blocks.pages(step.value));
    }
    writer.finish();
    flush();
    replace((committer) => committer.finishBlock(id, firstKeys, bytes));
  }
}
