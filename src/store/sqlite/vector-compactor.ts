import { breathe, throwIfAborted } from '../../base/mod.ts';
import type { RepositoryId } from '../../domain/mod.ts';
import type { Core } from './core.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { makeCells, SAMPLE_CHUNKS, type Cells } from '../vectors/cells.ts';
import { UNPLACED_SHARE, type Owner } from '../vectors/grouping.ts';
import { chunksOf, UNPLACED } from '../vectors/segment.ts';
import type { Writing } from './writing.ts';

/** Blobs between two pauses: some ten milliseconds. */
const BLOBS_BETWEEN_PAUSES = 512;

/** Keeps segments large and chunks in cells, in steps that each leave a whole database. Needs the lease. */
export class VectorCompactor {
  readonly #core: Core;
  readonly #writing: Writing;
  readonly #cellsFrom: number;

  constructor(core: Core, writing: Writing, cellsFrom: number) {
    this.#core = core;
    this.#writing = writing;
    this.#cellsFrom = cellsFrom;
  }

  /** Makes cells behind what is committed meanwhile, once the repository has passed the size. */
  schedule(repository: RepositoryId): void {
    this.#core.behind('Placing vectors', async () => {
      for (const owner of this.#owners(repository)) if (this.#isLarge(owner) && !this.#hasCells(owner)) await this.#place(owner);
    });
  }

  async compact(repository: RepositoryId, signal?: AbortSignal): Promise<void> {
    for (const owner of this.#owners(repository)) {
      while (this.#segments((segments) => segments.compactOne(owner))) {
        throwIfAborted(signal);
        await breathe();
      }
      if (this.#isLarge(owner) && this.#unplacedShare(owner) > UNPLACED_SHARE) await this.#place(owner, signal);
    }
  }

  #segments<Result>(work: (segments: SegmentWriter) => Result): Result {
    return this.#writing.write('Compacting vectors', (committer) => work(committer.vectors.segments));
  }

  #owners(repository: RepositoryId): Owner[] {
    return this.#core.writer
      .prepare<[RepositoryId], { model: number; dimensions: number }>(
        'SELECT DISTINCT model, dimensions FROM vector_segment JOIN model ON model.id = vector_segment.model WHERE repository = ?',
      )
      .all(repository)
      .map((row) => ({ repository, ...row }));
  }

  #isLarge(owner: Owner): boolean {
    return this.#segments((segments) => segments.center(owner) !== null && segments.list(owner).reduce((sum, { chunks }) => sum + chunks, 0) > this.#cellsFrom);
  }

  #hasCells({ repository, model }: Owner): boolean {
    return this.#core.writer.prepare('SELECT 1 FROM vector_space WHERE repository = ? AND model = ? AND cells IS NOT NULL').get(repository, model) !== undefined;
  }

  #unplacedShare(owner: Owner): number {
    let unplaced = 0;
    let all = 0;
    for (const { id, chunks } of this.#segments((segments) => segments.list(owner))) {
      const { cells } = this.#segments((segments) => segments.read(id));
      all += chunks;
      unplaced += cells === null ? chunks : cells.reduce((sum, cell) => sum + (cell === UNPLACED ? 1 : 0), 0);
    }
    return unplaced / all;
  }

  /** Readers look into all chunks until every segment has its cells: the middles are written last. */
  async #place(owner: Owner, signal?: AbortSignal): Promise<void> {
    const ids = this.#segments((segments) => segments.list(owner)).map(({ id }) => id);
    const { repository, model } = owner;
    this.#core.write('Placing vectors', (database) => database.prepare('UPDATE vector_space SET cells = NULL WHERE repository = ? AND model = ?').run(repository, model));
    const center = this.#segments((segments) => segments.center(owner)) as Float32Array;
    const cells = makeCells(await this.#sample(owner, ids), center);
    for (const id of ids) {
      throwIfAborted(signal);
      await this.#placeSegment(owner, id, cells);
    }
    this.#core.write('Placing vectors', (database) =>
      database.prepare('UPDATE vector_space SET cells = ? WHERE repository = ? AND model = ?').run(new Uint8Array(cells.middles.buffer), repository, model));
  }

  async #placeSegment(owner: Owner, id: number, cells: Cells): Promise<void> {
    const segment = this.#segments((segments) => segments.read(id));
    const placed = new Uint8Array(chunksOf(segment)).fill(UNPLACED);
    let at = 0;
    for (let index = 0; index < segment.blobs.length; index++) {
      const row = this.#segments((segments) => segments.row(owner, segment.blobs[index] as number));
      if (row !== null) placed.set(cells.place(row, owner.dimensions), at);
      at += segment.counts[index] as number;
      if (index % BLOBS_BETWEEN_PAUSES === BLOBS_BETWEEN_PAUSES - 1) await breathe();
    }
    this.#segments((segments) => {
      // A commit may have joined it with others meanwhile: those are looked at as a whole until the next compaction.
      if (!segments.list(owner).some((row) => row.id === id)) return;
      segments.erase(id);
      segments.write(owner, { ...segment, cells: placed });
    });
  }

  /** Vectors of blobs that stand far apart. */
  async #sample(owner: Owner, ids: readonly number[]): Promise<Int8Array> {
    const sample = new Int8Array(SAMPLE_CHUNKS * owner.dimensions);
    const share = Math.ceil(sample.length / ids.length);
    let at = 0;
    for (const id of ids) {
      const { blobs } = this.#segments((segments) => segments.read(id));
      const end = Math.min(sample.length, at + share);
      const step = Math.max(1, Math.floor((blobs.length * owner.dimensions) / share));
      for (let index = 0; index < blobs.length && at < end; index += step) {
        const row = this.#segments((segments) => segments.row(owner, blobs[index] as number));
        if (row === null) continue;
        const taken = row.subarray(0, Math.min(row.length, sample.length - at));
        sample.set(taken, at);
        at += taken.length;
      }
      await breathe();
    }
    return sample.subarray(0, at);
  }
}
