import type { Statement } from 'better-sqlite3';
import { BlobSet, type BlobId, type ViewId } from '../../domain/mod.ts';
import { AFTER_ALL, byPrefix, scopeKey } from '../paths.ts';
import type { Scope } from '../ports.ts';
import { BoundedCache } from '../blocks/cache.ts';
import type { Core } from './core.ts';

/** Sets kept for repeated filters; one of 80,000 blobs takes 10 kB. */
const SETS_CACHE_BYTES = 8_388_608;

/** The blobs that filters leave over, kept until an entry of one of the views changes. */
export class Scopes {
  readonly #core: Core;
  readonly #whole: Statement<[ViewId], string>;
  readonly #ofLanguages: Statement<[ViewId, string, string], string>;
  readonly #paths: Statement<[ViewId, string, string], [BlobId, number, string]>;
  readonly #sets = new BoundedCache<string, { versions: string; set: BlobSet }>(SETS_CACHE_BYTES);

  constructor(core: Core) {
    this.#core = core;
    const { reader } = core;
    // One text for all ids: half the time of a row for each. The index holds the language too, so no table is read.
    const ids = 'SELECT json_group_array(blob) FROM entry INDEXED BY entry_blob WHERE view = ? AND blob IS NOT NULL';
    this.#whole = reader.prepare<[ViewId], string>(ids).pluck();
    this.#ofLanguages = reader
      .prepare<[ViewId, string, string], string>(
        `${ids} AND (language IN (SELECT value FROM json_each(?))) AND language NOT IN (SELECT value FROM json_each(?))`,
      )
      .pluck();
    this.#paths = reader
      .prepare<[ViewId, string, string], [BlobId, number, string]>('SELECT blob, language, path FROM entry WHERE view = ? AND path >= ? AND path < ? AND blob IS NOT NULL')
      .raw();
  }

  get(scope: Scope): BlobSet {
    return this.#core.read('Reading the files in scope', () => {
      const versions = scope.views.map((view) => this.#core.viewVersion(view)).join(' ');
      const key = scopeKey(scope);
      const known = this.#sets.get(key);
      if (known !== undefined && known.versions === versions) return known.set;
      const set = new BlobSet(this.#select(scope));
      this.#sets.set(key, { versions, set }, set.size / 4 + key.length * 2 + 200);
      return set;
    });
  }

  #select(scope: Scope): BlobId[] {
    const { wanted, unwanted } = this.#languages(scope);
    if (scope.paths.length > 0 || scope.notPaths.length > 0) return this.#byPath(scope, new Set(wanted), new Set(unwanted));
    const all = scope.languages.length === 0 && unwanted.length === 0;
    return scope.views.flatMap((view) =>
      JSON.parse((all ? this.#whole.get(view) : this.#ofLanguages.get(view, JSON.stringify(wanted), JSON.stringify(unwanted))) as string) as BlobId[]);
  }

  /** Every language is wanted where none is named. */
  #languages({ languages, notLanguages }: Scope): { wanted: number[]; unwanted: number[] } {
    const codes = (names: readonly string[]): number[] => names.map((name) => this.#core.languages.code(name)).filter((code) => code !== undefined);
    return { wanted: languages.length > 0 ? codes(languages) : this.#core.languages.codes(), unwanted: codes(notLanguages) };
  }

  #byPath(scope: Scope, wanted: ReadonlySet<number>, unwanted: ReadonlySet<number>): BlobId[] {
    const found: BlobId[] = [];
    for (const view of scope.views) {
      for (const [prefix, tests] of byPrefix(scope.paths)) {
        for (const [blob, language, path] of this.#paths.all(view, prefix, prefix + AFTER_ALL)) {
          if (!wanted.has(language) || unwanted.has(language)) continue;
          if (tests !== null && !tests.some((test) => test.matches(path))) continue;
          if (!scope.notPaths.some((test) => test.matches(path))) found.push(blob);
        }
      }
    }
    return found;
  }
}
