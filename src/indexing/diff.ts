/**
 * Ground state (files, git) against derived state (the store): what must be rewritten. Recomputed on every run,
 * so that a run may be killed, repeated or doubled without harm.
 */
import { comparePaths } from '../base/mod.ts';
import { languageOf } from '../code/mod.ts';
import type { BlobId, Entry, View } from '../domain/mod.ts';
import type { FoundFile } from '../repo/mod.ts';
import type { Store, ViewDelta } from '../store/mod.ts';

export type EntryChange = NonNullable<ViewDelta['upsert']>[number];

export interface Difference {
  /** Paths whose content the store holds already: only the entry is written. */
  readonly entries: readonly EntryChange[];
  /** Files whose content must be read. */
  readonly read: readonly FoundFile[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

const PAGE = 5_000;

/** `under` limits both sides to some paths: what a watcher saw. */
export async function difference(store: Store, view: View, found: readonly FoundFile[], only?: readonly string[]): Promise<Difference> {
  const changed: FoundFile[] = [];
  const removed: string[] = [];
  let unchanged = 0;
  let at = 0;
  // Where stat data vouch for every file, ids need not be asked for.
  const compared = view.kind !== 'worktree' || found.some((file) => file.edited && file.oid === null && file.committedOid !== null);
  for await (const entries of derived(store, view, only)) {
    const oids = await oidsOf(store, compared ? entries.filter((entry) => !entry.edited) : []);
    for (const entry of entries) {
      while (at < found.length && comparePaths((found[at] as FoundFile).path, entry.path) < 0) changed.push(found[at++] as FoundFile);
      const file = found[at];
      if (file === undefined || file.path !== entry.path) removed.push(entry.path);
      else {
        if (isUnchanged(entry, file, oids, view.kind)) unchanged++;
        else changed.push(file);
        at++;
      }
    }
  }
  while (at < found.length) changed.push(found[at++] as FoundFile);
  return { removed, unchanged, ...(await reuse(store, view, changed)) };
}

async function* derived(store: Store, view: View, only: readonly string[] | undefined): AsyncGenerator<readonly Entry[]> {
  if (only !== undefined) {
    const known = await store.files.entriesAt(view.id, only);
    yield [...known.values()].sort((a, b) => comparePaths(a.path, b.path));
    return;
  }
  let after: string | undefined;
  for (;;) {
    const page = await store.files.entries(view.id, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield page;
    if (page.length < PAGE) return;
    after = (page[page.length - 1] as Entry).path;
  }
}

async function oidsOf(store: Store, entries: readonly Entry[]): Promise<ReadonlyMap<BlobId, string>> {
  const ids = entries.flatMap((entry) => (entry.blob === null ? [] : [entry.blob]));
  const infos = await store.files.blobs(ids);
  return new Map([...infos].map(([id, info]) => [id, info.oid]));
}

/** A working tree is compared by stat, as git does it; a commit by content id. */
function isUnchanged(entry: Entry, file: FoundFile, oids: ReadonlyMap<BlobId, string>, kind: View['kind']): boolean {
  if (file.skipped !== null) return entry.skipped === file.skipped && entry.size === file.size;
  if (entry.blob === null) {
    // What reading found (binary, too large) stays found until the file changes.
    return (entry.skipped === 'binary' || entry.skipped === 'too_large') && !file.forced && entry.size === file.size && entry.mtimeMs === file.mtimeMs;
  }
  if (kind !== 'worktree') return oids.get(entry.blob) === file.oid;
  return entry.size === file.size && entry.mtimeMs === file.mtimeMs && entry.edited === isEdited(file, oids.get(entry.blob));
}

/** Stat data alone is too cautious after a copy or a touch: equal contents are no edit. `oid`: of what was read. */
export function isEdited(file: FoundFile, oid: string | undefined): boolean {
  return file.edited && (oid === undefined || file.oid !== null || file.committedOid !== oid);
}

async function reuse(store: Store, view: View, changed: readonly FoundFile[]): Promise<Pick<Difference, 'entries' | 'read'>> {
  const entries: EntryChange[] = [];
  const read: FoundFile[] = [];
  for (let from = 0; from < changed.length; from += PAGE) {
    const part = changed.slice(from, from + PAGE);
    const keys = part.flatMap((file) => {
      const language = file.oid === null ? null : languageOf(file.path);
      return language === null ? [] : [{ oid: file.oid as string, language: language.name }];
    });
    const known = keys.length === 0 ? new Map<string, BlobId>() : await store.files.plan.known(view.repository, keys);
    for (const file of part) {
      const blob = file.oid === null ? undefined : known.get(`${file.oid}:${languageOf(file.path)?.name}`);
      if (file.skipped !== null) entries.push(entryOf(file, { skipped: file.skipped }));
      else if (blob !== undefined) entries.push(entryOf(file, { blob }));
      else read.push(file);
    }
  }
  return { entries, read };
}

/** The entry to write for a file: `blob` known, `new` in the same delta, or `skipped`. */
export function entryOf(file: FoundFile, held: { blob?: BlobId; new?: number; skipped?: Entry['skipped']; size?: number; edited?: boolean }): EntryChange {
  return {
    path: file.path, size: held.size ?? file.size, mtimeMs: file.mtimeMs, edited: held.edited ?? file.edited,
    blob: held.blob ?? null, skipped: held.skipped ?? null, ...(held.new === undefined ? {} : { new: held.new }),
  };
}
