/** Contents of blobs, through one `git cat-file --batch` that lives as long as its reader. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { CodeIndexError, LIMITS } from '../base/mod.ts';
import { gitFailed, gitMissing, killGit, spawnGit } from './git.ts';
import type { Location } from './location.ts';

/**
 * Reads blobs as git stores them: no filter runs, LFS pointers stay pointers. One call holds all its contents in memory,
 * so callers ask in batches. Blobs that are missing, or larger than `LIMITS.fileBytes`, are absent from the answer.
 */
export interface BlobReader extends AsyncDisposable {
  /** Contents by id. Errors: `unavailable` when git ends early, `timeout` when it says nothing for long. */
  read(oids: readonly string[]): Promise<Map<string, Uint8Array>>;
  close(): Promise<void>;
}

export function openBlobReader(location: Pick<Location, 'root'>): BlobReader {
  return new CatFile(location.root);
}

/** What one call of `read` still waits for. */
interface Request {
  readonly oids: readonly string[];
  next: number;
  readonly contents: Map<string, Uint8Array>;
  readonly resolve: (contents: Map<string, Uint8Array>) => void;
  readonly reject: (error: Error) => void;
}

class CatFile implements BlobReader {
  readonly #root: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #stderr = '';
  #queue: Promise<unknown> = Promise.resolve();
  #request: Request | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Bytes of a header line that has not ended yet. */
  #header: Buffer[] = [];
  /** The blob being received: bytes left, its line end included, and where they go (null: nowhere). */
  #left = 0;
  #target: Buffer | null = null;
  #filled = 0;

  constructor(root: string) {
    this.#root = root;
  }

  read(oids: readonly string[]): Promise<Map<string, Uint8Array>> {
    const unique = [...new Set(oids)];
    for (const oid of unique) {
      if (!/^[0-9a-f]{40,64}$/.test(oid)) return Promise.reject(new CodeIndexError('internal', `${JSON.stringify(oid)} is no id of a git object.`, 'Report this: an id was taken from the wrong place.'));
    }
    if (unique.length === 0) return Promise.resolve(new Map());
    const answer = this.#queue.then(() => this.#ask(unique));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  #ask(oids: readonly string[]): Promise<Map<string, Uint8Array>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new CodeIndexError('internal', `The blob reader of ${this.#root} was closed before it was asked.`, 'Report this: a reader was used after its end.'));
        return;
      }
      this.#request = { oids, next: 0, contents: new Map(), resolve, reject };
      this.#timer = setTimeout(() => this.#fail(new CodeIndexError('timeout', `\`git cat-file\` in ${this.#root} took longer than ${LIMITS.gitSeconds} seconds.`, 'See that the disk answers, then repeat.')), LIMITS.gitSeconds * 1000);
      this.#child ??= this.#start();
      this.#child.stdin.write(`${oids.join('\n')}\n`);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawnGit(['cat-file', '--batch'], this.#root);
    child.stdout.on('data', (piece: Buffer) => this.#receive(piece));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stderr.length < 65_536) this.#stderr += text;
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.#fail(gitMissing(error, this.#root)));
    child.on('close', () => this.#fail(gitFailed('cat-file', this.#root, this.#stderr)));
    return child;
  }

  #fail(error: Error): void {
    clearTimeout(this.#timer);
    const request = this.#request;
    this.#request = null;
    const child = this.#child;
    this.#child = null;
    this.#header = [];
    this.#left = 0;
    if (child !== null) {
      child.removeAllListeners('close').stdout.removeAllListeners('data');
      killGit(child);
    }
    request?.reject(error);
  }

  #receive(piece: Buffer): void {
    let at = 0;
    while (at < piece.length && this.#request !== null) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, piece.length - at);
        if (this.#target !== null && this.#filled < this.#target.length) this.#filled += piece.copy(this.#target, this.#filled, at, Math.min(at + taken, at + this.#target.length - this.#filled));
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#finish();
        continue;
      }
      const end = piece.indexOf(10, at);
      this.#header.push(piece.subarray(at, end < 0 ? piece.length : end));
      if (end < 0) return;
      at = end + 1;
      const header = Buffer.concat(this.#header).toString('latin1');
      this.#header = [];
      this.#begin(header);
    }
  }

  #begin(header: string): void {
    const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header) ?? [];
    if (size === undefined) {
      if (!/ (missing|ambiguous)$/.test(header)) this.#fail(gitFailed('cat-file', this.#root, header));
      else this.#advance();
      return;
    }
    const bytes = Number(size);
    this.#left = bytes + 1;
    this.#filled = 0;
    this.#target = type === 'blob' && bytes <= LIMITS.fileBytes ? Buffer.allocUnsafeSlow(bytes) : null;
  }

  #finish(): void {
    const request = this.#request as Request;
    if (this.#target !== null) request.contents.set(request.oids[request.next] as string, this.#target);
    this.#target = null;
    this.#advance();
  }

  #advance(): void {
    const request = this.#request as Request;
    request.next++;
    if (request.next < request.oids.length) return;
    clearTimeout(this.#timer);
    this.#request = null;
    request.resolve(request.contents);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue;
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    child.removeAllListeners('close');
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
