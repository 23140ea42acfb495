/** What of an archive becomes a file, and where. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join, posix } from 'node:path';
import { breathe, CodeIndexError, LIMITS } from '../base/mod.ts';

const TOLD_EVERY = 1_000;

export class Unpacking {
  files = 0;
  bytes = 0;
  leftOut = 0;
  #items = 0;
  readonly #root: string;
  readonly #most: number;
  readonly #ratioBytes: number;
  readonly #folders = new Set<string>(['.']);
  readonly #onProgress: ((text: string) => void) | undefined;

  constructor(root: string, { archiveBytes, mostBytes }: { readonly archiveBytes: number; readonly mostBytes: number }, onProgress?: (text: string) => void) {
    this.#root = root;
    this.#most = mostBytes;
    this.#ratioBytes = Math.max(LIMITS.archiveRatioBytes, archiveBytes * LIMITS.archiveRatio);
    this.#onProgress = onProgress;
  }

  /** Counts bytes as they come out of the archive, also those that become no file. */
  count(read: number): void {
    if (read <= this.#most && read <= this.#ratioBytes) return;
    throw new CodeIndexError('too_large', `The archive unpacks to more than ${Math.min(this.#most, this.#ratioBytes).toLocaleString('en-US')} bytes.`, 'Leave out what is not source; MAX_UPLOAD_BYTES sets the bound.');
  }

  folder(name: string): void {
    const path = this.#checked(name);
    if (path === null) return;
    this.#make(path, name);
  }

  /** A link is never made: what it leads to inside is there by its own name. Outside it may not lead. */
  link(name: string, target: string, hard: boolean): void {
    const path = this.#checked(name);
    if (path === null) return;
    const way = hard ? target : posix.join(posix.dirname(path), target);
    if (target === '' || posix.isAbsolute(target) || /^[a-z]:|\\|\0/i.test(target) || escapes(way)) {
      throw new CodeIndexError('path_not_allowed', `The archive holds the link ${show(name)}, which leads out of it to ${show(target)}.`, 'Pack the repository without that link.');
    }
    this.leftOut++;
  }

  /** Writes a file as its bytes come. */
  async file(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#checked(name);
    if (path === null) {
      // Its bytes are read all the same, and counted.
      let passed = 0;
      for await (const piece of content) this.count(this.bytes + (passed += piece.length));
      return;
    }
    if (name.endsWith('/')) throw new CodeIndexError('path_not_allowed', `The archive gives the folder ${show(name)} a content.`, 'Pack it again.');
    this.#make(posix.dirname(path), name);
    const descriptor = this.#open(path, name);
    try {
      for await (const piece of content) {
        this.bytes += piece.length;
        this.count(this.bytes);
        for (let written = 0; written < piece.length;) written += writeSync(descriptor, piece, written);
      }
    } finally {
      closeSync(descriptor);
    }
    this.files++;
    if (this.files % TOLD_EVERY === 0) {
      this.#onProgress?.(`unpacked ${this.files.toLocaleString('en-US')} files`);
      await breathe();
    }
  }

  /** Devices, pipes and what else there is. */
  refuse(name: string, what: string): never {
    throw new CodeIndexError('path_not_allowed', `The archive holds ${show(name)}, which is ${what}.`, 'Pack files and folders alone.');
  }

  /** The relative path of an item, or null for one that no index needs. */
  #checked(name: string): string | null {
    if (++this.#items > LIMITS.archiveFiles) throw new CodeIndexError('too_large', `The archive holds more than ${LIMITS.archiveFiles.toLocaleString('en-US')} items.`, 'Pack a part of it.');
    const path = posix.normalize(name).replace(/\/$/, '');
    // oxlint-disable-next-line no-control-regex -- these are what is refused.
    if (posix.isAbsolute(name) || /^[a-z]:|[\0-\x1f\x7f]/i.test(name) || escapes(name) || (process.platform === 'win32' && name.includes('\\'))) {
      throw new CodeIndexError('path_not_allowed', `The archive holds the path ${show(name)}, which leads out of it or is no name.`, 'Pack it again with paths relative to the root of the repository.');
    }
    if (path.length > LIMITS.archivePathChars) throw new CodeIndexError('path_not_allowed', `The archive holds a path of ${path.length} characters.`, `Paths have at most ${LIMITS.archivePathChars}.`);
    if (path.split('/').some(isGit)) {
      this.leftOut++;
      return null;
    }
    return path === '.' ? null : path;
  }

  #make(folder: string, name: string): void {
    if (this.#folders.has(folder)) return;
    try {
      mkdirSync(join(this.#root, folder), { recursive: true });
    } catch (error) {
      throw clash(name, error);
    }
    for (let at = folder; !this.#folders.has(at); at = posix.dirname(at)) this.#folders.add(at);
  }

  #open(path: string, name: string): number {
    try {
      return openSync(join(this.#root, path), 'wx', 0o644);
    } catch (error) {
      throw clash(name, error);
    }
  }
}

/** Also where a disk folds letters, signs without width or wide forms into plain ones. */
function escapes(path: string): boolean {
  return [path, path.normalize('NFKC').replaceAll(/\p{Cf}/gu, '')].some((form) => form.split(/[/\\]/).some((part) => /^\.\.[. ]*$/.test(part)));
}

function isGit(part: string): boolean {
  const plain = part.normalize('NFKC').replaceAll(/\p{Cf}/gu, '').replace(/[. ]+$/, '').toLowerCase();
  return plain === '.git' || plain === 'git~1';
}

function clash(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR') {
    return new CodeIndexError('path_not_allowed', `The archive holds ${show(name)} twice, or as a file and as a folder.`, 'Pack it again, each path once; this disk may take two spellings for one.', { cause: error });
  }
  if (code === 'ENAMETOOLONG' || code === 'EINVAL' || code === 'EILSEQ') return new CodeIndexError('path_not_allowed', `The archive holds ${show(name)}, which cannot be the name of a file here.`, 'Pack it under a shorter, plainer name.', { cause: error });
  if (code === 'ENOSPC') return new CodeIndexError('unavailable', 'The disk was full while the archive was unpacked.', 'Make room, then upload again.', { cause: error });
  return error;
}

function show(name: string): string {
  const text = JSON.stringify(name);
  return text.length > 120 ? `${text.slice(0, 117)}..."` : text;
}
