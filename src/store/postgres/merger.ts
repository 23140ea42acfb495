import { breathe, throwIfAborted } from '../../base/mod.ts';
import { BLOCK_KINDS, BlobSet, BlockWriter, type BlobId, type BlockPage, type RepositoryId } from '../../domain/mod.ts';
import type { BlockInfo } from '../blocks/format.ts';
import { dueForCompaction, dueForMerge, MERGE_WRITE_BYTES, mergeEntries, numbered } from '../blocks/merge.ts';
import type { Blocks } from './blocks.ts';
import type { Committer } from './commit.ts';
import type { Core } from './core.ts';
import type { Connection } from './database.ts';
import type { Lease } from './leases.ts';

/** Merges small blocks into larger ones, dropping documents without a blob. */
export class Merger {
  readonly #core: Core;
  readonly #committer: Committer;
  readonly #blocks: Blocks;
  readonly #due = new Set<RepositoryId>();

  /** `blocks` reads from the primary: what was just written is merged. */
  constructor(core: Core, committer: Committer, blocks: Blocks) {
    this.#core = core;
    this.#committer = committer;
    this.#blocks = blocks;
  }

  /** Merges where blocks of one size have come together, behind what is committed meanwhile. */
  schedule(lease: Lease, repository: RepositoryId): void {
    if (this.#due.has(repository)) return;
    this.#due.add(repository);
    lease.behind(async () => {
      this.#due.delete(repository);
      for (const kind of BLOCK_KINDS) {
        for (let due = dueForMerge(await this.#blocks.rows(kind, [repository])); due !== null; due = dueForMerge(await this.#blocks.rows(kind, [repository]))) {
          await this.#merge(lease, await this.#blocks.infos(due));
        }
      }
    });
  }

  /** Merges all blocks that are small beside what they are merged with, and those with many dead documents. */
  async mergeAll(lease: Lease, repository: RepositoryId, signal?: AbortSignal): Promise<void> {
    const live = await this.#live(repository);
    for (const kind of BLOCK_KINDS) {
      throwIfAborted(signal);
      const due = dueForCompaction(await this.#blocks.of(kind, [repository]), live);
      if (due !== null) await this.#merge(lease, due);
    }
  }

  async #live(repository: RepositoryId): Promise<BlobSet> {
    return new BlobSet((await this.#core.database.writer.rows<[BlobId]>('SELECT id FROM blob WHERE repository = $1', [repository])).map(([id]) => id));
  }

  /** Readers see the old blocks until the last transaction puts the new one in their place. */
  async #merge(lease: Lease, given: readonly BlockInfo[]): Promise<void> {
    const infos = [...given].sort((a, b) => a.row.id - b.row.id);
    const { repository, kind } = (infos[0] as BlockInfo).row;
    const { shape, numberings } = numbered(repository, kind, infos, await this.#live(repository));
    const replace = (finish: (connection: Connection) => Promise<void>): Promise<void> => lease.write(async (connection) => {
      await connection.run('SET LOCAL synchronous_commit = off');
      await finish(connection);
      await this.#committer.removeBlocks(connection, repository, infos.map(({ row }) => row.id));
      await connection.run('UPDATE repository SET layout = layout + 1 WHERE id = $1', [repository]);
    });
    if (shape.documents === 0) return replace(async () => {});
    const id = await lease.write((connection) => this.#committer.beginBlock(connection, shape));
    const firstKeys: Uint8Array[] = [];
    let waiting: BlockPage[] = [];
    let [waitingBytes, bytes] = [0, 0];
    const flush = async (): Promise<void> => {
      const pages = waiting;
      const from = firstKeys.length;
      waiting = [];
      waitingBytes = 0;
      for (const { firstKey } of pages) firstKeys.push(firstKey);
      await lease.write(async (connection) => {
        await connection.run('SET LOCAL synchronous_commit = off');
        await this.#committer.writePages(connection, repository, id, from, pages.map((page) => page.bytes));
      });
    };
    const writer = new BlockWriter(kind, shape.documents, (page) => {
      waiting.push(page);
      waitingBytes += page.bytes.length;
      bytes += page.bytes.length;
    });
    const merging = mergeEntries(infos, numberings, kind === 'term', writer);
    for (let step = merging.next([]); step.done !== true;) {
      if (step.value === null) {
        if (waitingBytes >= MERGE_WRITE_BYTES) await flush();
        await breathe();
        step = merging.next([]);
      } else step = merging.next(await this.#blocks.run(step.value, true));
    }
    writer.finish();
    await flush();
    await replace((connection) => this.#committer.finishBlock(connection, repository, id, firstKeys, bytes));
  }
}
