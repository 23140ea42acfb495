import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodeIndexError } from '../base/mod.ts';
import type { Repository, View } from '../domain/mod.ts';
import { cloneRepository, isRepositoryUrl, openLocation, repositoryNameOf, resolveBranch, withoutCredentials, type Location, type Transport } from '../repo/mod.ts';
import type { Store } from '../store/mod.ts';
import type { Call } from './operation.ts';
import type { Service } from './service.ts';

export interface Registration {
  readonly name?: string;
  readonly branch?: readonly string[];
  readonly purpose?: string;
  readonly language?: string;
  readonly daysToKeep?: number;
}

/** One view to index, with where its files are. */
export interface Target {
  readonly repository: Repository;
  readonly view: View;
  readonly location: Location;
}

/** Finds or creates the repository and the views that a folder or a git URL stands for. */
export async function register(service: Service, target: string, wanted: Registration, call: Call): Promise<readonly Target[]> {
  const store = await service.store();
  if (isRepositoryUrl(target)) return registerUrl(service, store, target, wanted, call);
  const location = await locate(service, target);
  return viewsFor(store, await repositoryAt(service, store, location, wanted), location, wanted);
}

async function registerUrl(service: Service, store: Store, target: string, wanted: Registration, call: Call): Promise<readonly Target[]> {
  const url = withoutCredentials(target);
  const known = (await store.meta.repositories()).find((one) => one.url === url);
  const name = known?.name ?? (await freeName(store, wanted.name ?? repositoryNameOf(url), wanted.name !== undefined));
  const root = await cloneRepository(target, {
    into: path.join(service.settings.dataDir, 'repositories'), name, allow: await transportsFor(service, target),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    onProgress: (text) => call.onProgress?.({ kind: 'clone', repository: name, text }),
  });
  const location = await openLocation(root);
  const repository = known === undefined ? await store.meta.putRepository({ ...describe(service, wanted), name, root: location.root, url }) : await renamed(store, known, wanted);
  return viewsFor(store, repository, location, wanted);
}

/** A file URL is a folder of this machine, so it may be cloned where the folder itself may be indexed. */
export async function transportsFor(service: Service, url: string): Promise<readonly Transport[]> {
  if (!/^file:/i.test(url)) return ['https', 'ssh'];
  if (service.settings.allowedRoots.length > 0) await openLocation(fileURLToPath(url), { allowedRoots: service.settings.allowedRoots });
  return ['https', 'ssh', 'file'];
}

/** The place of a folder, if it may be indexed. */
export function locate(service: Service, folder: string): Promise<Location> {
  const { allowedRoots, dataDir } = service.settings;
  return openLocation(folder, allowedRoots.length === 0 ? {} : { allowedRoots: [...allowedRoots, path.join(dataDir, 'repositories')] });
}

/** All work trees of a repository share one root, the one of the main work tree, so that they share what is indexed. */
function rootOf(location: Location): string {
  if (location.commonDir === null || location.top === null || !location.worktree) return location.root;
  const main = path.basename(location.commonDir) === '.git' ? path.dirname(location.commonDir) : location.commonDir;
  return path.join(main, location.prefix);
}

async function repositoryAt(service: Service, store: Store, location: Location, wanted: Registration): Promise<Repository> {
  const root = rootOf(location).replace(/(?<=.)[/\\]$/, '');
  const find = async (): Promise<Repository | undefined> => (await store.meta.repositories()).find((one) => one.root === root);
  const known = await find();
  if (known !== undefined) return renamed(store, known, wanted);
  const name = await freeName(store, wanted.name ?? repositoryNameOf(root), wanted.name !== undefined);
  try {
    return await store.meta.putRepository({ ...describe(service, wanted), name, root, url: null });
  } catch (error) {
    // Another process may have registered the same folder in between.
    const now = await find();
    if (now !== undefined) return now;
    throw error;
  }
}

function describe(service: Service, wanted: Registration): { purpose: string | null; language: string | null; expiresAt: string | null } {
  const days = wanted.daysToKeep ?? (wanted.purpose === undefined ? 0 : service.settings.defaultDaysToKeep);
  return {
    purpose: wanted.purpose ?? null, language: wanted.language ?? null,
    expiresAt: days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString(),
  };
}

async function renamed(store: Store, known: Repository, wanted: Registration): Promise<Repository> {
  const name = wanted.name ?? known.name;
  const expiresAt = wanted.daysToKeep === undefined ? known.expiresAt : new Date(Date.now() + wanted.daysToKeep * 86_400_000).toISOString();
  const [purpose, language] = [wanted.purpose ?? known.purpose, wanted.language ?? known.language];
  if (name === known.name && purpose === known.purpose && language === known.language && expiresAt === known.expiresAt) return known;
  if (name !== known.name) await freeName(store, name, true);
  return store.meta.putRepository({ id: known.id, name, root: known.root, url: known.url, purpose, language, expiresAt });
}

/** The name itself, or with the least number that makes it unique; a name that was asked for must be free. */
async function freeName(store: Store, name: string, exact: boolean): Promise<string> {
  if (name.trim() === '' || /[*,\s]/.test(name)) {
    throw new CodeIndexError('invalid_query', `A repository cannot be named ${JSON.stringify(name)}.`, 'Use a name without blanks, commas and stars.');
  }
  const taken = new Map((await store.meta.repositories()).map((one) => [one.name, one.root]));
  if (!taken.has(name)) return name;
  if (exact) {
    throw new CodeIndexError('conflict', `The name ${JSON.stringify(name)} belongs to the repository at ${taken.get(name)}.`, 'Choose another --name, or remove that repository first.');
  }
  for (let number = 2; ; number++) {
    if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
  }
}

async function viewsFor(store: Store, repository: Repository, location: Location, wanted: Registration): Promise<readonly Target[]> {
  const views = await store.meta.views([repository.id]);
  const targets: Target[] = [];
  const add = async (known: View | undefined, create: { kind: View['kind']; branch: string | null; root: string | null }): Promise<void> => {
    const view = known ?? (await store.meta.putView({ repository: repository.id, commit: null, ...create }));
    targets.push({ repository, view, location });
  };
  if (!location.bare) {
    await add(views.find((one) => one.kind === 'worktree' && one.root === location.root), { kind: 'worktree', branch: location.branch, root: location.root });
  }
  for (const branch of branchesOf(location, wanted)) {
    await resolveBranch(location, branch);
    await add(views.find((one) => one.kind === 'branch' && one.branch === branch), { kind: 'branch', branch, root: null });
  }
  return targets;
}

function branchesOf(location: Location, wanted: Registration): readonly string[] {
  const branches = [...new Set(wanted.branch ?? [])];
  if (branches.length > 0 && location.kind !== 'git') {
    throw new CodeIndexError('invalid_query', `${location.root} has no branches: it is no git repository.`, 'Leave --branch out.');
  }
  if (!location.bare || branches.length > 0) return branches;
  if (location.branch === null) {
    throw new CodeIndexError('invalid_query', `The bare repository ${location.root} has no files of its own.`, 'Name what to index with --branch.');
  }
  return [location.branch];
}
