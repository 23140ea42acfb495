import { zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '../../base/mod.ts';
import { BlobSet, type BlobId, type ViewId } from '../../domain/mod.ts';
import type { Files, Place } from '../ports.ts';
import { BoundedCache } from './cache.ts';
import { collect } from './collect.ts';
import type { Core } from './core.ts';
import { unpackStoredFacts } from './facts.ts';
import { makePlan } from './plan.ts';
import { BLOB_COLUMNS, blobOf, ENTRY_COLUMNS, entryOf, type BlobRow, type EntryRow } from './rows.ts';
import { AFTER_ALL, Scopes } from './scope.ts';

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
  const blob = reader.prepare<[BlobId], BlobRow>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE id = ?`);
  const facts = reader.prepare<[BlobId], Buffer>('SELECT data FROM facts WHERE blob = ?').pluck();
  const entryAt = reader.prepare<[ViewId, string], EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE view = ? AND path = ?`).raw();
  const after = (condition: string) =>
    reader
      .prepare<[ViewId, string, string, string, number], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM entry WHERE view = ? AND path > ? AND path >= ? AND path < ? ${condition} ORDER BY path LIMIT ?`,
      )
      .raw();
  const entriesAfter = after('');
  const skippedAfter = after('AND skipped IS NOT NULL');

  return {
    plan: makePlan(core),
    scope: async (scope) => scopes.get(scope),
    blobs: async (ids) => core.read('Reading blobs', () => collect(ids, (id) => {
      const row = blob.get(id);
      return row === undefined ? undefined : blobOf(row, core.languages);
    })),
    places: async (views, ids) => core.read('Reading paths', () => places.get(views, ids)),
    entries: async (view, { after: from = '', limit, under = '', skippedOnly = false }) =>
      core.read('Listing files', () => {
        const folder = under === '' || under.endsWith('/') ? under : `${under}/`;
        return (skippedOnly ? skippedAfter : entriesAfter).all(view, from, folder, folder + AFTER_ALL, limit).map(entryOf);
      }),
    entriesAt: async (view, paths) => core.read('Reading entries', () => collect(paths, (path) => {
      const row = entryAt.get(view, path);
      return row === undefined ? undefined : entryOf(row);
    })),
    texts: async (ids) => core.read('Reading texts', () => collect(ids, (id) => texts.get(id))),
    facts: async (ids) => core.read('Reading facts', () => collect(ids, (id) => {
      const stored = facts.get(id);
      return stored === undefined ? undefined : unpackStoredFacts(stored);
    })),
  };
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

class Places {
  readonly #core: Core;
  readonly #one: (view: ViewId, id: BlobId) => EntryRow[];
  readonly #all: (view: ViewId) => EntryRow[];
  readonly #count: (view: ViewId) => number;
  readonly #counts = new Map<ViewId, { version: number; files: number }>();

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

  #files(view: ViewId): number {
    const version = this.#core.viewVersion(view);
    let known = this.#counts.get(view);
    if (known === undefined || known.version !== version) {
      known = { version, files: this.#count(view) };
      this.#counts.set(view, known);
    }
    return known.files;
  }

  get(views: readonly ViewId[], ids: readonly BlobId[]): Map<BlobId, Place[]> {
    const found = new Map<BlobId, Place[]>();
    const add = (view: ViewId, row: EntryRow): void => {
      const place = { view, entry: entryOf(row) };
      const places = found.get(row[1] as number);
      if (places === undefined) found.set(row[1] as number, [place]);
      else places.push(place);
    };
    const wanted = new BlobSet(ids);
    for (const view of views) {
      if (ids.length > this.#files(view) * SCAN_SHARE) {
        for (const row of this.#all(view)) if (wanted.has(row[1] as number)) add(view, row);
      } else for (const id of new Set(ids)) for (const row of this.#one(view, id)) add(view, row);
    }
    for (const places of found.values()) if (places.length > 1) places.sort(byPath);
    return found;
  }
}

function byPath(a: Place, b: Place): number {
  if (a.entry.path === b.entry.path) return a.view - b.view;
  return a.entry.path < b.entry.path ? -1 : 1;
}
