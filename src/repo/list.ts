/** The files of a location as they are on disk now. */
import { CodeIndexError } from '../base/mod.ts';
import { Disk } from './disk.ts';
import type { FoundFile } from './found.ts';
import { listGitFiles } from './git-files.ts';
import { headOf } from './head.ts';
import type { Location } from './location.ts';
import { bytesOfText } from './names.ts';
import { OnlyPaths } from './only.ts';
import { walk } from './walk.ts';

/**
 * Every file, sorted as `comparePaths` sorts, with those that are left out and why. What git or an ignore file ignores
 * is not listed. Only stat data is read. With `only`, what is at these paths (as an earlier listing named them).
 * Errors: `unavailable` (bare or broken repository), `timeout`.
 */
export async function listFiles(location: Location, options: { readonly signal?: AbortSignal | undefined; readonly only?: readonly string[] } = {}): Promise<FoundFile[]> {
  const { signal } = options;
  if (location.bare) {
    throw new CodeIndexError('unavailable', `${location.root} is a bare repository: it has commits, but no files on disk.`, 'Name a branch to index its commit, or name a work tree.');
  }
  const only = options.only === undefined ? undefined : new OnlyPaths(options.only);
  const files = location.kind === 'git' ? await listGitFiles({ ...location, ...headOf(location) }, signal, only) : await walk(new Disk(location.root), { signal, only });
  return inOrder(files);
}

/** In the order of the texts' bytes, which is that of the names' bytes but where a name is no UTF-8. */
export function inOrder(files: { readonly key: string; readonly file: FoundFile }[]): FoundFile[] {
  const keyed = files.map((one) => (one.file.rawPath === null ? one : { key: bytesOfText(one.file.path), file: one.file }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map((one) => one.file);
}
