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
 * Every hit in order of repository, path and line, from `after` on. The first page reads all candidates; which files
 * match is remembered for the following ones while the index stays as it is.
 */
export async function allHits(
  resolved: Resolved,
  matcher: FileMatcher,
  options: { after: Position | null; limit: number; signal: AbortSignal | undefined; question: string },
): Promise<AllHits> {
  const { after, limit, signal } = options;
  const key = `${options.question} ${resolved.repositories.map(({ id, generation }) => `${id}:${generation}`).join(' ')}`;
  let matching = matchings.get(resolved.store)?.get(key);
  if (matching === undefined) remember(resolved.store, key, (matching = await matchingOf(resolved, matcher, signal)));
  const sideOf = (file: Matching): number => (after === null ? 1 : compare(file.repository, file.place.entry.path, after));
  const first = matching.files.findIndex((file) => sideOf(file) >= 0);
  const following = first < 0 ? [] : matching.files.slice(first);
  const page = firstOf(following, limit + (after?.line ?? 0) + 1);
  const files: (FileHits & { place: Place })[] = [];
  let room = limit;
  let next: Position | null = null;
  let more = false;
  let at = -1;
  // `verify` goes through the list in step; the same blob may stand in it at several paths.
  await verify(resolved, matcher, page.map(({ blob }) => blob), { signal, proceed: (looked) => ((at = looked), !more) }, (blob, text) => {
    const file = page[at] as Matching;
    const { place, repository, count } = file;
    const from = sideOf(file) === 0 ? startOfLine(text, (after as Position).line + 1) : 0;
    const lines = matcher.lines(room + 1, from);
    if (lines.length > room) more = true;
    const shown = lines.slice(0, room);
    room -= shown.length;
    if (shown.length === 0) return;
    files.push({ blob, text, places: [place], place, lines: shown, count });
    next = { repository, path: place.entry.path, line: new LineCounter(text).lineOf(shown[shown.length - 1]?.lineStart ?? 0) };
  });
  return { files, total: matching.total, next: more || page.length < following.length ? next : null };
}

/** A file that matches, at one of its places. */
interface Matching {
  readonly blob: BlobId;
  readonly place: Place;
  readonly repository: string;
  /** Lines with matches. */
  readonly count: number;
}

/** The files that certainly hold so many lines; the first may begin in its middle. */
function firstOf(files: readonly Matching[], lines: number): readonly Matching[] {
  let sum = 0;
  let length = 0;
  while (length < files.length && sum < lines) sum += (files[length++] as Matching).count;
  return files.slice(0, length);
}

async function matchingOf(resolved: Resolved, matcher: FileMatcher, signal: AbortSignal | undefined): Promise<{ files: readonly Matching[]; total: number }> {
  const counts = new Map<BlobId, number>();
  await verify(resolved, matcher, await candidatesOf(resolved, matcher), { signal, proceed: () => true }, (blob) => {
    const count = matcher.count();
    if (count > 0) counts.set(blob, count);
  });
  const maker = new ResultMaker(resolved);
  const files: Matching[] = [];
  let total = 0;
  for (const [blob, places] of await placesOf(resolved, [...counts.keys()])) {
    const count = counts.get(blob) as number;
    for (const place of places) files.push({ blob, place, repository: maker.repositoryName(place), count });
    total += count * places.length;
  }
  files.sort((a, b) => (a.repository === b.repository ? comparePaths(a.place.entry.path, b.place.entry.path) : a.repository < b.repository ? -1 : 1) || a.blob - b.blob);
  return { files, total };
}

function compare(repository: string, path: string, to: Position): number {
  if (repository !== to.repository) return repository < to.repository ? -1 : 1;
  return comparePaths(path, to.path);
}

/** Files that are remembered over all questions of one store: about 20 MB. */
const FILES_KEPT = 100_000;
type Known = Awaited<ReturnType<typeof matchingOf>>;
const matchings = new WeakMap<Store, Map<string, Known>>();

/** What was asked longest ago makes room. */
function remember(store: Store, key: string, matching: Known): void {
  let own = matchings.get(store);
  if (own === undefined) matchings.set(store, (own = new Map()));
  own.set(key, matching);
  let kept = [...own.values()].reduce((sum, { files }) => sum + files.length + 100, 0);
  for (const [old, { files }] of own) {
    if (kept <= FILES_KEPT) return;
    own.delete(old);
    kept -= files.length + 100;
  }
}
