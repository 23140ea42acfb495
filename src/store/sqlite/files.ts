import { zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../../base/mod.ts';
import type { BlobId, BlobInfo, ViewId } from '../../domain/mod.ts';
import { AFTER_ALL, byPath } from '../paths.ts';
import type { Files, Place } from '../ports.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { collect } from './collect.ts';
import type { Core } from './core.ts';
import { unpackStoredFacts } from '../blocks/facts.ts';
import { makePlan } from './plan.ts';
import { SECRET_PROBLEM } from '../columns.ts';
import { BLOB_COLUMNS, blobOf, ENTRY_COLUMNS, entryOf, type BlobRow, type EntryRow } from './rows.ts';
import { Scopes } from './scope.ts';

/** Reading a whole view costs as much as looking up this share of its files one by one. */
const SCAN_SHARE = 0.15;

/** Room beyond the text in the output buffer: one that ends full makes the decompressor ask for a second one. */
const SPARE_BYTES = 64;

/** Paths, blobs, texts and facts. */
export function makeFiles(core: Core): Files {
  const scopes = new Scopes(core);
  const texts = new Texts(core);
  const places = new Places(core);
  const { reader } = core;
  const blobs = new Blobs(core);
  const facts = reader.prepare<[BlobId], Buffer>('SELECT data FROM facts WHERE blob = ?').pluck();
  const keptFacts = new BoundedCache<BlobId, Uint8Array>(LIMITS.factsCacheBytes);
  const entryAt = reader.prepare<[ViewId, string], EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE view = ? AND path = ?`).raw();
  const after = (condition: string) =>
    reader
      .prepare<[ViewId, string, string, string, number], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry WHERE view = ? AND path > ? AND path >= ? AND path < ? ${condition} ORDER BY path LIMIT ?`,
      )
      .raw();
  const entriesAfter = after('');
  const skippedAfter = after('AND skipped IS NOT NULL');
  const secretsAfter = after(`AND EXISTS (SELECT 1 FROM blob WHERE blob.id = entry.blob AND instr(blob.problems, '${SECRET_PROBLEM}') > 0)`);

  return {
    plan: makePlan(core),
    scope: async (scope) => scopes.get(scope),
    blobs: async (ids) => core.read('Reading blobs', () => blobs.get(ids)),
    places: async (views, ids) => core.read('Reading paths', () => places.get(views, ids)),
    entries: async (view, { after: from = '', limit, under = '', skippedOnly = false, secretsOnly = false }) =>
      core.read('Listing files', () => {
        const folder = under === '' || under.endsWith('/') ? under : `${under}/`;
        return (skippedOnly ? skippedAfter : secretsOnly ? secretsAfter : entriesAfter).all(view, from, folder, folder + AFTER_ALL, limit).map(entryOf);
      }),
    entriesAt: async (view, paths) => core.read('Reading entries', () => collect(paths, (path) => {
      const row = entryAt.get(view, path);
      return row === undefined ? undefined : entryOf(row);
    })),
    texts: async (ids) => core.read('Reading texts', () => collect(ids, (id) => texts.get(id))),
    facts: async (ids) => core.read('Reading facts', () => collect(ids, (id) => {
      const known = keptFacts.get(id);
      if (known !== undefined) return known;
      const stored = facts.get(id);
      if (stored === undefined) return undefined;
      const unpacked = unpackStoredFacts(stored);
      keptFacts.set(id, unpacked, unpacked.length + 64);
      return unpacked;
    })),
  };
}

/** Rows about blobs, kept until anybody writes: a blob's state changes when it is parsed. */
class Blobs {
  readonly #core: Core;
  readonly #row: (id: BlobId) => BlobRow | undefined;
  readonly #kept = new Map<BlobId, BlobInfo>();
  #version = -1;

  constructor(core: Core) {
    const row = core.reader.prepare<[BlobId], BlobRow>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE id = ?`);
    this.#core = core;
    this.#row = (id) => row.get(id);
  }

  get(ids: readonly BlobId[]): Map<BlobId, BlobInfo> {
    const kept = this.#kept;
    if (this.#version !== this.#core.dataVersion || kept.size > LIMITS.rowsCached) kept.clear();
    this.#version = this.#core.dataVersion;
    return collect(ids, (id) => {
      let info = kept.get(id);
      if (info !== undefined) return info;
      const row = this.#row(id);
      if (row === undefined) return undefined;
      kept.set(id, (info = blobOf(row, this.#core.languages)));
      return info;
    });
  }
}

/** Decoded texts, the latest kept in memory. A blob's text never changes. */
class Texts {
  readonly #place: (id: BlobId) => [pack: number, offset: number, length: number] | undefined;
  readonly #pack: (id: number) => [data: Buffer, size: number] | undefined;
  readonly #unpacked = new BoundedCache<number, Buffer>(LIMITS.packCacheBytes);
  readonly #kept = new BoundedCache<BlobId, string>(LIMITS.textCacheBytes);

  constructor(core: Core) {
    const place = core.reader.prepare<[BlobId], [number, number, number]>('SELECT pack, pack_offset, pack_length FROM blob WHERE id = ?').raw();
    const pack = core.reader.prepare<[number], [Buffer, number]>('SELECT data, size FROM pack WHERE id = ?').raw();
    this.#place = (id) => place.get(id);
    this.#pack = (id) => pack.get(id);
  }

  get(id: BlobId): string | undefined {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const place = this.#place(id);
    if (place === undefined) return undefined;
    const [pack, offset, length] = place;
    const text = this.#unpack(pack).toString('utf8', offset, offset + length);
    this.#kept.set(id, text, text.length + 64);
    return text;
  }

  /** Neighbours are asked for together, so a pack that was unpacked serves the next ones too. */
  #unpack(id: number): Buffer {
    const known = this.#unpacked.get(id);
    if (known !== undefined) return known;
    const [data, size] = this.#pack(id) as [Buffer, number];
    // One output buffer that is just large enough takes a quarter of the time.
    const bytes = zstdDecompressSync(data, { chunkSize: size + SPARE_BYTES });
    this.#unpacked.set(id, bytes, size);
    return bytes;
  }
}

/** What is known of one view, as long as its entries stay as they are. */
interface KnownPlaces {
  readonly version: number;
  readonly files: number;
  /** Those that were asked for, or all. */
  readonly byBlob: Map<BlobId, readonly Place[]>;
  all: boolean;
}

class Places {
  readonly #core: Core;
  readonly #one: (view: ViewId, id: BlobId) => EntryRow[];
  readonly #all: (view: ViewId) => EntryRow[];
  readonly #count: (view: ViewId) => number;
  readonly #known = new Map<ViewId, KnownPlaces>();

  constructor(core: Core) {
    this.#core = core;
    // Sorted here when there is something to sort: asking SQLite for an order makes each lookup three times as slow.
    const one = core.reader.prepare<[ViewId, BlobId], EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM entry INDEXED BY entry_blob WHERE view = ? AND blob = ?`).raw();
    const all = core.reader.prepare<[ViewId], EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE view = ? AND blob IS NOT NULL ORDER BY path`).raw();
    const count = core.reader.prepare<[ViewId], number>('SELECT count(*) FROM entry WHERE view = ? AND blob IS NOT NULL').pluck();
    this.#one = (view, id) => one.all(view, id);
    this.#all = (view) => all.all(view);
    this.#count = (view) => count.get(view) as number;
  }

  get(views: readonly ViewId[], ids: readonly BlobId[]): Map<BlobId, readonly Place[]> {
    const found = new Map<BlobId, readonly Place[]>();
    for (const view of views) {
      const known = this.#ofView(view, ids);
      for (const id of ids) {
        const places = known.get(id);
        if (places === undefined || places.length === 0) continue;
        const others = views.length === 1 ? undefined : found.get(id)?.filter((place) => place.view !== view);
        found.set(id, others === undefined ? places : [...others, ...places].sort(byPath));
      }
    }
    return found;
  }

  /** The places of at least these in one view. */
  #ofView(view: ViewId, ids: readonly BlobId[]): ReadonlyMap<BlobId, readonly Place[]> {
    const version = this.#core.viewVersion(view);
    let known = this.#known.get(view);
    if (known === undefined || known.version !== version) known = { version, files: this.#count(view), byBlob: new Map(), all: false };
    // What was asked for last stays in memory, however much it is.
    if (this.#known.delete(view) && known.byBlob.size > LIMITS.rowsCached) known = { ...known, byBlob: new Map(), all: false };
    this.#known.set(view, known);
    this.#forget();
    const { byBlob } = known;
    if (known.all) return byBlob;
    const unread = [...new Set(ids)].filter((id) => !byBlob.has(id));
    if (unread.length > known.files * SCAN_SHARE) {
      byBlob.clear();
      known.all = true;
      for (const row of this.#all(view)) {
        const places = byBlob.get(row[1] as number) as Place[] | undefined;
        if (places === undefined) byBlob.set(row[1] as number, [{ view, entry: entryOf(row) }]);
        else places.push({ view, entry: entryOf(row) });
      }
    } else for (const id of unread) byBlob.set(id, this.#one(view, id).map((row) => ({ view, entry: entryOf(row) })).sort(byPath));
    return byBlob;
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
