import { BlobSet, type BlobId, type ViewId } from '../../domain/mod.ts';
import { BoundedCache } from '../blocks/cache.ts';
import { AFTER_ALL, byPrefix, scopeKey } from '../paths.ts';
import type { Scope } from '../ports.ts';
import type { Core } from './core.ts';

/** Sets kept for repeated filters; one of 80,000 blobs takes 10 kB. */
const SETS_CACHE_BYTES = 8_388_608;
/** Entries read in one turn where paths are tested here. */
const ENTRIES_AT_ONCE = 20_000;

/** The blobs that filters leave over, kept until an entry of one of the views changes. */
export class Scopes {
  readonly #core: Core;
  readonly #sets = new BoundedCache<string, { versions: string; set: BlobSet }>(SETS_CACHE_BYTES);

  constructor(core: Core) {
    this.#core = core;
  }

  get(scope: Scope): Promise<BlobSet> {
    return this.#core.read('Reading the files in scope', async () => {
      const views = await this.#core.views(scope.views);
      const versions = scope.views.map((view) => views.get(view)?.version ?? -1).join(' ');
      const key = scopeKey(scope);
      const known = this.#sets.get(key);
      if (known !== undefined && known.versions === versions) return known.set;
      const set = new BlobSet(await this.#select(scope, [...new Set([...views.values()].map(({ repository }) => repository))]));
      this.#sets.set(key, { versions, set }, set.size / 4 + key.length * 2 + 200);
      return set;
    });
  }

  async #select(scope: Scope, repositories: readonly number[]): Promise<BlobId[]> {
    if (repositories.length === 0) return [];
    const codes = await this.#core.languages.codes([...scope.languages, ...scope.notLanguages]);
    const numbers = (names: readonly string[]): number[] => names.flatMap((name) => codes.get(name) ?? []);
    const wanted = scope.languages.length === 0 ? null : numbers(scope.languages);
    const unwanted = numbers(scope.notLanguages);
    if (scope.paths.length > 0 || scope.notPaths.length > 0) return this.#byPath(scope, repositories, wanted, unwanted);
    // One text for all ids: much quicker to read than a row for each.
    const [row] = await this.#core.reader.rows<[string | null]>(
      `SELECT string_agg(blob::text, ',') FROM entry WHERE repository = ANY($1::int4[]) AND view = ANY($2::int4[]) AND blob IS NOT NULL
         AND ($3::int4[] IS NULL OR language = ANY($3)) AND NOT language = ANY($4::int4[])`,
      [repositories, scope.views, wanted, unwanted],
    );
    return row?.[0] === null || row === undefined ? [] : row[0].split(',').map(Number);
  }

  async #byPath(scope: Scope, repositories: readonly number[], wanted: readonly number[] | null, unwanted: readonly number[]): Promise<BlobId[]> {
    const found: BlobId[] = [];
    for (const view of scope.views) {
      for (const [prefix, tests] of byPrefix(scope.paths)) {
        for await (const [path, blob] of this.#entries(view, repositories, prefix, wanted, unwanted)) {
          if (tests !== null && !tests.some((test) => test.matches(path))) continue;
          if (!scope.notPaths.some((test) => test.matches(path))) found.push(blob);
        }
      }
    }
    return found;
  }

  async *#entries(view: ViewId, repositories: readonly number[], prefix: string, wanted: readonly number[] | null, unwanted: readonly number[]): AsyncGenerator<[string, number]> {
    for (let from = prefix, first = true; ; first = false) {
      const rows = await this.#core.reader.rows<[string, number]>(
        `SELECT path, blob FROM entry WHERE repository = ANY($1::int4[]) AND view = $2 AND path ${first ? '>=' : '>'} $3 AND path < $4 AND blob IS NOT NULL
           AND ($5::int4[] IS NULL OR language = ANY($5)) AND NOT language = ANY($6::int4[]) ORDER BY path LIMIT ${ENTRIES_AT_ONCE}`,
        [repositories, view, from, prefix + AFTER_ALL, wanted, unwanted],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < ENTRIES_AT_ONCE) return;
      from = last[0];
    }
  }
}
