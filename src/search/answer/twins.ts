/** The same code at several places answers once: copies, vendored twins, branches and work trees. Pure functions over texts. */
import type { Elsewhere, Result } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import type { ResultMaker } from './result.ts';

/** Share of their lines that two stretches have in common at least, to be nearly the same. */
const NEARLY_SAME = 0.85;
/** Shorter stretches are alike by chance; only equal ones are told once. */
const LEAST_LINES = 5;
/** Places named of one result. */
const PLACES_NAMED = 20;

/** The lines of a stretch with how often each stands there, without indentation and blank lines. */
interface Fingerprint {
  readonly lines: ReadonlyMap<string, number>;
  readonly count: number;
}

function fingerprintOf(stretch: string): Fingerprint {
  const lines = new Map<string, number>();
  let count = 0;
  for (const line of stretch.split('\n')) {
    const bare = line.trim();
    if (bare === '') continue;
    lines.set(bare, (lines.get(bare) ?? 0) + 1);
    count++;
  }
  return { lines, count };
}

function nearlySame(a: Fingerprint, b: Fingerprint): boolean {
  const most = Math.max(a.count, b.count);
  const least = most < LEAST_LINES ? most : Math.ceil(most * NEARLY_SAME);
  if (most === 0 || Math.min(a.count, b.count) < least) return false;
  let shared = 0;
  for (const [line, count] of a.lines) shared += Math.min(count, b.lines.get(line) ?? 0);
  return shared >= least;
}

/** Results in order, those that show nearly the code of one before them told by it. Results are told apart by what they are shown under too. */
export class Folded {
  readonly results: Result[] = [];
  readonly #seen: Fingerprint[] = [];

  /** Folds a result into one before it, or keeps it where `room` is left; false where it is new and there is none. */
  add(result: Result, room: number): boolean {
    const own = fingerprintOf(result.snippet);
    const twin = this.results.findIndex((other, at) => !samePlace(other, result) && other.symbol?.container === result.symbol?.container && nearlySame(this.#seen[at] as Fingerprint, own));
    if (twin < 0) {
      if (this.results.length >= room) return false;
      this.results.push(result);
      this.#seen.push(own);
      return true;
    }
    const first = this.results[twin] as Result;
    const { repository, branch, path } = result;
    const all = [...(first.alsoAt ?? []), { repository, branch, path }, ...(result.alsoAt ?? [])].filter((place) => !samePlace(place, first));
    const distinct = new Map(all.map((place) => [`${place.repository}\0${place.branch ?? ''}\0${place.path}`, place]));
    this.results[twin] = { ...first, alsoAt: [...distinct.values()].slice(0, PLACES_NAMED) };
    return true;
  }
}

function samePlace(a: Elsewhere, b: Elsewhere): boolean {
  return a.path === b.path && a.branch === b.branch && a.repository === b.repository;
}

/** The places other than the one shown, each once. */
export function elsewhere(maker: ResultMaker, shown: Place, others: readonly Place[]): Pick<Result, 'alsoAt'> {
  const placeOf = (place: Place): Elsewhere => ({ repository: maker.repositoryName(place), branch: maker.view(place)?.branch ?? null, path: place.entry.path });
  const keyOf = (place: Place): string => JSON.stringify(placeOf(place));
  const distinct = new Map(others.map((place) => [keyOf(place), place]));
  distinct.delete(keyOf(shown));
  return distinct.size === 0 ? {} : { alsoAt: [...distinct.values()].slice(0, PLACES_NAMED).map(placeOf) };
}
