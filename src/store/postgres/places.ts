import { LIMITS } from '../../base/mod.ts';
import type { BlobId, ViewId } from '../../domain/mod.ts';
import { byPath } from '../paths.ts';
import type { Place } from '../ports.ts';
import type { Core } from './core.ts';
import { ENTRY_COLUMNS, entryOf, type EntryRow } from './rows.ts';

/** What is known of one view, as long as its entries stay as they are. */
interface KnownPlaces {
  readonly version: number;
  /** Of those that were asked for. */
  readonly byBlob: Map<BlobId, readonly Place[]>;
}

/** Where blobs are. */
export class Places {
  readonly #core: Core;
  readonly #known = new Map<ViewId, KnownPlaces>();

  constructor(core: Core) {
    this.#core = core;
  }

  async get(views: readonly ViewId[], ids: readonly BlobId[]): Promise<Map<BlobId, readonly Place[]>> {
    const found = new Map<BlobId, readonly Place[]>();
    if (views.length === 0 || ids.length === 0) return found;
    const stands = await this.#core.views(views);
    const kept = new Map<ViewId, KnownPlaces>();
    const unread = new Set<BlobId>();
    for (const [view, { version }] of stands) {
      let known = this.#known.get(view);
      if (known === undefined || known.version !== version || known.byBlob.size > LIMITS.rowsCached) known = { version, byBlob: new Map() };
      // What was asked for last stays in memory, however much it is.
      this.#known.delete(view);
      this.#known.set(view, known);
      kept.set(view, known);
      for (const id of ids) if (!known.byBlob.has(id)) unread.add(id);
    }
    if (unread.size > 0) await this.#read(kept, [...new Set([...stands.values()].map(({ repository }) => repository))], unread);
    this.#forget();
    for (const id of ids) {
      const places = [...kept.values()].flatMap(({ byBlob }) => byBlob.get(id) ?? []);
      if (places.length > 0) found.set(id, places.sort(byPath));
    }
    return found;
  }

  async #read(kept: ReadonlyMap<ViewId, KnownPlaces>, repositories: readonly number[], ids: ReadonlySet<BlobId>): Promise<void> {
    const rows = await this.#core.reader.rows<[ViewId, ...EntryRow]>(
      `SELECT view, ${ENTRY_COLUMNS} FROM entry WHERE repository = ANY($1::int4[]) AND view = ANY($2::int4[]) AND blob = ANY($3::int8[])`, [repositories, [...kept.keys()], [...ids]],
    );
    const found = Map.groupBy(rows, ([view]) => view);
    for (const [view, { byBlob }] of kept) {
      const places = Map.groupBy((found.get(view) ?? []).map(([, ...row]): Place => ({ view, entry: entryOf(row) })), ({ entry }) => entry.blob as BlobId);
      for (const id of ids) byBlob.set(id, places.get(id) ?? []);
    }
  }

  /** Views that were not asked lately leave when there are too many places of all. */
  #forget(): void {
    let size = 0;
    for (const { byBlob } of this.#known.values()) size += byBlob.size;
    for (const [view, { byBlob }] of this.#known) {
      if (size <= LIMITS.rowsCached || this.#known.size === 1) return;
      this.#known.delete(view);
      size -= byBlob.size;
    }
  }
}
