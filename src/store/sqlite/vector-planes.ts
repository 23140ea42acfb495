import type { Statement } from 'better-sqlite3';
import { LIMITS } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import type { Core } from './core.ts';
import type { BlobVectors } from './vector-blobs.ts';
import { floatsOf } from '../vectors/bits.ts';
import { Cells } from '../vectors/cells.ts';
import { Plane } from '../vectors/plane.ts';
import type { ModelRow } from './vector-rows.ts';
import { scanBits, scanWhole, type Asked, type Nearest } from '../vectors/scan.ts';
import { unpackSegment, type SegmentColumns } from '../vectors/segment.ts';

interface Held {
  readonly plane: Plane;
  readonly center: Float32Array;
  readonly cells: Cells | null;
}

/** Planes of the repositories that were asked lately, brought up to date when segments came or went. */
export class Planes {
  readonly #cellsFrom: number;
  readonly #list: Statement<[RepositoryId, number], { id: number; chunks: number }>;
  readonly #segment: Statement<[number], SegmentColumns>;
  readonly #space: Statement<[RepositoryId, number], { center: Buffer; cells: Buffer | null }>;
  readonly #own: BlobVectors;
  readonly #held = new Map<string, Held>();

  /** In a scope of more than `cellsFrom` chunks the cells choose what is looked at. */
  constructor(core: Core, own: BlobVectors, cellsFrom: number) {
    this.#cellsFrom = cellsFrom;
    this.#own = own;
    const { reader } = core;
    this.#list = reader.prepare('SELECT id, chunks FROM vector_segment WHERE repository = ? AND model = ? ORDER BY id');
    this.#segment = reader.prepare('SELECT blobs, counts, bits, cells FROM vector_segment WHERE id = ?');
    this.#space = reader.prepare('SELECT center, cells FROM vector_space WHERE repository = ? AND model = ?');
  }

  /** Adds the nearest chunks of one repository. Only inside `Core.read`. */
  scan(repository: RepositoryId, model: ModelRow, asked: Asked, best: Nearest): void {
    const held = this.#get(repository, model);
    if (held === null) return;
    const { plane, center, cells } = held;
    if (plane.whole) scanWhole(plane, asked, best);
    else {
      const scanning = scanBits(plane, asked, center, plane.chunks > this.#cellsFrom ? cells : null, (blob) => this.#compared(blob, model, asked.vector), best);
      // What is compared is read one by one here: nothing has to be loaded first.
      while (scanning.next().done !== true);
    }
  }

  #compared(blob: BlobId, model: ModelRow, vector: Int8Array): { products: Int32Array; squares: Int32Array } | undefined {
    const own = this.#own.of(blob, model);
    return own === undefined ? undefined : { products: this.#own.products(own, vector), squares: this.#own.squares(own, model.dimensions) };
  }

  #get(repository: RepositoryId, model: ModelRow): Held | null {
    const key = `${repository} ${model.id}`;
    const rows = this.#list.all(repository, model.id);
    const known = this.#held.get(key);
    this.#held.delete(key);
    if (rows.length === 0) return null;
    const held = this.#upToDate(known, rows) ?? this.#load(repository, model, rows);
    const common = held.plane.common(rows.map(({ id }) => id));
    held.plane.truncate(common);
    for (const { id } of rows.slice(common)) held.plane.append(id, unpackSegment(this.#segment.get(id) as SegmentColumns), (blob) => this.#own.of(blob, model)?.data);
    this.#held.set(key, held);
    this.#forget();
    return held;
  }

  /** The known plane where the first segments are still there and the others fit behind them. */
  #upToDate(known: Held | undefined, rows: readonly { id: number; chunks: number }[]): Held | null {
    if (known === undefined) return null;
    const common = known.plane.common(rows.map(({ id }) => id));
    // Center and cells change only together with every segment.
    if (common === 0 || rows.reduce((sum, { chunks }) => sum + chunks, 0) > known.plane.capacity) return null;
    return known;
  }

  #load(repository: RepositoryId, model: ModelRow, rows: readonly { chunks: number }[]): Held {
    const space = this.#space.get(repository, model.id);
    const chunks = rows.reduce((sum, row) => sum + row.chunks, 0);
    const plane = new Plane({ whole: space === undefined, dimensions: model.dimensions, chunks });
    const center = space === undefined ? new Float32Array(model.dimensions) : floatsOf(space.center);
    const cells = space === undefined || space.cells === null ? null : new Cells(new Int8Array(space.cells.buffer, space.cells.byteOffset, space.cells.length), center);
    return { plane, center, cells };
  }

  /** What was used least lately leaves first; the one in use stays, however large. */
  #forget(): void {
    let bytes = [...this.#held.values()].reduce((sum, { plane }) => sum + plane.bytes, 0);
    for (const [key, { plane }] of this.#held) {
      if (bytes <= LIMITS.vectorCacheBytes || this.#held.size === 1) return;
      this.#held.delete(key);
      bytes -= plane.bytes;
    }
  }
}
