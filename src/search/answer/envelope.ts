import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerFreshness, Coverage, Freshness, View } from '../../domain/mod.ts';
import { headOf, openLocation, type Location } from '../../repo/mod.ts';
import type { Place, Store } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';

/** What was searched and what was not, counted anew only when a repository changed. */
export async function coverageOf(resolved: Resolved): Promise<Coverage> {
  const { store, repositories, viewIds } = resolved;
  const key = [...viewIds, ...repositories.map(({ id, generation }) => `${id}:${generation}`)].join(' ');
  const known = counted.get(store);
  let counts = known?.key === key ? known : undefined;
  if (counts === undefined) {
    const [files, skipped] = await Promise.all([store.files.plan.count(viewIds), store.files.plan.skipped(viewIds)]);
    counts = { key, files, skipped: Object.fromEntries(skipped) };
    counted.set(store, counts);
  }
  return {
    repositories: repositories.map(({ name }) => name),
    filesSearched: resolved.narrowed ? resolved.within.size : counts.files,
    filesSkipped: Object.values(counts.skipped).reduce((sum, count) => sum + count, 0),
    skippedBecause: counts.skipped,
  };
}

const counted = new WeakMap<Store, { readonly key: string; readonly files: number; readonly skipped: Readonly<Record<string, number>> }>();

/** Says which repositories are not read to their end yet, lest an answer without them pass for a whole one. */
export function unreadNotes({ repositories, views }: Resolved): readonly string[] {
  const names = repositories.filter(({ id }) => views.some((view) => view.repository === id && view.indexedAt === null)).map(({ name }) => name);
  if (names.length === 0) return [];
  const shown = names.length <= NAMES_SHOWN ? names : [...names.slice(0, NAMES_SHOWN), `${names.length - NAMES_SHOWN} more`];
  return [`Not all files are read yet, and what is not read does not answer: ${shown.join(', ')}.`];
}

const NAMES_SHOWN = 5;

/** How the index stands to the files: of several views the oldest time, and the commits only where they agree. */
export async function freshnessOf(views: readonly View[]): Promise<AnswerFreshness> {
  const heads = await Promise.all(views.map(headCommit));
  const one = <T>(values: readonly T[]): T | null => (new Set(values).size === 1 ? (values[0] as T) : null);
  const times = views.flatMap(({ indexedAt }) => (indexedAt === null ? [] : [indexedAt])).sort();
  return {
    indexedCommit: one(views.map(({ commit }) => commit)),
    headCommit: one(heads),
    pendingFiles: views.reduce((sum, { pendingFiles }) => sum + pendingFiles, 0),
    pendingSymbols: views.reduce((sum, { pendingSymbols }) => sum + pendingSymbols, 0),
    indexedAt: times[0] ?? null,
  };
}

const LOCATIONS_KEPT = 256;
const locations = new Map<string, Promise<Location | null>>();

/** Where a view's git folder is does not change while it exists, and asking git costs more than a whole query. */
export async function headCommit(view: View): Promise<string | null> {
  if (view.kind !== 'worktree' || view.root === null) return view.commit;
  let location = locations.get(view.root);
  if (location === undefined) {
    if (locations.size >= LOCATIONS_KEPT) locations.clear();
    // A root that is gone has no head; its hits say `stale`, one by one.
    location = openLocation(view.root).catch(() => null);
    locations.set(view.root, location);
  }
  const found = await location;
  return found === null ? null : headOf(found).head;
}

/** How a hit stands to the file on disk now. */
export function freshnessOfPlace(place: Place, view: View | undefined): Freshness {
  if (view === undefined || view.kind !== 'worktree' || view.root === null) return 'fresh';
  const { entry } = place;
  const stat = statSync(join(view.root, entry.path), { throwIfNoEntry: false });
  // Names that are not UTF-8 stand as %XX and cannot be asked for as they are.
  if (stat === undefined) return /%[0-9A-F]{2}/.test(entry.path) ? 'fresh' : 'stale';
  if (stat.size !== entry.size || Math.abs(stat.mtimeMs - entry.mtimeMs) > 1) return 'stale';
  return entry.edited ? 'edited' : 'fresh';
}
