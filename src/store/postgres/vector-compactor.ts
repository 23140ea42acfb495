import { breathe, throwIfAborted } from '../../base/mod.ts';
import type { RepositoryId } from '../../domain/mod.ts';
import { makeCells, SAMPLE_CHUNKS, type Cells } from '../vectors/cells.ts';
import { UNPLACED_SHARE, type Owner } from '../vectors/grouping.ts';
import { chunksOf, UNPLACED } from '../vectors/segment.ts';
import type { Core } from './core.ts';
import type { Lease } from './leases.ts';
import { POINTS, type Points } from './points.ts';
import type { VectorWriter } from './vector-writer.ts';

/** Blobs whose vectors are read together. */
const BLOBS_AT_ONCE = 512;

/** Keeps segments large and chunks in cells, in steps that each leave a whole database. */
export class VectorCompactor {
  readonly #core: Core;
  readonly #vectors: VectorWriter;
  readonly #cellsFrom: number;

  constructor(core: Core, vectors: VectorWriter, cellsFrom: number) {
    this.#core = core;
    this.#vectors = vectors;
    this.#cellsFrom = cellsFrom;
  }

  /** Makes cells behind what is committed meanwhile, once the repository has passed the size. */
  schedule(lease: Lease, repository: RepositoryId): void {
    lease.behind(async () => {
      for (const owner of await this.#owners(repository)) if ((await this.#isLarge(owner)) && !(await this.#hasCells(owner))) await (this.#vectors.points === null ? this.#place(lease, owner) : this.#fill(lease, owner, this.#vectors.points));
    });
  }

  async compact(lease: Lease, repository: RepositoryId, signal?: AbortSignal): Promise<void> {
    for (const owner of await this.#owners(repository)) {
      while (await lease.write(async (connection) => (await this.#vectors.compactOne(connection, owner)) && (await connection.run('UPDATE repository SET layout = layout + 1 WHERE id = $1', [repository])) > 0)) {
        throwIfAborted(signal);
        await breathe();
      }
      if (!(await this.#isLarge(owner))) continue;
      if (this.#vectors.points !== null) {
        if (!(await this.#hasCells(owner))) await this.#fill(lease, owner, this.#vectors.points, signal);
      } else if ((await this.#unplacedShare(owner)) > UNPLACED_SHARE) await this.#place(lease, owner, signal);
    }
  }

  async #owners(repository: RepositoryId): Promise<Owner[]> {
    const rows = await this.#core.database.writer.rows<[number, number]>('SELECT DISTINCT model.id, dimensions FROM vector_segment JOIN model ON model.id = vector_segment.model WHERE repository = $1', [repository]);
    return rows.map(([model, dimensions]) => ({ repository, model, dimensions }));
  }

  async #isLarge(owner: Owner): Promise<boolean> {
    const { writer } = this.#core.database;
    if ((await this.#vectors.center(writer, owner)) === null) return false;
    return (await this.#vectors.list(writer, owner)).reduce((sum, { chunks }) => sum + chunks, 0) > this.#cellsFrom;
  }

  /** Cells, or all points where the server has an index of them. */
  async #hasCells({ repository, model }: Owner): Promise<boolean> {
    const condition = this.#vectors.points === null ? 'cells IS NOT NULL' : `points = ${POINTS.complete}`;
    return (await this.#core.database.writer.rows(`SELECT 1 FROM vector_space WHERE repository = $1 AND model = $2 AND ${condition}`, [repository, model])).length > 0;
  }

  async #unplacedShare(owner: Owner): Promise<number> {
    const { writer } = this.#core.database;
    let [unplaced, all] = [0, 0];
    for (const { id, chunks } of await this.#vectors.list(writer, owner)) {
      for (const { cells } of await this.#vectors.read(writer, owner, [id])) {
        all += chunks;
        unplaced += cells === null ? chunks : cells.reduce((sum, cell) => sum + (cell === UNPLACED ? 1 : 0), 0);
      }
    }
    return unplaced / all;
  }

  /** Readers look into all chunks until every segment has its cells: the middles are written last. */
  async #place(lease: Lease, owner: Owner, signal?: AbortSignal): Promise<void> {
    const { writer } = this.#core.database;
    const { repository, model } = owner;
    const ids = (await this.#vectors.list(writer, owner)).map(({ id }) => id);
    await lease.write((connection) => connection.run('UPDATE vector_space SET cells = NULL WHERE repository = $1 AND model = $2', [repository, model]));
    const center = (await this.#vectors.center(writer, owner)) as Float32Array;
    const cells = makeCells(await this.#sample(owner, ids), center);
    for (const id of ids) {
      throwIfAborted(signal);
      await this.#placeSegment(lease, owner, id, cells);
    }
    await lease.write(async (connection) => {
      await connection.run('UPDATE vector_space SET cells = $3 WHERE repository = $1 AND model = $2', [repository, model, new Uint8Array(cells.middles.buffer)]);
      await connection.run('UPDATE repository SET layout = layout + 1 WHERE id = $1', [repository]);
    });
  }

  /** Commits add the points of what they bring from the first step on; here follow those that were there before. The index comes when there is something in it: built at once it takes a part of the time. */
  async #fill(lease: Lease, owner: Owner, points: Points, signal?: AbortSignal): Promise<void> {
    const { repository, model } = owner;
    const note = (state: number): Promise<unknown> => lease.write((connection) => connection.run('UPDATE vector_space SET points = $3 WHERE repository = $1 AND model = $2', [repository, model, state]));
    await note(POINTS.filling);
    const { writer } = this.#core.database;
    const ids = (await this.#vectors.list(writer, owner)).map(({ id }) => id);
    const blobs = (await this.#vectors.read(writer, owner, ids)).flatMap((segment) => [...segment.blobs]);
    for (let from = 0; from < blobs.length; from += BLOBS_AT_ONCE) {
      throwIfAborted(signal);
      await lease.write(async (connection) => points.add(connection, owner, await this.#vectors.vectors(connection, owner, blobs.slice(from, from + BLOBS_AT_ONCE))));
      await breathe();
    }
    await points.index(owner);
    await note(POINTS.complete);
  }

  async #placeSegment(lease: Lease, owner: Owner, id: number, cells: Cells): Promise<void> {
    const [segment] = await this.#vectors.read(this.#core.database.writer, owner, [id]);
    if (segment === undefined) return;
    const placed = new Uint8Array(chunksOf(segment)).fill(UNPLACED);
    let at = 0;
    for (let from = 0; from < segment.blobs.length; from += BLOBS_AT_ONCE) {
      const some = [...segment.blobs.subarray(from, from + BLOBS_AT_ONCE)];
      const vectors = await this.#vectors.vectors(this.#core.database.writer, owner, some);
      some.forEach((blob, index) => {
        const row = vectors.get(blob);
        if (row !== undefined) placed.set(cells.place(row, owner.dimensions), at);
        at += segment.counts[from + index] as number;
      });
      await breathe();
    }
    await lease.write(async (connection) => {
      // A commit may have joined it with others meanwhile: those are looked at as a whole until the next compaction.
      if (!(await this.#vectors.list(connection, owner)).some((row) => row.id === id)) return;
      await this.#vectors.erase(connection, owner, [id]);
      await this.#vectors.write(connection, owner, { ...segment, cells: placed });
      await connection.run('UPDATE repository SET layout = layout + 1 WHERE id = $1', [owner.repository]);
    });
  }

  /** Vectors of blobs that stand far apart. */
  async #sample(owner: Owner, ids: readonly number[]): Promise<Int8Array> {
    const { writer } = this.#core.database;
    const sample = new Int8Array(SAMPLE_CHUNKS * owner.dimensions);
    const share = Math.ceil(sample.length / ids.length);
    let at = 0;
    for (const id of ids) {
      const [segment] = await this.#vectors.read(writer, owner, [id]);
      if (segment === undefined) continue;
      const { blobs } = segment;
      const end = Math.min(sample.length, at + share);
      const step = Math.max(1, Math.floor((blobs.length * owner.dimensions) / share));
      const taken = [...blobs].filter((_, index) => index % step === 0);
      const vectors = await this.#vectors.vectors(writer, owner, taken);
      for (const blob of taken) {
        const row = vectors.get(blob);
        if (row === undefined || at >= end) continue;
        const part = row.subarray(0, Math.min(row.length, sample.length - at));
        sample.set(part, at);
        at += part.length;
      }
      await breathe();
    }
    return sample.subarray(0, at);
  }
}
