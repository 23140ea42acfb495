import type { Statement } from 'better-sqlite3';
import { LIMITS } from '../../base/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import type { Core } from './core.ts';
import { OwnProducts, ownVectors, type OwnVectors } from '../vectors/own.ts';
import { MODELS_AT_ONCE } from './vector-rows.ts';

/** Whole vectors, blob by blob, the latest kept in memory. Only inside `Core.read`: nothing here waits. */
export class BlobVectors extends OwnProducts {
  readonly #core: Core;
  readonly #row: Statement<[number], Buffer>;
  #kept = new BoundedCache<number, OwnVectors>(LIMITS.blobVectorBytes);
  #version = -1;

  constructor(core: Core) {
    super();
    this.#core = core;
    this.#row = core.reader.prepare<[number], Buffer>('SELECT data FROM vector WHERE id = ?').pluck();
  }

  /** Undefined where the blob is gone or has no vectors of the model. What is kept holds until anybody writes: vectors may be replaced. */
  of(blob: BlobId, { id }: { readonly id: number }): OwnVectors | undefined {
    const key = blob * MODELS_AT_ONCE + id;
    if (this.#version !== this.#core.dataVersion) this.#kept = new BoundedCache(LIMITS.blobVectorBytes);
    this.#version = this.#core.dataVersion;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const stored = this.#row.get(key);
    if (stored === undefined) return undefined;
    const own = ownVectors(stored);
    this.#kept.set(key, own, own.data.length + 256);
    return own;
  }
}
