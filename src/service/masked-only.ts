import type { RepositoryId, View, ViewId } from '../domain/mod.ts';
import type { Store } from '../store/mod.ts';

/**
 * The same store in which a repository that was stored with its secrets in the open seems never to have been read: its
 * name and views are there with all files pending, its files are not, until an index run has forgotten what was stored
 * and read it anew.
 * Everything else is found by ids of files and blobs, which nobody gets from here.
 */
export function maskedOnly(store: Store): Store {
  // `masked` never goes back, so what is in here stays true; who is not in here is asked about anew.
  const masked = new Set<RepositoryId>();
  const owners = new Map<ViewId, RepositoryId>();
  // How many files wait to be read anew, counted once: nothing writes to them before they are forgotten.
  const waiting = new Map<ViewId, Promise<number>>();
  const learn = async (): Promise<void> => {
    for (const repository of await store.meta.repositories()) if (repository.masked) masked.add(repository.id);
  };
  const isShown = async (view: ViewId): Promise<boolean> => {
    const known = owners.get(view);
    if (known !== undefined && masked.has(known)) return true;
    await learn();
    for (const { id, repository } of await store.meta.views()) owners.set(id, repository);
    const owner = owners.get(view);
    return owner !== undefined && masked.has(owner);
  };
  const shown = async (views: readonly ViewId[]): Promise<readonly ViewId[]> => {
    const flags = await Promise.all(views.map(isShown));
    return flags.every((flag) => flag) ? views : views.filter((_, at) => flags[at]);
  };
  const { meta, files } = store;
  const unread = async (view: View): Promise<View> => {
    const count = waiting.get(view.id) ?? files.plan.count([view.id]);
    waiting.set(view.id, count);
    count.catch(() => waiting.delete(view.id));
    return { ...view, commit: view.kind === 'commit' ? view.commit : null, indexedAt: null, pendingFiles: await count };
  };
  return {
    ...store,
    meta: {
      ...meta,
      views: async (repositories) => {
        const views = await meta.views(repositories);
        if (views.some(({ repository }) => !masked.has(repository))) await learn();
        return Promise.all(views.map((view) => (masked.has(view.repository) ? view : unread(view))));
      },
    },
    files: {
      ...files,
      scope: async (scope) => files.scope({ ...scope, views: await shown(scope.views) }),
      places: async (views, ids) => files.places(await shown(views), ids),
      entries: async (view, options) => ((await isShown(view)) ? files.entries(view, options) : []),
      entriesAt: async (view, paths) => ((await isShown(view)) ? files.entriesAt(view, paths) : new Map()),
      plan: {
        ...files.plan,
        skipped: async (views) => files.plan.skipped(await shown(views)),
        count: async (views) => files.plan.count(await shown(views)),
      },
    },
  };
}
