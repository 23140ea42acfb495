import { CodeIndexError } from '../base/mod.ts';
import type { Repository, RepositoryId } from '../domain/mod.ts';
import type { Meta, Store, StoreStatistics } from '../store/mod.ts';

/**
 * The same store with other repositories not there at all: not listed, not counted, not suggested, not searched.
 * Everything above finds repositories and views through `meta`, and what it reads by the ids that it got from there;
 * so this is where a grant holds, and no query has to remember it.
 */
export function granted(store: Store, names: readonly string[]): Store {
  const allowed = new Set(names);
  const visible = async (): Promise<readonly Repository[]> => (await store.meta.repositories()).filter(({ name }) => allowed.has(name));
  const ids = async (): Promise<readonly RepositoryId[]> => (await visible()).map(({ id }) => id);
  const require = async (id: RepositoryId): Promise<void> => {
    if (!(await ids()).includes(id)) throw new CodeIndexError('not_found', `There is no repository ${id}.`, 'List the repositories for those that there are.');
  };
  const meta: Meta = {
    repositories: visible,
    views: async (repositories) => {
      const mine = await ids();
      return store.meta.views(repositories === undefined ? mine : repositories.filter((id) => mine.includes(id)));
    },
    putRepository: async (repository) => {
      if (repository.id !== undefined) await require(repository.id);
      if (!allowed.has(repository.name)) {
        throw new CodeIndexError('forbidden', `A repository named ${JSON.stringify(repository.name)} is outside of what this caller may use.`, `Name it one of: ${names.join(', ')}.`);
      }
      return store.meta.putRepository(repository);
    },
    noteRepository: async (id, notes) => {
      await require(id);
      await store.meta.noteRepository(id, notes);
    },
    emptyRepository: async (id) => {
      await require(id);
      await store.meta.emptyRepository(id);
    },
    putView: async (view) => {
      await require(view.repository);
      return store.meta.putView(view);
    },
    removeRepository: async (id) => {
      await require(id);
      await store.meta.removeRepository(id);
    },
    removeView: async (id) => {
      if (!(await meta.views()).some((view) => view.id === id)) throw new CodeIndexError('not_found', `There is no view ${id}.`, 'List the repositories for those that there are.');
      await store.meta.removeView(id);
    },
    statistics: async (repository) => {
      if (repository !== undefined) {
        await require(repository);
        return store.meta.statistics(repository);
      }
      return sum(await Promise.all((await ids()).map((id) => store.meta.statistics(id))));
    },
    check: () => store.meta.check(),
  };
  return {
    ...store, meta,
    commit: async (delta) => {
      await require(delta.repository);
      return store.commit(delta);
    },
    copyTo: refuseCopy,
    transfer: { send: refuseCopy, receive: refuseCopy, receiveRecords: refuseCopy },
    // Whoever opened the store closes it.
    [Symbol.asyncDispose]: async () => {},
  };
}

async function refuseCopy(): Promise<never> {
  throw new CodeIndexError('forbidden', 'A copy holds every repository, and this caller may use some of them.', 'Ask an administrator of all repositories.');
}

/** The size of the database would tell about the others. */
function sum(parts: readonly StoreStatistics[]): StoreStatistics {
  const total = { files: 0, blobs: 0, sourceBytes: 0, symbols: 0, occurrences: 0, chunks: 0, vectors: 0, secrets: 0, databaseBytes: 0 };
  const languages: Record<string, { files: number; bytes: number }> = {};
  for (const part of parts) {
    for (const name of ['files', 'blobs', 'sourceBytes', 'symbols', 'occurrences', 'chunks', 'vectors', 'secrets'] as const) total[name] += part[name];
    for (const [language, { files, bytes }] of Object.entries(part.languages)) {
      const one = (languages[language] ??= { files: 0, bytes: 0 });
      one.files += files;
      one.bytes += bytes;
    }
  }
  return { ...total, languages };
}
