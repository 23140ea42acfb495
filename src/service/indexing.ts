/** What the operations that index have in common. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { asCodeIndexError, throwIfAborted } from '../base/mod.ts';
import type { IndexSummary, Repository } from '../domain/mod.ts';
import type { EmbeddingModel } from '../embed/mod.ts';
import type { Embedding } from '../indexing/mod.ts';
import { noteFailure } from './meaning.ts';
import type { Call } from './operation.ts';
import type { Registration, Target } from './registration.ts';
import type { Service } from './service.ts';
import { isInside } from './workspace.ts';

/** Registers what is new and indexes all views of the target that were asked for. */
export async function addAndIndex(service: Service, target: string, wanted: Registration, call: Call, how: HowToIndex = {}): Promise<readonly IndexSummary[]> {
  const { register } = await import('./registration.ts');
  if (service.settings.autoCleanup) await removeExpired(service, call);
  return indexTargets(service, await register(service, target, wanted, call), call, how);
}

export async function indexTargets(service: Service, targets: readonly Target[], call: Call, how: HowToIndex = {}): Promise<readonly IndexSummary[]> {
  const [store, pool, { indexView, NOTHING_ALLOWED, readAllowedSecrets }, embedding] = await Promise.all([service.store(), service.pool(), import('../indexing/mod.ts'), embeddingOf(service)]);
  const { maskSecrets = false, secretsAllowFile } = service.settings;
  const masking = { wanted: maskSecrets, allowed: secretsAllowFile === undefined ? NOTHING_ALLOWED : readAllowedSecrets(secretsAllowFile) };
  const done: IndexSummary[] = [];
  for (const target of targets) {
    const summary = await indexView({ store, pool, embedding, masking }, target, {
      ...how,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.onProgress === undefined ? {} : { onProgress: call.onProgress }),
    });
    noteFailure(service.settings.dataDir, summary);
    service.vectorsChanged();
    done.push(summary);
  }
  return done;
}

/** Makes the symbols and vectors that are missing of what is stored, in all views; reads no files. */
export async function completeSymbols(service: Service, repository: Repository, call: Call): Promise<readonly IndexSummary[]> {
  const [store, pool, { completeView }, embedding, views] = await Promise.all([service.store(), service.pool(), import('../indexing/mod.ts'), embeddingOf(service), service.views(repository)]);
  const done: IndexSummary[] = [];
  for (const view of views) {
    const summary = await completeView({ store, pool, embedding }, { repository, view }, {
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.onProgress === undefined ? {} : { onProgress: call.onProgress }),
    });
    noteFailure(service.settings.dataDir, summary);
    service.vectorsChanged();
    done.push(summary);
  }
  return done;
}

export interface HowToIndex {
  readonly textOnly?: boolean;
  readonly only?: readonly string[];
  /** As in `IndexOptions`. */
  readonly vectors?: 'alongside' | 'none';
}

/** Who makes vectors, by the settings; null where they say `none`. */
async function embeddingOf(service: Service): Promise<Embedding | null> {
  const settings = service.settings.embedding ?? { provider: 'static' as const };
  if (settings.provider === 'none') return null;
  const { threadFileOf } = await import('../embed/mod.ts');
  return { model: async () => (await service.embedding()) as EmbeddingModel, threadFile: threadFileOf(settings) };
}

/** Brings all views of a known repository up to date; `fetch` asks the origin of a clone first. */
export async function indexKnown(service: Service, repository: Repository, how: { readonly fetch: boolean }, call: Call): Promise<readonly IndexSummary[]> {
  const { locate } = await import('./admission.ts');
  const { url } = repository;
  const away = url !== null && !existsSync(repository.root);
  const root = url !== null && (how.fetch || away) ? await fetch(service, repository, { url, away }, call) : repository.root;
  const targets: Target[] = [];
  for (const view of await service.views(repository)) targets.push({ repository, view, location: await locate(service, view.root === null || away ? root : view.root) });
  return indexTargets(service, targets, call);
}

/**
 * Asks the origin of a clone for news, and notes how that went. What is indexed is answered either way. A clone that is
 * not on this machine (`away`), because another one made it, is made here as well. Gives the folder of the clone.
 */
async function fetch(service: Service, { id, name, root }: Repository, { url, away }: { readonly url: string; readonly away: boolean }, call: Call): Promise<string> {
  const [{ cloneRepository, updateClone }, { ownFolder, reachOf }, store] = await Promise.all([import('../repo/mod.ts'), import('./admission.ts'), service.store()]);
  let folder = root;
  const note = (fetchFailure: string | null): Promise<void> => store.meta.noteRepository(id, { fetchedAt: new Date().toISOString(), fetchFailure });
  try {
    const how = {
      ...(await reachOf(service, url)),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      onProgress: (text: string) => call.onProgress?.({ kind: 'clone', repository: name, text }),
    };
    if (away) folder = await cloneRepository(url, { ...how, into: ownFolder(service), name });
    else await updateClone(root, how);
  } catch (thrown) {
    throwIfAborted(call.signal);
    const error = asCodeIndexError(thrown, `Fetching ${name}`);
    await note(`${error.message} ${error.fix}`);
    throw error;
  }
  await note(null);
  return folder;
}

export async function removeExpired(service: Service, call: Call): Promise<readonly Repository[]> {
  const { isExpired } = await import('./admission.ts');
  const now = new Date();
  const expired = (await (await service.store()).meta.repositories()).filter((one) => isExpired(one, now));
  if (expired.length > 0) await removeWhole(service, expired, call);
  return expired;
}

/** Removes every row of the repositories, their clones and uploads, and gives the space back. Folders of the user are never touched. */
export async function removeWhole(service: Service, repositories: readonly Repository[], call: Call): Promise<void> {
  const store = await service.store();
  const own = path.join(service.settings.dataDir, 'repositories');
  for (const repository of repositories) {
    await store.meta.removeRepository(repository.id);
    if (repository.root !== own && isInside(repository.root, own)) await rm(repository.root, { recursive: true, force: true });
  }
  await store.compact(call.signal === undefined ? {} : { signal: call.signal });
}
