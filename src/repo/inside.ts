/** Reading single files of a root, and asking whether they are as they were. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { CodeIndexError, LIMITS } from '../base/mod.ts';
import { contains, type Location } from './location.ts';
import { bytesOfText, systemPath } from './names.ts';

/**
 * The bytes of a file of a root. `path` as `FoundFile.path`; where `rawPath` is not null, give that instead.
 * Errors: `path_not_allowed` when the path leaves the root (through `..` or a link) or is no plain file, `not_found`,
 * `too_large` above `LIMITS.fileBytes`.
 */
export function readFileInside(location: Pick<Location, 'root'>, path: string | Buffer): Buffer {
  const key = typeof path === 'string' ? bytesOfText(path) : path.toString('latin1');
  const shown = typeof path === 'string' ? path : path.toString('utf8');
  if (key === '' || key.startsWith('/') || key.includes('\0') || key.split('/').includes('..')) throw outside(location, shown);
  const file = systemPath(`${bytesOfText(location.root)}/${key}`);
  let descriptor: number;
  try {
    // The real path of the folder is compared, and a link in the file's own place is refused by the system itself.
    const folder = systemPath(`${bytesOfText(location.root)}/${key}`.replace(/\/[^/]*$/, ''));
    if (!contains(location.root, realpathSync(folder))) throw outside(location, shown);
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw readError(location, shown, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new CodeIndexError('path_not_allowed', `${shown} in ${location.root} is not a plain file.`, 'Name a file.');
    if (stat.size > LIMITS.fileBytes) throw new CodeIndexError('too_large', `${shown} in ${location.root} has ${stat.size} bytes; at most ${LIMITS.fileBytes} are read.`, 'Open it with another program.');
    const bytes = Buffer.allocUnsafe(stat.size);
    let filled = 0;
    for (let more = 1; more > 0 && filled < bytes.length; filled += more) more = readSync(descriptor, bytes, filled, bytes.length - filled, filled);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

function outside(location: Pick<Location, 'root'>, path: string): CodeIndexError {
  return new CodeIndexError('path_not_allowed', `${path} leads out of ${location.root}.`, 'Name a file below that folder.');
}

function readError(location: Pick<Location, 'root'>, path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new CodeIndexError('not_found', `${path} does not exist in ${location.root}.`, 'Check the spelling, or search for the file.', { cause: error });
  if (code === 'ELOOP') return new CodeIndexError('path_not_allowed', `${path} in ${location.root} is a symbolic link.`, 'Name the file that it leads to.', { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new CodeIndexError('path_not_allowed', `${path} in ${location.root} cannot be read by this user.`, 'Give this user the right to read it (chmod u+r).', { cause: error });
  return error;
}

/**
 * For each item whether the file still has the size and time that were indexed. Synchronous, a few microseconds each:
 * meant for one page of results. A file that is gone, or whose name is no UTF-8, is not fresh.
 */
export function checkFresh(root: string, items: readonly { readonly path: string; readonly size: number; readonly mtimeMs: number }[]): boolean[] {
  return items.map(({ path, size, mtimeMs }) => {
    try {
      const stat = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
      return stat !== undefined && stat.size === size && stat.mtimeMs === mtimeMs;
    } catch {
      return false;
    }
  });
}
