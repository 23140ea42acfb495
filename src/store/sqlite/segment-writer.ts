import type { Database, Statement } from 'better-sqlite3';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import { centerOf, floatsOf } from '../vectors/bits.ts';
import { MODELS_AT_ONCE } from './vector-rows.ts';
import { DEAD_SHARE, FAN, segmentOf, SEGMENT_CHUNKS_MOST, tierOf, type Owner } from '../vectors/grouping.ts';
import { chunksOf, joinSegments, packSegment, unpackSegment, type Segment, type SegmentColumns } from '../vectors/segment.ts';

/** Keeps the segments of vectors (vector-segment.ts). Every method runs inside one transaction of the caller. */
export class SegmentWriter {
  readonly #wholeChunks: number;
  readonly #list: Statement<[RepositoryId, number], { id: number; chunks: number }>;
  readonly #get: Statement<[number], SegmentColumns>;
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #center: Statement<[RepositoryId, number], Buffer>;
  readonly #putCenter: Statement;
  readonly #row: Statement<[number], Buffer>;
  readonly #lives: Statement<[number], number>;

  constructor(database: Database, wholeChunks: number) {
    this.#wholeChunks = wholeChunks;
    this.#list = database.prepare('SELECT id, chunks FROM vector_segment WHERE repository = ? AND model = ? ORDER BY id');
    this.#get = database.prepare('SELECT blobs, counts, bits, cells FROM vector_segment WHERE id = ?');
    this.#insert = database.prepare('INSERT INTO vector_segment (repository, model, chunks, blobs, counts, bits, cells) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#delete = database.prepare('DELETE FROM vector_segment WHERE id = ?');
    this.#center = database.prepare<[RepositoryId, number], Buffer>('SELECT center FROM vector_space WHERE repository = ? AND model = ?').pluck();
    this.#putCenter = database.prepare('INSERT INTO vector_space (repository, model, center) VALUES (?, ?, ?)');
    this.#row = database.prepare<[number], Buffer>('SELECT data FROM vector WHERE id = ?').pluck();
    this.#lives = database.prepare<[number], number>('SELECT 1 FROM blob WHERE id = ?').pluck();
  }

  list({ repository, model }: Owner): { id: number; chunks: number }[] {
    return this.#list.all(repository, model);
  }

  read(id: number): Segment {
    return unpackSegment(this.#get.get(id) as SegmentColumns);
  }

  /** A segment without chunks is not written. */
  write({ repository, model }: Owner, segment: Segment): void {
    const { blobs, counts, bits, cells } = packSegment(segment);
    const chunks = chunksOf(segment);
    if (chunks > 0) this.#insert.run(repository, model, chunks, blobs, counts, bits, cells);
  }

  erase(id: number): void {
    this.#delete.run(id);
  }

  center({ repository, model }: Owner): Float32Array | null {
    const stored = this.#center.get(repository, model);
    return stored === undefined ? null : floatsOf(stored);
  }

  /** Adds blobs that stand in no segment yet. */
  add(owner: Owner, fresh: ReadonlyMap<BlobId, Int8Array>): void {
    if (fresh.size === 0) return;
    const center = this.center(owner);
    this.write(owner, segmentOf(owner, fresh, center));
    if (center === null && this.list(owner).reduce((sum, { chunks }) => sum + chunks, 0) > this.#wholeChunks) this.#makeBits(owner);
    this.#joinLast(owner);
  }

  /** From now on bits choose: the center is fixed, so that bits of old and new chunks can be compared. */
  #makeBits(owner: Owner): void {
    const rows = new Map<BlobId, Int8Array>();
    for (const { id } of this.list(owner)) {
      for (const blob of this.read(id).blobs) {
        const row = this.row(owner, blob);
        if (row !== null) rows.set(blob, row);
      }
      this.erase(id);
    }
    const center = centerOf([...rows.values()], owner.dimensions);
    this.#putCenter.run(owner.repository, owner.model, new Uint8Array(center.buffer));
    this.write(owner, segmentOf(owner, rows, center));
  }

  /** All vectors of a blob; null where it is gone. */
  row({ model }: Owner, blob: BlobId): Int8Array | null {
    const data = this.#row.get(blob * MODELS_AT_ONCE + model);
    return data === undefined ? null : new Int8Array(data.buffer, data.byteOffset, data.length);
  }

  /** Joins the last segments while `FAN` of them are of the last one's size or smaller. What stands before them stays as it is in every reader. */
  #joinLast(owner: Owner): void {
    for (;;) {
      const segments = this.list(owner);
      const tier = tierOf(segments.at(-1)?.chunks ?? 0);
      let from = segments.length;
      while (from > 0 && tierOf((segments[from - 1] as { chunks: number }).chunks) <= tier) from--;
      const last = segments.slice(from);
      if (last.length < FAN || last.reduce((sum, { chunks }) => sum + chunks, 0) > SEGMENT_CHUNKS_MOST) return;
      this.join(owner, last.map(({ id }) => id));
    }
  }

  /** Writes some segments as one, without the blobs that are gone. */
  join(owner: Owner, ids: readonly number[]): void {
    const joined = joinSegments(ids.map((id) => this.read(id)), (blob) => this.#lives.get(blob) !== undefined);
    for (const id of ids) this.erase(id);
    this.write(owner, joined);
  }

  /** Writes the segments anew that hold one of the blobs. */
  remove(owner: Owner, gone: (blob: BlobId) => boolean): void {
    for (const { id } of this.list(owner)) {
      const segment = this.read(id);
      if (!segment.blobs.some(gone)) continue;
      this.erase(id);
      this.write(owner, joinSegments([segment], (blob) => !gone(blob)));
    }
  }

  /** One step of compaction: joins neighbours that fit into one, or writes one anew that holds much that is gone. False when nothing is left to do. */
  compactOne(owner: Owner): boolean {
    const segments = this.list(owner);
    for (let from = 0; from < segments.length; from++) {
      let to = from;
      let chunks = 0;
      while (to < segments.length && chunks + (segments[to] as { chunks: number }).chunks <= SEGMENT_CHUNKS_MOST) chunks += (segments[to++] as { chunks: number }).chunks;
      if (to - from > 1) {
        this.join(owner, segments.slice(from, to).map(({ id }) => id));
        return true;
      }
      const { id, chunks: all } = segments[from] as { id: number; chunks: number };
      const { blobs, counts } = this.read(id);
      let dead = 0;
      blobs.forEach((blob, at) => { if (this.#lives.get(blob) === undefined) dead += counts[at] as number; });
      if (dead > all * DEAD_SHARE) {
        this.join(owner, [id]);
        return true;
      }
    }
    return false;
  }
}
