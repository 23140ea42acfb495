import { LIMITS, breathe, throwIfAborted } from '../../base/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import type { FileMatcher, LineHit } from '../verify/matcher.ts';

/** Texts taken from the store at once: few at first, because a page is often full after a handful. */
export const FIRST_BATCH = 16;
export const BATCH = 128;
/** Milliseconds of a scan after which others have their turn. */
const BREATH_MILLIS = 10;

export interface FileHits {
  readonly blob: BlobId;
  readonly text: string;
  /** Distinct paths; one and the same path of several views counts once. */
  readonly places: readonly Place[];
  readonly lines: readonly LineHit[];
  /** All lines with matches; `lines` may be the first of them. */
  readonly count: number;
}

/** Blobs that may match, ascending. */
export async function candidatesOf(resolved: Resolved, matcher: FileMatcher): Promise<Uint32Array> {
  return resolved.store.trigrams.candidates(resolved.repositoryIds, matcher.plan, resolved.within);
}

/** Calls `visit` for each candidate whose text matches, in order, until `proceed` (told how many texts and characters were read) gives false. Gives how many were looked at. */
export async function verify(
  resolved: Resolved,
  matcher: FileMatcher,
  ids: ArrayLike<BlobId>,
  options: { from?: number; signal?: AbortSignal | undefined; proceed: (looked: number, chars: number) => boolean },
  visit: (id: BlobId, text: string) => void,
): Promise<number> {
  let at = options.from ?? 0;
  let chars = 0;
  let breathedAt = performance.now();
  for (let size = FIRST_BATCH; at < ids.length; size = Math.min(BATCH, size * 2)) {
    throwIfAborted(options.signal);
    const batch = Array.prototype.slice.call(ids, at, at + size) as BlobId[];
    const [texts, facts] = await Promise.all([
      resolved.store.files.texts(batch),
      matcher.needsFacts ? resolved.store.files.facts(batch) : new Map<BlobId, Uint8Array>(),
    ]);
    for (const id of batch) {
      if (!options.proceed(at, chars)) return at;
      at++;
      const text = texts.get(id);
      if (text === undefined) continue;
      // The store answers without waiting, so a long scan would hold up every other question.
      if (performance.now() - breathedAt > BREATH_MILLIS) {
        await breathe();
        throwIfAborted(options.signal);
        breathedAt = performance.now();
      }
      chars += text.length;
      matcher.reset(text, facts.get(id));
      if (matcher.matches()) visit(id, text);
    }
  }
  return at;
}

/** One place for each repository and path. */
function distinctPlaces(resolved: Resolved, places: readonly Place[]): readonly Place[] {
  if (places.length < 2) return places;
  const repositoryOf = new Map(resolved.views.map(({ id, repository }) => [id, repository]));
  const seen = new Set<string>();
  return places.filter(({ view, entry }) => {
    const key = `${repositoryOf.get(view)}:${entry.path}`;
    return seen.size < seen.add(key).size;
  });
}

/** The places of blobs within the path filters: one blob may also lie where the filters do not reach. */
export async function placesOf(resolved: Resolved, ids: readonly BlobId[]): Promise<ReadonlyMap<BlobId, readonly Place[]>> {
  const { paths, notPaths } = resolved.scope;
  const all = await resolved.store.files.places(resolved.viewIds, ids);
  const out = new Map<BlobId, readonly Place[]>();
  for (const [id, places] of all) {
    const kept = paths.length + notPaths.length === 0 ? places : places.filter(({ entry }) =>
      (paths.length === 0 || paths.some((test) => test.matches(entry.path))) && !notPaths.some((test) => test.matches(entry.path)));
    if (kept.length > 0) out.set(id, distinctPlaces(resolved, kept));
  }
  return out;
}

export function pageSize(limit: number | undefined): number {
  return Math.max(1, Math.min(limit ?? LIMITS.pageResultsDefault, LIMITS.pageResults));
}
