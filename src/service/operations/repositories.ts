import { CodeIndexError } from '../../base/mod.ts';
import type { IndexSummary } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';
import { addAndIndex, indexKnown, removeExpired, removeWhole } from '../indexing.ts';

export interface RepositoryLine {
  readonly name: string;
  readonly root: string;
  readonly url: string | null;
  readonly purpose: string | null;
  readonly language: string | null;
  readonly branches: readonly string[];
  readonly files: number;
  readonly indexedAt: string | null;
  readonly expiresAt: string | null;
}

export const listOperation: Operation<Record<string, never>, { readonly repositories: readonly RepositoryLine[] }> = {
  name: 'repos list',
  title: 'List repositories',
  text: 'Lists the indexed repositories.',
  effect: 'read',
  fields: {},
  async run(service) {
    const store = await service.store();
    const repositories = await store.meta.repositories();
    return {
      repositories: await Promise.all(repositories.map(async (one) => {
        const views = await store.meta.views([one.id]);
        const { files } = await store.meta.statistics(one.id);
        return {
          name: one.name, root: one.root, url: one.url, purpose: one.purpose, language: one.language,
          branches: [...new Set(views.flatMap((view) => (view.branch === null ? [] : [view.branch])))],
          files, indexedAt: views.map((view) => view.indexedAt ?? '').sort().at(-1) || null, expiresAt: one.expiresAt,
        };
      })),
    };
  },
};

export interface AddInput {
  readonly path?: string;
  readonly url?: string;
  readonly name?: string;
  readonly language?: string;
  readonly purpose?: string;
  readonly daysToKeep?: number;
  readonly branch?: readonly string[];
}

export interface IndexedAnswer {
  readonly repositories: readonly IndexSummary[];
}

export const addOperation: Operation<AddInput, IndexedAnswer> = {
  name: 'repos add',
  title: 'Add a reference repository',
  text: 'Registers a folder or clones a git URL, and indexes it.',
  effect: 'write',
  fields: {
    path: { kind: 'text', position: 'one', text: 'folder, or a git URL' },
    url: { kind: 'text', only: 'tool', text: 'git URL' },
    name: { kind: 'text', text: 'what to call it; default: the folder' },
    language: { kind: 'text', flag: 'lang', text: 'chief language' },
    purpose: { kind: 'text', text: 'what it is kept for' },
    daysToKeep: { kind: 'integer', least: 1, most: 36_500, text: 'removed afterwards' },
    branch: { kind: 'texts', only: 'command', text: 'branch to index beside the working tree; may be repeated' },
  },
  async run(service, input, call) {
    const target = input.url ?? input.path;
    if (target === undefined) throw new CodeIndexError('invalid_query', 'No repository was named.', 'Give a path or a git URL.');
    return { repositories: await addAndIndex(service, target, input, call) };
  },
};

export interface NameInput {
  readonly name: string;
}

const NAME = { name: { kind: 'text', required: true, position: 'one', text: 'name of the repository' } } as const;

export const updateOperation: Operation<NameInput, IndexedAnswer> = {
  name: 'repos update',
  title: 'Update a repository',
  text: 'Fetches a cloned repository and indexes what changed.',
  effect: 'write',
  fields: NAME,
  async run(service, input, call) {
    return { repositories: await indexKnown(service, await service.repository(input.name), { fetch: true }, call) };
  },
};

export interface RemovedAnswer {
  readonly removed: readonly string[];
}

export const removeOperation: Operation<NameInput, RemovedAnswer> = {
  name: 'repos remove',
  title: 'Remove a repository',
  text: 'Removes a repository from the index, with its clone where there is one. Source folders are never touched.',
  effect: 'admin',
  fields: NAME,
  async run(service, input, call) {
    const repository = await service.repository(input.name);
    await removeWhole(service, [repository], call);
    return { removed: [repository.name] };
  },
};

export const cleanupOperation: Operation<Record<string, never>, RemovedAnswer> = {
  name: 'repos gc',
  title: 'Clean up',
  text: 'Removes expired repositories and gives unused space back.',
  effect: 'admin',
  fields: {},
  async run(service, _input, call) {
    const expired = await removeExpired(service, call);
    if (expired.length === 0) await removeWhole(service, [], call);
    return { removed: expired.map((one) => one.name) };
  },
};

export const reindexOperation: Operation<{ readonly repository?: string }, IndexedAnswer> = {
  name: 'reindex',
  title: 'Index again',
  text: 'Compares repositories with what is indexed and rewrites the difference.',
  effect: 'write',
  fields: { repository: { kind: 'text', position: 'one', flag: 'repo', text: 'default: all' } },
  async run(service, input, call) {
    const store = await service.store();
    const repositories = input.repository === undefined || input.repository === '*' ? await store.meta.repositories() : [await service.repository(input.repository)];
    const done: IndexSummary[] = [];
    for (const repository of repositories) done.push(...(await indexKnown(service, repository, { fetch: false }, call)));
    return { repositories: done };
  },
};
