/** One path on disk, never followed through a link that leaves the root. Paths are byte strings relative to the root. */
import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SkipReason } from '../domain/mod.ts';
import { found, type FoundFile } from './found.ts';
import { contains } from './location.ts';
import { bytesOfText, isPlain, systemPath } from './names.ts';

/** Bits of a mode that let everybody read. */
const READABLE_BY_ALL = 0o444;

export class Disk {
  /** Byte string of the root with a slash at its end. */
  readonly base: string;
  readonly #root: string;
  readonly #rootIsPlain: boolean;
  readonly #folders = new Map<string, boolean>([['', true]]);

  constructor(root: string) {
    this.#root = root;
    const bytes = bytesOfText(root);
    this.base = bytes.endsWith('/') ? bytes : `${bytes}/`;
    this.#rootIsPlain = isPlain(this.base);
  }

  system(path: string): string | Buffer {
    const whole = this.base + path;
    return this.#rootIsPlain && isPlain(path) ? whole : systemPath(whole);
  }

  /** Undefined where nothing is there, or a part of the way there is no folder. */
  stat(path: string): Stats | undefined {
    try {
      return lstatSync(this.system(path), { throwIfNoEntry: false });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM' || code === 'ENAMETOOLONG' || code === 'ELOOP') return undefined;
      throw error;
    }
  }

  /** Whether every part of a folder's path is a true folder, not a link to one. `folder` has no slash at its end. */
  isTrueFolder(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const at = folder.lastIndexOf('/');
    const answer = this.isTrueFolder(at < 0 ? '' : folder.slice(0, at)) && this.stat(folder)?.isDirectory() === true;
    this.#folders.set(folder, answer);
    return answer;
  }

  /** Why a file or link with this stat cannot be read, or null. */
  hindrance(path: string, stat: Stats): SkipReason | null {
    if (stat.isSymbolicLink()) return this.#link(path);
    if ((stat.mode & READABLE_BY_ALL) === READABLE_BY_ALL) return null;
    try {
      accessSync(this.system(path), constants.R_OK);
      return null;
    } catch {
      return 'unreadable';
    }
  }

  /** The file that a link inside the root leads to is found by its own path, so the link itself is left out. */
  #link(path: string): SkipReason {
    try {
      return contains(this.#root, realpathSync(this.system(path))) ? 'symlink' : 'symlink_outside';
    } catch {
      const target = readlinkSync(this.system(path), 'utf8');
      return contains(this.#root, resolve(dirname(join(this.#root, path)), target)) ? 'not_present' : 'symlink_outside';
    }
  }

  /** The record of a file or link that was just looked at. */
  found(path: string, stat: Stats, rest: Parameters<typeof found>[2]): FoundFile {
    return found(path, stat, { ...rest, skipped: rest.skipped ?? this.hindrance(path, stat) });
  }
}
