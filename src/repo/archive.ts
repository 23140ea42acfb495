/**
 * Uploaded archives, unpacked into a folder of ours. An archive is what a stranger says about paths and sizes: every
 * name is checked, every byte is counted where it is written, no link is made, and what is refused leaves nothing behind.
 */
import { existsSync, openSync, readSync, closeSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asCodeIndexError, CodeIndexError, throwIfAborted } from '../base/mod.ts';
import { readTar } from './archive-tar.ts';
import { Unpacking } from './archive-writer.ts';
import { readZip } from './archive-zip.ts';
import { partialIn, removeAbandoned } from './partial.ts';

export interface UnpackOptions {
  /** The folder to make; one that is there is replaced at once when all is unpacked. */
  readonly root: string;
  /** Its parent; made when missing. */
  readonly into: string;
  /** Bytes that all files together may have. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface Unpacked {
  readonly files: number;
  readonly bytes: number;
  /** Links, and folders of git: what no index needs. */
  readonly leftOut: number;
}

/**
 * Unpacks a tarball (plain or gzip) or a zip file. Where all of it lies in one folder, that folder is the root.
 * Errors: `invalid_query` for what is no such archive, is cut off or damaged; `path_not_allowed` for paths, links and
 * devices that leave the folder or repeat; `too_large` for bombs.
 */
export async function unpackArchive(file: string, options: UnpackOptions): Promise<Unpacked> {
  const kind = kindOf(file);
  await mkdir(options.into, { recursive: true });
  await removeAbandoned(options.into);
  const partial = partialIn(options.into);
  try {
    await mkdir(partial);
    const { size } = await stat(file);
    const unpacking = new Unpacking(partial, { archiveBytes: size, mostBytes: options.mostBytes }, options.onProgress);
    await (kind === 'zip' ? readZip : readTar)(file, unpacking, options.signal);
    throwIfAborted(options.signal);
    if (unpacking.files === 0) throw new CodeIndexError('invalid_query', 'The archive holds no files.', 'Pack the files of the repository.');
    await replace(options, await innerOf(partial));
    return { files: unpacking.files, bytes: unpacking.bytes, leftOut: unpacking.leftOut };
  } catch (thrown) {
    throwIfAborted(options.signal);
    throw asCodeIndexError(thrown, 'Unpacking the archive');
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Two renames: for an instant nothing is there, and a process that is killed then does its job again. */
async function replace({ root, into }: UnpackOptions, fresh: string): Promise<void> {
  const old = partialIn(into);
  if (existsSync(root)) await rename(root, old);
  await rename(fresh, root);
  await rm(old, { recursive: true, force: true });
}

/** `project-1.2/` around everything would change all paths with the next version. */
async function innerOf(folder: string): Promise<string> {
  const items = await readdir(folder, { withFileTypes: true });
  const inner = items.length === 1 && items[0]?.isDirectory() === true ? join(folder, items[0].name) : folder;
  const names = new Set(await readdir(inner));
  // Git would take such a folder for a repository and read its settings.
  if (names.has('HEAD') && names.has('objects') && names.has('refs')) {
    throw new CodeIndexError('invalid_query', 'The archive holds the inside of a git repository instead of its files.', 'Make it with `git archive --format=tar.gz HEAD`.');
  }
  return inner;
}

const SNIFFED = 262;

function kindOf(file: string): 'tar' | 'zip' {
  const head = Buffer.alloc(SNIFFED);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, SNIFFED, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'zip';
  if ((head[0] === 0x1f && head[1] === 0x8b) || head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar';
  throw new CodeIndexError('invalid_query', 'The file is neither a tarball (plain or gzip) nor a zip file.', 'Make it with `git archive --format=tar.gz HEAD`, or `tar -czf`, or `zip -r`.');
}
