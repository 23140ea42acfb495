import { CodeIndexError } from '../../base/mod.ts';
import { languageNamed } from '../../code/mod.ts';
import type { BlobSet, Filters, Repository, RepositoryId, View, ViewId } from '../../domain/mod.ts';
import type { Scope, Store } from '../../store/mod.ts';
import type { Narrowing } from '../requests.ts';
import { pathTest } from './globs.ts';
import { some, suggestion } from './nearest.ts';

/** What a request may answer from: names made into ids, filters compiled, and the blobs that are left over. */
export interface Resolved {
  readonly store: Store;
  readonly repositories: readonly Repository[];
  readonly repositoryIds: readonly RepositoryId[];
  readonly views: readonly View[];
  readonly viewIds: readonly ViewId[];
  readonly scope: Scope;
  readonly within: BlobSet;
  /** A path or language narrows the files. */
  readonly narrowed: boolean;
}

export const NO_FILTERS: Filters = { repositories: [], branches: [], paths: [], languages: [], notRepositories: [], notPaths: [], notLanguages: [] };

/** Each is held against every path. */
const PATH_FILTERS = 50;

/** Errors: `not_indexed` (nothing there), `not_found` (an unknown repository or branch), `invalid_query` (an unknown language). */
export async function resolve(store: Store, narrowing: Narrowing, filters: Filters = NO_FILTERS): Promise<Resolved> {
  const all = await store.meta.repositories();
  if (all.length === 0) {
    throw new CodeIndexError('not_indexed', 'Nothing is indexed yet.', 'Run `code-index index` in a repository first.');
  }
  const chosen = chooseRepositories(all, narrowing, filters);
  const allViews = await store.meta.views(chosen.map(({ id }) => id));
  const views = chooseViews(allViews, all, narrowing, filters);
  const [languages, paths] = [narrowing.languages ?? [], narrowing.paths ?? []];
  const known = await languageNames(store, [...languages, ...filters.languages, ...filters.notLanguages]);
  const named = (list: readonly string[]): string[] => list.map((name) => languageOfName(name, known));
  const both = (one: readonly string[], two: readonly string[]): string[] => {
    if (one.length === 0 || two.length === 0) return [...one, ...two];
    const shared = one.filter((name) => two.includes(name));
    // Two filters that exclude each other leave no language over; no file has the empty one.
    return shared.length > 0 ? shared : [''];
  };
  const given = paths.length + filters.paths.length + filters.notPaths.length;
  if (given > PATH_FILTERS) throw new CodeIndexError('invalid_query', `The query has ${given} path filters.`, `Give at most ${PATH_FILTERS}; a glob takes choices: {a,b}.`);
  const tests = [paths, filters.paths].filter((list) => list.length > 0).map((list) => list.map(pathTest));
  const [one, two] = tests;
  const scope: Scope = {
    views: views.map(({ id }) => id),
    languages: both(named(languages), named(filters.languages)),
    notLanguages: named(filters.notLanguages),
    paths: one === undefined || two === undefined ? (one ?? []) : one.flatMap((a) => two.map((b) => ({
      key: `${a.key}&${b.key}`, prefix: a.prefix.length >= b.prefix.length ? a.prefix : b.prefix, matches: (path: string) => a.matches(path) && b.matches(path),
    }))),
    notPaths: filters.notPaths.map(pathTest),
  };
  return {
    store, repositories: chosen.filter(({ id }) => views.some((view) => view.repository === id)), repositoryIds: chosen.map(({ id }) => id),
    views, viewIds: scope.views, scope, within: await store.files.scope(scope),
    narrowed: scope.languages.length + scope.notLanguages.length + scope.paths.length + scope.notPaths.length > 0,
  };
}

function chooseRepositories(all: readonly Repository[], narrowing: Narrowing, filters: Filters): readonly Repository[] {
  const asked = [narrowing.repositories ?? [], filters.repositories].filter((list) => list.length > 0);
  let chosen = all;
  const purpose = narrowing.purpose;
  if (purpose !== undefined) {
    chosen = all.filter((one) => one.purpose?.toLowerCase() === purpose.toLowerCase());
    if (chosen.length === 0) {
      const purposes = [...new Set(all.flatMap((one) => (one.purpose === null ? [] : [one.purpose])))];
      throw new CodeIndexError('not_found', `No repository has the purpose "${purpose}".`, suggestion(purpose, purposes, purposes.length === 0 ? 'Give a repository one with `code-index update <name> --purpose`.' : `There are ${some(purposes, 8)}.`));
    }
  } else if (asked.length === 0) {
    const own = new Set((narrowing.workspace ?? []).map(({ repository }) => repository));
    const inWorkspace = all.filter(({ name }) => own.has(name));
    if (inWorkspace.length > 0) chosen = inWorkspace;
  }
  for (const list of asked) {
    const wanted = new Set(list.flatMap((name) => named(all, name)).map(({ id }) => id));
    chosen = chosen.filter(({ id }) => wanted.has(id));
  }
  const excluded = new Set(filters.notRepositories.flatMap((name) => named(all, name)).map(({ id }) => id));
  return chosen.filter(({ id }) => !excluded.has(id));
}

/** By whole name, by the end of one (`curl` for `github.com/curl/curl`), or by a pattern with `*`. */
function named(all: readonly Repository[], name: string): readonly Repository[] {
  if (name === '*') return all;
  const wanted = name.toLowerCase();
  const exact = all.filter((one) => one.name === name || one.root === name);
  if (exact.length > 0) return exact;
  const test = wanted.includes('*') ? pathTest(`/${wanted}`) : null;
  const found = all.filter((one) => {
    const own = one.name.toLowerCase();
    return own === wanted || own.endsWith(`/${wanted}`) || (test?.matches(own) ?? false);
  });
  if (found.length > 0) return found;
  const names = all.map((one) => one.name);
  throw new CodeIndexError('not_found', `No repository is called "${name}".`, suggestion(name, names, `Indexed are ${some(names, 8)}.`));
}

function chooseViews(views: readonly View[], all: readonly Repository[], narrowing: Narrowing, filters: Filters): readonly View[] {
  const asked = [narrowing.branches ?? [], filters.branches].filter((list) => list.length > 0);
  if (asked.length > 0) {
    let chosen = views;
    for (const list of asked) {
      for (const branch of list) {
        if (views.some((view) => isBranch(view, branch))) continue;
        const names = [...new Set(views.flatMap((view) => (view.branch === null ? [] : [view.branch])))];
        throw new CodeIndexError('not_found', `No branch "${branch}" is indexed.`, suggestion(branch, names, `Index it with \`code-index index --branch ${branch}\`.`));
      }
      chosen = chosen.filter((view) => list.some((branch) => isBranch(view, branch)));
    }
    return chosen;
  }
  const own = new Set((narrowing.repositories ?? []).length > 0 ? [] : (narrowing.workspace ?? []).flatMap(({ view }) => (view === undefined ? [] : [view])));
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const workspace = new Set((narrowing.workspace ?? []).map(({ repository }) => repository));
  return [...new Set(views.map(({ repository }) => repository))].flatMap((repository) => {
    const mine = views.filter((view) => view.repository === repository);
    const named = mine.filter(({ id }) => own.has(id));
    if (named.length > 0 && workspace.has(names.get(repository) ?? '')) return named;
    // What is on disk speaks for a repository; other branches answer when they are named.
    const worktrees = mine.filter(({ kind }) => kind === 'worktree');
    return worktrees.length > 0 ? worktrees : mine;
  });
}

function isBranch(view: View, branch: string): boolean {
  return branch === '*' || view.branch === branch || view.commit === branch || (branch.length >= 7 && (view.commit?.startsWith(branch) ?? false));
}

async function languageNames(store: Store, asked: readonly string[]): Promise<readonly string[]> {
  if (asked.every((name) => languageNamed(name) !== null)) return [];
  return Object.keys((await store.meta.statistics()).languages);
}

function languageOfName(name: string, stored: readonly string[]): string {
  const language = languageNamed(name);
  if (language !== null) return language.name;
  const found = stored.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new CodeIndexError('invalid_query', `No language is called "${name}".`, suggestion(name, stored, `Indexed are ${some(stored, 12)}.`));
}
