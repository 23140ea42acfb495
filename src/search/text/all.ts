import { comparePaths } from '../../base/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import type { Place, Store } from '../../store/mod.ts';
import { LineCounter, startOfLine } from '../answer/lines.ts';
import { ResultMaker } from '../answer/result.ts';
import type { Resolved } from '../scope/resolve.ts';
import type { FileMatcher } from '../verify/matcher.ts';
import { candidatesOf, placesOf, verify, type FileHits } from './collect.ts';

export interface Position {
  readonly repository: string;
  readonly path: string;
  readonly line: number;
}

export interface AllHits {
  /** In order of repository, path and line; each with the one place that it is shown at. */
  readonly files: readonly (FileHits & { readonly place: Place })[];
  readonly total: number;
  /** The last line given, where more follow. */
  readonly next: Position | null;
}

/**
 * Every hit in order of repository, path and line, from `after` on. The total counts all files on the first page and is
 * remembered for the following ones while the index stays as it is.
 */
export async function allHits(
  resolved: Resolved,
  matcher: FileMatcher,
  options: { after: Position | null; limit: number; signal: AbortSignal | undefined; question: string },
): Promise<AllHits> {
  const totalKey = `${options.question} ${resolved.repositories.map(({ id, generation }) => `${id}:${generation}`).join(' ')}`;
  const known = options.after === null ? undefined : totals.get(resolved.store)?.get(totalKey);
  const order = await inOrder(resolved, await candidatesOf(resolved, matcher), known === undefined ? null : options.after);
  const maker = new ResultMaker(resolved);
  const files: (FileHits & { place: Place })[] = [];
  let total = 0;
  let room = options.limit;
  let next: Position | null = null;
  let more = false;
  let at = -1;
  const ids = order.map(({ blob }) => blob);
  // `verify` goes through the list in step; the same blob may stand in it at several paths.
  await verify(resolved, matcher, ids, { signal: options.signal, proceed: (looked) => ((at = looked), known === undefined || !more) }, (blob, text) => {
    const { place } = order[at] as Ordered;
    const count = matcher.count();
    total += count;
    if (more || count === 0) return;
    const repository = maker.repositoryName(place);
    const after = options.after;
    const side = after === null ? 1 : compare(repository, place.entry.path, after);
    if (side < 0) return;
    const from = side === 0 ? startOfLine(text, (after as Position).line + 1) : 0;
    const lines = matcher.lines(room + 1, from);
    if (lines.length > room) more = true;
    const shown = lines.slice(0, room);
    room -= shown.length;
    if (shown.length === 0) return;
    files.push({ blob, text, places: [place], place, lines: shown, count });
    next = { repository, path: place.entry.path, line: new LineCounter(text).lineOf(shown[shown.length - 1]?.lineStart ?? 0) };
  });
  if (known === undefined) remember(resolved.store, totalKey, total);
  return { files, total: known ?? total, next: more ? next : null };
}

interface Ordered {
  readonly blob: BlobId;
  readonly place: Place;
}

async function inOrder(resolved: Resolved, ids: Uint32Array, after: Position | null): Promise<Ordered[]> {
  const places = await placesOf(resolved, [...ids]);
  const maker = new ResultMaker(resolved);
  const order: (Ordered & { readonly repository: string })[] = [];
  for (const [blob, all] of places) for (const place of all) order.push({ blob, place, repository: maker.repositoryName(place) });
  order.sort((a, b) => (a.repository === b.repository ? comparePaths(a.place.entry.path, b.place.entry.path) : a.repository < b.repository ? -1 : 1) || a.blob - b.blob);
  return after === null ? order : order.filter(({ repository, place }) => compare(repository, place.entry.path, after) >= 0);
}

function compare(repository: string, path: string, to: Position): number {
  if (repository !== to.repository) return repository < to.repository ? -1 : 1;
  return comparePaths(path, to.path);
}

const TOTALS_KEPT = 64;
const totals = new WeakMap<Store, Map<string, number>>();

function remember(store: Store, key: string, total: number): void {
  let own = totals.get(store);
  if (own === undefined) totals.set(store, (own = new Map()));
  if (own.size >= TOTALS_KEPT) own.delete(own.keys().next().value as string);
  own.set(key, total);
}
