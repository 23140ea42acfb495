import { LIMITS } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import { floatsOf } from '../vectors/bits.ts';
import { Cells } from '../vectors/cells.ts';
import type { OwnVectors } from '../vectors/own.ts';
import { Plane } from '../vectors/plane.ts';
import { compareBlob, scanBits, scanWhole, type Asked, type Nearest } from '../vectors/scan.ts';
import { unpackSegment, type Segment } from '../vectors/segment.ts';
import { Replaced, type Core } from './core.ts';
import type { BlobVectors } from './blob-vectors.ts';
import type { Points } from './points.ts';
import type { ModelRow } from './vector-writer.ts';

interface Held {
  readonly plane: Plane;
  readonly center: Float32Array;
  readonly cells: Cells | null;
  /** Layout of the repository when the plane was last brought up to date. */
  layout: number;
  /** Scans under way: what they look at stays. */
  scans: number;
}

interface Listed {
  readonly id: number;
  readonly chunks: number;
}

/** Segments read in one statement: some ten megabytes of bits at most. */
const SEGMENTS_AT_ONCE = 8;
/** Blobs whose vectors are read in one statement. */
const BLOBS_AT_ONCE = 2_000;

/** Planes of the repositories that were asked lately, brought up to date when segments came or went. */
export class Planes {
  readonly #core: Core;
  readonly #own: BlobVectors;
  readonly #cellsFrom: number;
  readonly #held = new Map<string, Held>();
  /** Planes are brought up to date one after the other, so that nothing is loaded twice. */
  #turn: Promise<unknown> = Promise.resolve();

  readonly #points: Points | null;

  constructor(core: Core, own: BlobVectors, cellsFrom: number, points: Points | null) {
    this.#points = points;
    this.#core = core;
    this.#own = own;
    this.#cellsFrom = cellsFrom;
  }

  /** Adds the nearest chunks of some repositories. Only inside `Core.read`. */
  async scan(repositories: readonly RepositoryId[], model: ModelRow, asked: Asked, best: Nearest): Promise<void> {
    const stands = await this.#core.stands(repositories);
    const indexed = await this.#nearPoints([...stands.keys()], model, asked, best);
    for (const [repository, { layout }] of stands) {
      if (indexed.has(repository)) continue;
      const held = await this.#inTurn(() => this.#get(repository, model, layout));
      if (held === null) continue;
      held.scans++;
      try {
        await this.#scanOne(held, model, asked, best);
      } finally {
        held.scans--;
      }
    }
  }

  /** Asks the index of points about those repositories that have all of theirs in it; gives these. */
  async #nearPoints(repositories: readonly RepositoryId[], model: ModelRow, asked: Asked, best: Nearest): Promise<ReadonlySet<RepositoryId>> {
    const complete = (await this.#points?.complete(this.#core.reader, repositories, model.id)) ?? new Set<RepositoryId>();
    if (this.#points === null || complete.size === 0) return complete;
    const ofThese = async (blobs: readonly BlobId[]): Promise<BlobId[]> => {
      await this.#core.ranges.repositories(blobs);
      return blobs.filter((blob) => complete.has(this.#core.ranges.ownerOf(blob) ?? -1));
    };
    // A narrow scope is compared as a whole: the nearest of all may lie outside of it.
    const blobs = asked.within.size <= BLOBS_AT_ONCE
      ? await ofThese(asked.within.toArray())
      : (await this.#points.nearest({ model: model.id, dimensions: model.dimensions }, [...complete], asked.vector, asked.limit)).filter((blob) => asked.within.has(blob));
    for (const [blob, own] of await this.#own.load(blobs, model)) compareBlob(blob, this.#own.products(own, asked.vector), this.#own.squares(own, model.dimensions), asked.vector, best);
    return complete;
  }

  async #scanOne({ plane, center, cells }: Held, model: ModelRow, asked: Asked, best: Nearest): Promise<void> {
    if (plane.whole) return scanWhole(plane, asked, best);
    let loaded: ReadonlyMap<BlobId, OwnVectors> = new Map();
    const compared = (blob: BlobId): { products: Int32Array; squares: Int32Array } | undefined => {
      const own = loaded.get(blob);
      return own === undefined ? undefined : { products: this.#own.products(own, asked.vector), squares: this.#own.squares(own, model.dimensions) };
    };
    for (const next of scanBits(plane, asked, center, plane.chunks > this.#cellsFrom ? cells : null, compared, best)) loaded = await this.#own.load(next, model);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #get(repository: RepositoryId, model: ModelRow, layout: number): Promise<Held | null> {
    const key = `${repository} ${model.id}`;
    const known = this.#held.get(key);
    if (known !== undefined && known.layout >= layout) return this.#keep(key, known);
    const rows = (await this.#core.reader.rows<[number, number]>('SELECT id, chunks FROM vector_segment WHERE repository = ANY($1::int4[]) AND model = $2 ORDER BY id', [[repository], model.id]))
      .map(([id, chunks]): Listed => ({ id, chunks }));
    this.#held.delete(key);
    if (rows.length === 0) return null;
    const ids = rows.map(({ id }) => id);
    const kept = known === undefined ? 0 : known.plane.common(ids);
    const held = known !== undefined && (await this.#serves(known, kept, rows)) ? known : await this.#empty(repository, model, rows);
    const common = held.plane.common(ids);
    held.plane.truncate(common);
    for (let at = common; at < ids.length; at += SEGMENTS_AT_ONCE) await this.#append(repository, model, held.plane, ids.slice(at, at + SEGMENTS_AT_ONCE));
    held.layout = layout;
    return this.#keep(key, held);
  }

  /** Whether the first segments are still there, the others fit behind them, and nobody looks at what would go. Center and cells change only together with every segment. */
  async #serves({ plane, scans }: Held, common: number, rows: readonly Listed[]): Promise<boolean> {
    return common > 0 && rows.reduce((sum, { chunks }) => sum + chunks, 0) <= plane.capacity && (scans === 0 || common === plane.segments);
  }

  async #empty(repository: RepositoryId, { id, dimensions }: ModelRow, rows: readonly Listed[]): Promise<Held> {
    const [space] = await this.#core.reader.rows<[Buffer, Buffer | null]>('SELECT center, cells FROM vector_space WHERE repository = $1 AND model = $2', [repository, id]);
    const plane = new Plane({ whole: space === undefined, dimensions, chunks: rows.reduce((sum, { chunks }) => sum + chunks, 0) });
    const center = space === undefined ? new Float32Array(dimensions) : floatsOf(space[0]);
    const stored = space?.[1] ?? null;
    return { plane, center, cells: stored === null ? null : new Cells(new Int8Array(stored.buffer, stored.byteOffset, stored.length), center), layout: -1, scans: 0 };
  }

  async #append(repository: RepositoryId, model: ModelRow, plane: Plane, ids: readonly number[]): Promise<void> {
    const rows = await this.#core.reader.bulk<[number, Buffer, Buffer, Buffer, Buffer | null]>(['int8', 'bytea', 'bytea', 'bytea', 'bytea'], 'SELECT id, blobs, counts, bits, cells FROM vector_segment WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[]) ORDER BY id', [[repository], ids]);
    if (rows.length !== ids.length) throw new Replaced('a segment of vectors is gone');
    for (const [id, blobs, counts, bits, cells] of rows) {
      const segment = unpackSegment({ blobs, counts, bits, cells });
      // Bits were made while the list was read: the plane is for whole vectors, or the other way round.
      if (plane.whole !== (segment.bits.length === 0)) throw new Replaced('bits of vectors have been made');
      const whole = plane.whole ? await this.#whole(segment, model) : new Map<BlobId, OwnVectors>();
      plane.append(id, segment, (blob) => whole.get(blob)?.data);
    }
  }

  async #whole({ blobs }: Segment, model: ModelRow): Promise<Map<BlobId, OwnVectors>> {
    const found = new Map<BlobId, OwnVectors>();
    for (let at = 0; at < blobs.length; at += BLOBS_AT_ONCE) for (const [blob, own] of await this.#own.load([...blobs.subarray(at, at + BLOBS_AT_ONCE)], model)) found.set(blob, own);
    return found;
  }

  /** The one in use stays, however large; what was used least lately leaves first. */
  #keep(key: string, held: Held): Held {
    this.#held.delete(key);
    this.#held.set(key, held);
    let bytes = [...this.#held.values()].reduce((sum, { plane }) => sum + plane.bytes, 0);
    for (const [other, { plane }] of this.#held) {
      if (bytes <= LIMITS.vectorCacheBytes || this.#held.size === 1) break;
      this.#held.delete(other);
      bytes -= plane.bytes;
    }
    return held;
  }
}
