import type { Statement } from 'better-sqlite3';
import { BlobSet, type BlobId, type ViewId } from '../../domain/mod.ts';
import type { PathTest, Scope } from '../ports.ts';
import { BoundedCache } from './cache.ts';
import type { Core } from './core.ts';

/** Sets kept for repeated filters; one of 80,000 blobs takes 10 kB. */
const SETS_CACHE_BYTES = 8_388_608;
/** Above every path that starts with what stands before it; these characters stand in no file name. */
export const AFTER_ALL = '\u{10ffff}\u{10ffff}';

/** The blobs that filters leave over, kept until an entry of one of the views changes. */
export class Scopes {
  readonly #core: Core;
  readonly #whole: Statement<[ViewId], BlobId>;
  readonly #ofLanguage: Statement<[ViewId], [BlobId, number]>;
  readonly #paths: Statement<[ViewId, string, string], [BlobId, number, string]>;
  readonly #sets = new BoundedCache<string, { versions: string; set: BlobSet }>(SETS_CACHE_BYTES);

  constructor(core: Core) {
    this.#core = core;
    const { reader } = core;
    this.#whole = reader.prepare<[ViewId], BlobId>('SELECT blob FROM entry WHERE view = ? AND blob IS NOT NULL').pluck();
    this.#ofLanguage = reader.prepare<[ViewId], [BlobId, number]>('SELECT blob, language FROM entry WHERE view = ? AND blob IS NOT NULL').raw();
    this.#paths = reader
      .prepare<[ViewId, string, string], [BlobId, number, string]>('SELECT blob, language, path FROM entry WHERE view = ? AND path >= ? AND path < ? AND blob IS NOT NULL')
      .raw();
  }

  get(scope: Scope): BlobSet {
    return this.#core.read('Reading the files in scope', () => {
      const versions = scope.views.map((view) => this.#core.viewVersion(view)).join(' ');
      const key = keyOf(scope);
      const known = this.#sets.get(key);
      if (known !== undefined && known.versions === versions) return known.set;
      const set = new BlobSet(this.#select(scope));
      this.#sets.set(key, { versions, set }, set.size / 4 + key.length * 2 + 200);
      return set;
    });
  }

  #select(scope: Scope): BlobId[] {
    const passes = this.#languageTest(scope);
    const found: BlobId[] = [];
    for (const view of scope.views) {
      if (scope.paths.length > 0 || scope.notPaths.length > 0) this.#byPath(view, scope, passes, found);
      else if (passes !== null) {
        for (const [blob, language] of this.#ofLanguage.all(view)) if (passes(language)) found.push(blob);
      } else for (const blob of this.#whole.all(view)) found.push(blob);
    }
    return found;
  }

  #languageTest(scope: Scope): ((language: number) => boolean) | null {
    const codes = (names: readonly string[]): Set<number> =>
      new Set(names.map((name) => this.#core.languages.code(name)).filter((code) => code !== undefined));
    const wanted = scope.languages.length > 0 ? codes(scope.languages) : null;
    const unwanted = codes(scope.notLanguages);
    if (wanted === null && unwanted.size === 0) return null;
    return (language) => (wanted === null || wanted.has(language)) && !unwanted.has(language);
  }

  #byPath(view: ViewId, scope: Scope, passes: ((language: number) => boolean) | null, found: BlobId[]): void {
    const unwanted = (path: string): boolean => scope.notPaths.some((test) => test.matches(path));
    for (const [prefix, tests] of byPrefix(scope.paths)) {
      for (const [blob, language, path] of this.#paths.all(view, prefix, prefix + AFTER_ALL)) {
        if (passes !== null && !passes(language)) continue;
        if (tests !== null && !tests.some((test) => test.matches(path))) continue;
        if (!unwanted(path)) found.push(blob);
      }
    }
  }
}

/** Stretches of paths to read with the tests that hold there: one for each prefix, all tests at once where one has none. */
function byPrefix(paths: readonly PathTest[]): [string, readonly PathTest[] | null][] {
  if (paths.length === 0) return [['', null]];
  if (paths.some((test) => test.prefix === '')) return [['', paths]];
  return [...Map.groupBy(paths, (test) => test.prefix)];
}

function keyOf(scope: Scope): string {
  return JSON.stringify([
    scope.views, [...scope.languages].sort(), [...scope.notLanguages].sort(),
    scope.paths.map((test) => test.key).sort(), scope.notPaths.map((test) => test.key).sort(),
  ]);
}
