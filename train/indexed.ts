import { mkdirSync } from 'node:fs';
import type { StaticModel } from '../src/embed/mod.ts';
import { indexView, openThreads } from '../src/indexing/mod.ts';
import { openLocation } from '../src/repo/mod.ts';
import { openStore, type Store } from '../src/store/mod.ts';

/** A repository to index: its name, and the folder of its files. */
export interface Indexed {
  readonly name: string;
  readonly folder: string;
}

/** Opens the store in `dataDir` with these repositories indexed, vectors and all; what an earlier run indexed is not read again. */
export async function openIndexed(dataDir: string, repositories: readonly Indexed[], model: StaticModel, modelFile: URL): Promise<Store> {
  mkdirSync(dataDir, { recursive: true });
  const store = await openStore('sqlite:', { dataDir });
  await using pool = openThreads();
  const embedding = { model: () => Promise.resolve(model), threadFile: modelFile.href };
  for (const { name, folder } of repositories) {
    const location = await openLocation(folder);
    const repository = (await store.meta.repositories()).find((each) => each.name === name) ??
      (await store.meta.putRepository({ name, root: location.root, url: null, purpose: null, language: null, expiresAt: null }));
    const view = (await store.meta.views([repository.id]))[0] ??
      (await store.meta.putView({ repository: repository.id, kind: 'worktree', branch: null, root: location.root, commit: null }));
    const { vectorsFailure } = await indexView({ store, pool, embedding }, { repository, view, location });
    if (vectorsFailure !== null) throw new Error(vectorsFailure);
  }
  return store;
}
