/** What may be indexed here, and how it is reached: asked before work is queued, and again when it is done. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodeIndexError } from '../base/mod.ts';
import type { Repository } from '../domain/mod.ts';
import { openLocation, type HostRules, type Location, type Transport } from '../repo/mod.ts';
import { LOCAL } from './caller.ts';
import type { Service } from './service.ts';
import { isInside } from './workspace.ts';

/** Where clones and uploads lie. */
export function ownFolder(service: Service): string {
  return path.join(service.settings.dataDir, 'repositories');
}

/** The place of a folder, if it may be indexed. */
export function locate(service: Service, folder: string): Promise<Location> {
  const { allowedRoots } = service.settings;
  return openLocation(folder, allowedRoots.length === 0 ? {} : { allowedRoots: [...allowedRoots, ownFolder(service)] });
}

/** A folder that somebody names, which may be another one than a folder that is indexed already. */
export async function locateNamed(service: Service, folder: string): Promise<Location> {
  requireLocalPaths(service, folder);
  const { allowedRoots } = service.settings;
  const location = await openLocation(folder, allowedRoots.length === 0 ? {} : { allowedRoots });
  await requireOwnGround(service, location.root, folder);
  return location;
}

/**
 * Whoever may use some repositories alone must not come to the others by a folder in them, or around them. They are
 * told what is told of folders outside, so that nothing can be learned from trying.
 */
async function requireOwnGround(service: Service, root: string, shown: string): Promise<void> {
  const { identity, settings, queue } = service;
  const outside = (): CodeIndexError => new CodeIndexError('path_not_allowed', `${shown} lies outside the folders that may be indexed.`, 'Add its folder to MCP_ALLOWED_ROOTS, or name a folder inside those.');
  const own = realOrSame(settings.dataDir);
  // Logs, clones and uploads of a server are nobody's source.
  if (queue !== null && isInside(root, own)) throw outside();
  if (identity.repositories === null) return;
  const whole = await service.as({ identity: LOCAL, workspace: [] }).store();
  const others = (await whole.meta.repositories()).filter(({ name }) => !identity.repositories?.includes(name));
  for (const other of [own, ...others.map((one) => one.root)]) if (isInside(root, other) || isInside(other, root)) throw outside();
}

function realOrSame(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

export function requireLocalPaths(service: Service, folder: string): void {
  if (service.settings.localPaths !== false) return;
  throw new CodeIndexError('path_not_allowed', `${JSON.stringify(folder)} is a folder of the server, and this server takes none from its callers.`, 'Give a git URL or upload an archive, or set MCP_ALLOWED_ROOTS to the folders that may be named.');
}

export interface Reach {
  readonly allow: readonly Transport[];
  readonly hosts?: HostRules;
}

/** A file URL is a folder of this machine, so it may be cloned where the folder itself may be indexed. */
export async function reachOf(service: Service, url: string): Promise<Reach> {
  const { urls } = service.settings;
  const schemes: readonly Transport[] = urls?.schemes ?? ['https', 'ssh'];
  if (!/^file:/i.test(url)) return { allow: schemes, ...(urls === undefined ? {} : { hosts: { hosts: urls.hosts, privateHosts: urls.privateHosts } }) };
  await locateNamed(service, folderOf(url));
  return { allow: [...schemes, 'file'] };
}

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new CodeIndexError('invalid_query', `${JSON.stringify(url)} names no folder of this machine.`, 'Write it as file:///path/of/the/repository.', { cause: error });
  }
}

const NAME_CHARS = 200;

/** Throws `invalid_query` for what cannot be told apart in a filter or an address. */
export function requireName(name: string): void {
  // Signs that are not seen, or that turn the text around them, make one name look like another.
  if (name.trim() !== '' && name.length <= NAME_CHARS && !/[*,\s\p{Cc}\p{Cf}\p{Cs}]|^\.{1,2}$/u.test(name)) return;
  throw new CodeIndexError('invalid_query', `A repository cannot be named ${JSON.stringify(name.slice(0, NAME_CHARS))}.`, 'Use a name without blanks, commas, stars and signs that are not seen.');
}

/** A name that the caller's grants cover; where they cover all, every name is. */
export function requireGranted(service: Service, name: string): void {
  const { repositories } = service.identity;
  if (repositories === null || repositories.includes(name)) return;
  throw new CodeIndexError('forbidden', `A repository named ${JSON.stringify(name)} is outside of what this caller may use.`, `Name it one of: ${repositories.join(', ')}.`);
}

/** When a repository expires that is kept for so many days from now. */
export function expiryOf(days: number): string | null {
  return days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString();
}

export function isExpired({ expiresAt }: Repository, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}
