import { zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../../base/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { unpackStoredFacts } from '../blocks/facts.ts';
import type { PackedTexts, PackPlace } from '../ports.ts';
import type { Core } from './core.ts';

/** Room beyond the text in the output buffer: one that ends full makes the decompressor ask for a second one. */
const SPARE_BYTES = 64;

/** Decoded texts and facts, the latest kept in memory. Both follow from a blob's content and never change. */
export class Texts {
  readonly #core: Core;
  readonly #packs = new BoundedCache<number, Buffer>(LIMITS.packCacheBytes);
  readonly #texts = new BoundedCache<BlobId, string>(LIMITS.textCacheBytes);
  readonly #facts = new BoundedCache<BlobId, Uint8Array>(LIMITS.factsCacheBytes);

  constructor(core: Core) {
    this.#core = core;
  }

  async texts(ids: readonly BlobId[]): Promise<Map<BlobId, string>> {
    const found = new Map<BlobId, string>();
    const unread: BlobId[] = [];
    for (const id of ids) {
      const known = this.#texts.get(id);
      if (known === undefined) unread.push(id);
      else found.set(id, known);
    }
    if (unread.length === 0) return found;
    const places = await this.#places(unread);
    const packs = await this.#unpacked(places);
    for (const [id, { pack, offset, length }] of places) {
      const text = (packs.get(pack) as Buffer).toString('utf8', offset, offset + length);
      this.#texts.set(id, text, text.length + 64);
      found.set(id, text);
    }
    return found;
  }

  async facts(ids: readonly BlobId[]): Promise<Map<BlobId, Uint8Array>> {
    const found = new Map<BlobId, Uint8Array>();
    const unread: BlobId[] = [];
    for (const id of ids) {
      const known = this.#facts.get(id);
      if (known === undefined) unread.push(id);
      else found.set(id, known);
    }
    if (unread.length === 0) return found;
    const rows = await this.#core.reader.bulk<[BlobId, Buffer]>(['int8', 'bytea'], 'SELECT blob, data FROM facts WHERE repository = ANY($1::int4[]) AND blob = ANY($2::int8[])', [await this.#core.ranges.repositories(unread), unread]);
    for (const [id, stored] of rows) {
      const facts = unpackStoredFacts(stored);
      this.#facts.set(id, facts, facts.length + 64);
      found.set(id, facts);
    }
    return found;
  }

  /** Packs as stored. */
  async packed(ids: readonly BlobId[]): Promise<PackedTexts> {
    const places = await this.#places(ids);
    const packs = await this.#stored(places, [...new Set([...places.values()].map(({ pack }) => pack))]);
    return { places, packs: new Map([...packs].map(([id, { data }]) => [id, data])) };
  }

  async #places(ids: readonly BlobId[]): Promise<Map<BlobId, PackPlace>> {
    const rows = await this.#core.reader.rows<[BlobId, number, number, number]>(
      'SELECT id, pack, pack_offset, pack_length FROM blob WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[])', [await this.#core.ranges.repositories(ids), ids],
    );
    return new Map(rows.map(([id, pack, offset, length]) => [id, { pack, offset, length }]));
  }

  /** Neighbours are asked for together, so a pack that was unpacked serves the next ones too. */
  async #unpacked(places: ReadonlyMap<BlobId, PackPlace>): Promise<Map<number, Buffer>> {
    const found = new Map<number, Buffer>();
    const unread: number[] = [];
    for (const pack of new Set([...places.values()].map((place) => place.pack))) {
      const known = this.#packs.get(pack);
      if (known === undefined) unread.push(pack);
      else found.set(pack, known);
    }
    for (const [id, { data, size }] of await this.#stored(places, unread)) {
      // One output buffer that is just large enough takes a quarter of the time.
      const bytes = zstdDecompressSync(data, { chunkSize: size + SPARE_BYTES });
      this.#packs.set(id, bytes, size);
      found.set(id, bytes);
    }
    return found;
  }

  async #stored(places: ReadonlyMap<BlobId, PackPlace>, packs: readonly number[]): Promise<Map<number, { data: Buffer; size: number }>> {
    if (packs.length === 0) return new Map();
    const rows = await this.#core.reader.bulk<[number, Buffer, number]>(
      ['int8', 'bytea', 'int4'], 'SELECT id, data, size FROM pack WHERE repository = ANY($1::int4[]) AND id = ANY($2::int8[])', [await this.#core.ranges.repositories([...places.keys()]), packs],
    );
    return new Map(rows.map(([id, data, size]) => [id, { data, size }]));
  }
}
