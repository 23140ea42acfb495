import { breathe, throwIfAborted } from '../../base/mod.ts';
import type { RepositoryId, ViewId } from '../../domain/mod.ts';
import { viewKindCode } from '../codes.ts';
import type { Core } from './core.ts';
import { REMOVE_VECTORS } from './vector-rows.ts';
import type { Writing } from './writing.ts';

/** Blobs whose rows are deleted in one transaction: a few ten milliseconds. */
const BLOBS_AT_ONCE = 1_000;
/** Free pages given back in one step. */
const PAGES_AT_ONCE = 4_000;
/** Blobs that no entry needs are kept up to this share, so that switching back to a branch costs nothing. */
const ORPHAN_SHARE = 0.1;
const ORPHANS_ALWAYS_KEPT = 256;
/** Free pages up to this share of the file wait for what is written next. */
const FREE_SHARE = 0.1;
const FREE_PAGES_ALWAYS_KEPT = 512;

/** Removes what nobody needs, in steps that each leave a whole database. Needs the lease. */
export class Garbage {
  readonly #core: Core;
  readonly #writing: Writing;

  constructor(core: Core, writing: Writing) {
    this.#core = core;
    this.#writing = writing;
  }

  /** The repository is gone for every reader at once; its rows follow, and after a kill when the next lease is taken. */
  removeRepository(id: RepositoryId): Promise<void> {
    return this.#core.inTurn('Removing a repository', async () => {
      await this.#core.settled();
      this.#core.write('Removing a repository', (database) => {
        database.prepare('DELETE FROM view WHERE repository = ?').run(id);
        database.prepare('UPDATE repository SET name = NULL, generation = generation + 1 WHERE id = ?').run(id);
      });
      await this.finishRemovals();
      await this.giveBack(0);
    });
  }

  removeView(id: ViewId): Promise<void> {
    return this.#core.inTurn('Removing a view', async () => {
      await this.#core.settled();
      const repository = this.#core.write('Removing a view', (database) => {
        const owner = database.prepare<[ViewId], RepositoryId>('DELETE FROM view WHERE id = ? RETURNING repository').pluck().get(id);
        if (owner !== undefined) database.prepare('UPDATE repository SET generation = generation + 1 WHERE id = ?').run(owner);
        return owner;
      });
      if (repository === undefined) return;
      this.markOrphans(repository);
      await this.deleteOrphans(repository);
      await this.giveBack(0);
    });
  }

  /** What a killed process left half removed or half merged. Nothing may be merging meanwhile. */
  async finishRemovals(): Promise<void> {
    const { writer } = this.#core;
    const halfMade = writer.prepare<[], number>('SELECT id FROM block WHERE ready = 0').pluck().all();
    const gone = writer.prepare<[], RepositoryId>('SELECT id FROM repository WHERE name IS NULL').pluck().all();
    for (const id of halfMade) this.#writing.write('Cleaning up', (committer) => committer.removeBlock(id));
    for (const repository of gone) {
      await this.#removeContents(repository);
      this.#core.write('Removing a repository', (database) => database.prepare('DELETE FROM repository WHERE id = ?').run(repository));
    }
  }

  /** Blocks, texts, facts and vectors. */
  async #removeContents(repository: RepositoryId): Promise<void> {
    const blocks = this.#core.writer.prepare<[RepositoryId], number>('SELECT id FROM block WHERE repository = ?').pluck().all(repository);
    for (const id of blocks) {
      this.#writing.write('Removing a repository', (committer) => committer.removeBlock(id));
      await breathe();
    }
    await this.#deleteBlobs('SELECT id FROM blob WHERE repository = ? LIMIT ?', repository);
    this.#writing.write('Removing a repository', (committer) => committer.vectors.forget(repository));
  }

  /**
   * Forgets what was read of a repository, beyond recovery: what is deleted is overwritten, free pages leave the file,
   * and the log is written back and emptied. A killed run leaves views without entries; asking again goes on from there.
   */
  emptyRepository(id: RepositoryId): Promise<void> {
    return this.#core.inTurn('Emptying a repository', async () => {
      await this.#core.settled();
      const { writer } = this.#core;
      writer.pragma('secure_delete = ON');
      try {
        this.#core.write('Emptying a repository', (database) => {
          database.prepare('DELETE FROM entry WHERE view IN (SELECT id FROM view WHERE repository = ?)').run(id);
          database
            .prepare('UPDATE view SET version = version + 1, commit_id = iif(kind = ?, commit_id, NULL), indexed = NULL, pending_files = 0, pending_symbols = 0 WHERE repository = ?')
            .run(viewKindCode('commit'), id);
          database.prepare('UPDATE repository SET generation = generation + 1 WHERE id = ?').run(id);
        });
        await this.#removeContents(id);
      } finally {
        writer.pragma('secure_delete = FAST');
      }
      await this.giveBack(0);
      this.#core.checkpoint();
    });
  }

  /** When the right to write is let go: neither free pages nor blobs of old edits pile up. */
  async tidy(repository: RepositoryId): Promise<void> {
    const { writer } = this.#core;
    if ((writer.pragma('freelist_count', { simple: true }) as number) > FREE_PAGES_ALWAYS_KEPT) await this.giveBack(FREE_SHARE);
    const orphans = writer.prepare<[number], number>('SELECT count(*) FROM blob WHERE repository = ? AND orphan = 1').pluck().get(repository) as number;
    if (orphans <= ORPHANS_ALWAYS_KEPT) return;
    const blobs = writer.prepare<[number], number>('SELECT count(*) FROM blob WHERE repository = ?').pluck().get(repository) as number;
    if (orphans > blobs * ORPHAN_SHARE) await this.deleteOrphans(repository);
  }

  /** Marks by looking at all entries: finds also blobs that a killed run stored and never used. */
  markOrphans(repository: RepositoryId): void {
    this.#core.write('Looking for unused content', (database) =>
      database
        .prepare(
          `UPDATE blob SET orphan = 1 WHERE repository = ? AND orphan = 0 AND id NOT IN
             (SELECT entry.blob FROM view JOIN entry ON entry.view = view.id WHERE view.repository = ? AND entry.blob IS NOT NULL)`,
        )
        .run(repository, repository));
  }

  deleteOrphans(repository: RepositoryId): Promise<void> {
    return this.#deleteBlobs('SELECT id FROM blob WHERE repository = ? AND orphan = 1 LIMIT ?', repository);
  }

  async #deleteBlobs(select: string, repository: RepositoryId): Promise<void> {
    for (;;) {
      const removed = this.#core.write('Removing content', (database) => {
        const ids = database.prepare<[RepositoryId, number], number>(select).pluck().all(repository, BLOBS_AT_ONCE);
        const remove = database.prepare<[number], number>('DELETE FROM blob WHERE id = ? RETURNING pack').pluck();
        const packs = new Set(ids.map((id) => remove.get(id) as number));
        const removeVectors = database.prepare(REMOVE_VECTORS);
        for (const id of ids) removeVectors.run(id, id);
        // A pack goes with the last blob in it.
        const removePack = database.prepare('DELETE FROM pack WHERE id = ? AND NOT EXISTS (SELECT 1 FROM blob WHERE pack = pack.id)');
        for (const pack of packs) removePack.run(pack);
        return ids.length;
      });
      if (removed === 0) return;
      await breathe();
    }
  }

  /** Gives free pages beyond `share` of the file back to the disk. */
  async giveBack(share: number, signal?: AbortSignal): Promise<void> {
    const { writer } = this.#core;
    const free = (): number => writer.pragma('freelist_count', { simple: true }) as number;
    const pages = writer.pragma('page_count', { simple: true }) as number;
    for (let left = free(); left > pages * share; left = free()) {
      throwIfAborted(signal);
      writer.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
      if (free() >= left) return;
      await breathe();
    }
  }
}
