import path from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { Repository, View } from '../domain/mod.ts';
import { checkUrl, cloneRepository, hasCredentials, isRepositoryUrl, openLocation, repositoryNameOf, requireBranchName, resolveBranch, withoutCredentials, type Location } from '../repo/mod.ts';
import type { Store } from '../store/mod.ts';
import { expiryOf, locate, locateNamed, ownFolder, reachOf, requireGranted, requireName } from './admission.ts';
import type { Call } from './operation.ts';
import type { Service } from './service.ts';

export interface Registration {
  readonly name?: string;
  readonly branch?: readonly string[];
  readonly purpose?: string;
  readonly language?: string;
  readonly daysToKeep?: number;
  /** A repository of reference: kept for the days that the settings say where none are named. */
  readonly reference?: true;
  /** What is known under another name keeps it, and that is an error. */
  readonly exactly?: true;
}

/** One view to index, with where its files are. */
export interface Target {
  readonly repository: Repository;
  readonly view: View;
  readonly location: Location;
}

/** An addition that was looked at: where it leads, and what it will be called. */
export interface Admitted {
  /** Absolute folder, or URL. */
  readonly target: string;
  readonly name: string;
}

/**
 * Whether a folder or URL may be added, before any work is done. Errors: those of a bad path, URL, host, branch or name,
 * `conflict` where it is known under another name or the name is taken, `forbidden` for names outside of the caller's grants.
 */
export async function admit(service: Service, target: string, wanted: Registration): Promise<Admitted> {
  const store = await service.store();
  for (const branch of wanted.branch ?? []) requireBranchName(branch);
  const repositories = await store.meta.repositories();
  if (isRepositoryUrl(target)) {
    if (hasCredentials(target)) {
      throw new CodeIndexError('invalid_query', `${withoutCredentials(target)} was given with a password or a token, which would be written down with the job.`, 'Give the URL without it, and set up a git credential helper or an SSH key for the user of the server.');
    }
    await checkUrl(target, await reachOf(service, target));
    return named(service, store, repositories.find((one) => one.url === withoutCredentials(target)), target, repositoryNameOf(target), wanted);
  }
  const location = await locateNamed(service, target);
  branchesOf(location, wanted);
  const root = rootOf(location).replace(/(?<=.)[/\\]$/, '');
  return named(service, store, repositories.find((one) => one.root === root), location.root, repositoryNameOf(root), wanted);
}

async function named(service: Service, store: Store, known: Repository | undefined, target: string, usual: string, wanted: Registration): Promise<Admitted> {
  if (known !== undefined && wanted.name !== undefined && wanted.name !== known.name) throw knownOtherwise();
  if (wanted.name !== undefined) requireName(wanted.name);
  const name = known?.name ?? (await freeName(store, wanted.name ?? usual, wanted.name !== undefined));
  requireGranted(service, name);
  return { target, name };
}

/** Whoever asks may not know that other one, so it is not named. */
function knownOtherwise(): CodeIndexError {
  return new CodeIndexError('conflict', 'This is indexed already, under another name.', 'Leave the name out, or rename that repository with `repos update`.');
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
    into: ownFolder(service), name, ...(await reachOf(service, target)),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    onProgress: (text) => call.onProgress?.({ kind: 'clone', repository: name, text }),
  });
  const location = await openLocation(root);
  const repository = known === undefined ? await store.meta.putRepository({ ...describe(service, wanted), name, root: location.root, url }) : await renamed(store, known, wanted);
  return viewsFor(store, repository, location, wanted);
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
  try {
    const name = await freeName(store, wanted.name ?? repositoryNameOf(root), wanted.name !== undefined);
    return await store.meta.putRepository({ ...describe(service, wanted), name, root, url: null });
  } catch (error) {
    // Another process may have registered the same folder in between, under this name too.
    const now = await find();
    if (now !== undefined) return now;
    throw error;
  }
}

function describe(service: Service, wanted: Registration): { purpose: string | null; language: string | null; expiresAt: string | null } {
  const days = wanted.daysToKeep ?? (wanted.reference === true ? service.settings.defaultDaysToKeep : 0);
  return { purpose: wanted.purpose ?? null, language: wanted.language ?? null, expiresAt: expiryOf(days) };
}

async function renamed(store: Store, known: Repository, wanted: Registration): Promise<Repository> {
  const name = wanted.name ?? known.name;
  if (name !== known.name && wanted.exactly === true) throw knownOtherwise();
  const expiresAt = wanted.daysToKeep === undefined ? known.expiresAt : expiryOf(wanted.daysToKeep);
  const [purpose, language] = [wanted.purpose ?? known.purpose, wanted.language ?? known.language];
  if (name === known.name && purpose === known.purpose && language === known.language && expiresAt === known.expiresAt) return known;
  if (name !== known.name) await freeName(store, name, true);
  return store.meta.putRepository({ id: known.id, name, root: known.root, url: known.url, purpose, language, expiresAt });
}

/** The name itself, or with the least number that makes it unique; a name that was asked for must be free. */
export async function freeName(store: Store, name: string, exact: boolean): Promise<string> {
  requireName(name);
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
