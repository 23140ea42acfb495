/** The files of a location as they are on disk now. */
import { CodeIndexError } from '../base/mod.ts';
import { Disk } from './disk.ts';
import type { FoundFile } from './found.ts';
import { listGitFiles } from './git-files.ts';
import { headOf } from './head.ts';
import type { Location } from './location.ts';
import { walk } from './walk.ts';

/**
 * Every file, sorted by the bytes of its path, with those that are left out and why. What git or an ignore file
 * ignores is not listed. Only stat data is read.
 * Errors: `unavailable` (bare or broken repository), `timeout`.
 */
export async function listFiles(location: Location, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<FoundFile[]> {
  if (location.bare) {
    throw new CodeIndexError('unavailable', `${location.root} is a bare repository: it has commits, but no files on disk.`, 'Name a branch to index its commit, or name a work tree.');
  }
  const files = location.kind === 'git' ? await listGitFiles({ ...location, ...headOf(location) }, options.signal) : await walk(new Disk(location.root), options);
  files.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return files.map((one) => one.file);
}
