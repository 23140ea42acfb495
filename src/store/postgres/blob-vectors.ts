import { LIMITS } from '../../base/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { OwnProducts, ownVectors, type OwnVectors } from '../vectors/own.ts';
import type { Core } from './core.ts';
import type { ModelRow } from './vector-writer.ts';

/** Whole vectors, blob by blob, the latest kept in memory until their repository changes. */
export class BlobVectors extends OwnProducts {
  readonly #core: Core;
  readonly #kept = new BoundedCache<string, { readonly generation: number; readonly own: OwnVectors }>(LIMITS.blobVectorBytes);

  constructor(core: Core) {
    super();
    this.#core = core;
  }

  /** Those that have vectors of the model; the others are absent. */
  async load(blobs: readonly BlobId[], { id }: ModelRow): Promise<Map<BlobId, OwnVectors>> {
    const { ranges, reader } = this.#core;
    const owners = await ranges.repositories(blobs);
    const stands = await this.#core.stands(owners);
    const generationOf = (blob: BlobId): number => stands.get(ranges.ownerOf(blob) ?? -1)?.generation ?? -1;
    const found = new Map<BlobId, OwnVectors>();
    const unread: BlobId[] = [];
    for (const blob of new Set(blobs)) {
      const kept = this.#kept.get(`${blob} ${id}`);
      if (kept !== undefined && kept.generation === generationOf(blob)) found.set(blob, kept.own);
      else unread.push(blob);
    }
    if (unread.length === 0) return found;
    const rows = await reader.bulk<[BlobId, Buffer]>(['int8', 'bytea'], 'SELECT blob, data FROM blob_vectors WHERE repository = ANY($1::int4[]) AND blob = ANY($2::int8[]) AND model = $3', [owners, unread, id]);
    for (const [blob, data] of rows) {
      const vectors = ownVectors(data);
      found.set(blob, vectors);
      this.#kept.set(`${blob} ${id}`, { generation: generationOf(blob), own: vectors }, data.length + 300);
    }
    return found;
  }
}
