import { breathe } from '../../base/mod.ts';
import type { RepositoryId, ViewId } from '../../domain/mod.ts';
import { viewKindCode } from '../codes.ts';
import type { Committer } from './commit.ts';
import type { Core } from './core.ts';
import type { Lease, Leases } from './leases.ts';

/** Blobs whose rows are deleted in one transaction: a few ten milliseconds. */
const BLOBS_AT_ONCE = 1_000;
const BLOCKS_AT_ONCE = 8;
/** Blobs that no entry needs are kept up to this share, so that switching back to a branch costs nothing. */
const ORPHAN_SHARE = 0.1;
const ORPHANS_ALWAYS_KEPT = 256;

/** Removes what nobody needs, in steps that each leave a whole database. Space goes back to the tables by PostgreSQL's own vacuum. */
export class Garbage {
  readonly #core: Core;
  readonly #committer: Committer;

  constructor(core: Core, committer: Committer) {
    this.#core = core;
    this.#committer = committer;
  }

  /** The repository is gone for every reader at once; its rows follow, and after a kill when the next lease is taken. */
  removeRepository(leases: Leases, id: RepositoryId): Promise<void> {
    return leases.during('removing a repository', id, async (lease) => {
      await lease.idle();
      await lease.write(async (connection) => {
        await connection.run('DELETE FROM view WHERE repository = $1', [id]);
        await connection.run('UPDATE repository SET name = NULL, generation = generation + 1, layout = layout + 1 WHERE id = $1', [id]);
      });
      await this.#finishRemoval(lease, id);
    });
  }

  async removeView(leases: Leases, id: ViewId): Promise<void> {
    const [owner] = await this.#core.database.writer.rows<[RepositoryId]>('SELECT repository FROM view WHERE id = $1', [id]);
    if (owner === undefined) return;
    const [repository] = owner;
    await leases.during('removing a view', repository, async (lease) => {
      await lease.idle();
      await lease.write(async (connection) => {
        await connection.run('DELETE FROM entry WHERE repository = $1 AND view = $2', [repository, id]);
        await connection.run('DELETE FROM view WHERE id = $1', [id]);
        await connection.run('UPDATE repository SET generation = generation + 1 WHERE id = $1', [repository]);
      });
      await this.markOrphans(lease, repository);
      await this.deleteOrphans(lease, repository);
    });
  }

  /** What a killed process left half removed or half merged of what the lease covers. */
  async finishRemovals(lease: Lease): Promise<void> {
    const { writer } = this.#core.database;
    const gone = await writer.rows<[RepositoryId]>('SELECT id FROM repository WHERE name IS NULL AND ($1::int4 IS NULL OR id = $1)', [lease.repository]);
    for (const [id] of gone) await this.#finishRemoval(lease, id);
    const halfMade = await writer.rows<[number, RepositoryId]>('SELECT id, repository FROM block WHERE NOT ready AND ($1::int4 IS NULL OR repository = $1)', [lease.repository]);
    for (const [id, repository] of halfMade) await lease.write((connection) => this.#committer.removeBlocks(connection, repository, [id]));
  }

  async #finishRemoval(lease: Lease, id: RepositoryId): Promise<void> {
    await this.#removeContents(lease, id);
    await lease.write(async (connection) => {
      await connection.run('DELETE FROM blob_range WHERE repository = $1', [id]);
      await connection.run('DELETE FROM repository WHERE id = $1', [id]);
    });
    await this.#forgetModels();
  }

  /** Blocks, entries, texts, facts and vectors. */
  async #removeContents(lease: Lease, repository: RepositoryId): Promise<void> {
    const blocks = (await this.#core.database.writer.rows<[number]>('SELECT id FROM block WHERE repository = $1', [repository])).map(([id]) => id);
    for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) await lease.write((connection) => this.#committer.removeBlocks(connection, repository, blocks.slice(at, at + BLOCKS_AT_ONCE)));
    await lease.write(async (connection) => {
      await connection.run('DELETE FROM entry WHERE repository = $1', [repository]);
      await connection.run('DELETE FROM vector_segment WHERE repository = $1', [repository]);
      await connection.run('DELETE FROM vector_space WHERE repository = $1', [repository]);
      await this.#committer.vectors.points?.removeModels(connection, repository, 0);
    });
    await this.#deleteBlobs(lease, repository, '');
  }

  /** A model without any vector gives its number back. */
  async #forgetModels(): Promise<void> {
    await this.#core.database.writer.run(
      'DELETE FROM model WHERE NOT EXISTS (SELECT 1 FROM blob WHERE embedded = model.id) AND NOT EXISTS (SELECT 1 FROM vector_segment WHERE model = model.id)',
    );
  }

  /** A killed run leaves views without entries; asking again goes on from there. What deleted rows held is overwritten by the vacuum that follows. */
  emptyRepository(leases: Leases, id: RepositoryId): Promise<void> {
    return leases.during('emptying a repository', id, async (lease) => {
      await lease.idle();
      await lease.write(async (connection) => {
        await connection.run('DELETE FROM entry WHERE repository = $1', [id]);
        await connection.run(
          'UPDATE view SET version = version + 1, commit_id = CASE WHEN kind = $2 THEN commit_id END, indexed = NULL, pending_files = 0, pending_symbols = 0 WHERE repository = $1', [id, viewKindCode('commit')],
        );
        await connection.run('UPDATE repository SET generation = generation + 1, layout = layout + 1 WHERE id = $1', [id]);
      });
      await this.#removeContents(lease, id);
    });
  }

  /** When the right to write is let go: blobs of old edits do not pile up. */
  async tidy(lease: Lease, repository: RepositoryId): Promise<void> {
    const [row] = await this.#core.database.writer.rows<[number]>('SELECT count(*) FROM blob WHERE repository = $1 AND orphan', [repository]);
    const orphans = row?.[0] ?? 0;
    if (orphans <= ORPHANS_ALWAYS_KEPT) return;
    const [all] = await this.#core.database.writer.rows<[number]>('SELECT count(*) FROM blob WHERE repository = $1', [repository]);
    if (orphans > (all?.[0] ?? 0) * ORPHAN_SHARE) await this.deleteOrphans(lease, repository);
  }

  /** Marks by looking at all entries: finds also blobs that a killed run stored and never used. */
  async markOrphans(lease: Lease, repository: RepositoryId): Promise<void> {
    await lease.write((connection) => connection.run(
      `UPDATE blob SET orphan = true WHERE repository = $1 AND NOT orphan AND NOT EXISTS (
         SELECT 1 FROM entry WHERE entry.repository = $1 AND entry.view IN (SELECT id FROM view WHERE repository = $1) AND entry.blob = blob.id)`, [repository],
    ));
  }

  deleteOrphans(lease: Lease, repository: RepositoryId): Promise<void> {
    return this.#deleteBlobs(lease, repository, 'AND orphan');
  }

  async #deleteBlobs(lease: Lease, repository: RepositoryId, condition: string): Promise<void> {
    for (;;) {
      const removed = await lease.write(async (connection) => {
        const rows = await connection.rows<[number, number]>(
          `DELETE FROM blob WHERE repository = $1 AND id IN (SELECT id FROM blob WHERE repository = $1 ${condition} ORDER BY id LIMIT ${BLOBS_AT_ONCE}) RETURNING id, pack`, [repository],
        );
        if (rows.length === 0) return 0;
        const ids = rows.map(([id]) => id);
        await connection.run('DELETE FROM facts WHERE repository = $1 AND blob = ANY($2::int8[])', [repository, ids]);
        await connection.run('DELETE FROM blob_vectors WHERE repository = $1 AND blob = ANY($2::int8[])', [repository, ids]);
        await this.#committer.vectors.points?.remove(connection, repository, ids);
        // A pack goes with the last blob in it.
        await connection.run(
          'DELETE FROM pack WHERE repository = $1 AND id = ANY($2::int8[]) AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.repository = $1 AND blob.pack = pack.id)', [repository, [...new Set(rows.map(([, pack]) => pack))]],
        );
        return rows.length;
      });
      if (removed === 0) return;
      await breathe();
    }
  }
}
