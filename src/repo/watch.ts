/** Seeing that files changed, soon and in batches. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { LIMITS } from '../base/mod.ts';
import { askGit } from './git.ts';
import { headOf } from './head.ts';
import { listFiles } from './list.ts';
import { contains, type Location } from './location.ts';
import { OWN_FILE } from './own-rules.ts';

export interface Batch {
  /** Paths as `FoundFile.path`, some of which may be ignored or gone; `all` when only a whole comparison tells. */
  readonly paths: readonly string[] | 'all';
}

export interface WatchOptions {
  /** Told when events cannot be had and files are looked at every few seconds instead. */
  readonly onNotice?: (text: string) => void;
}

/** The watcher gathers events itself for this long before it tells them. */
const WATCHER_MILLIS = 50;
/** Commits and switched branches are seen by looking at two small files. */
const HEAD_MILLIS = 250;
const POLL_MILLIS = 2_000;
/** More paths than this are compared faster as a whole. */
const BATCH_PATHS = 1_000;
/** Files that decide which other files there are. */
const DECIDING = new Set(['.gitignore', '.ignore', '.gitattributes', OWN_FILE]);

/**
 * Calls `onBatch` after changes of files and after commits and branch switches. The next batch waits until the promise
 * of the last one is settled; nothing is lost meanwhile. Resolves when changes are being seen: compare everything once
 * after that.
 */
export async function watchFiles(location: Location, onBatch: (batch: Batch) => void | Promise<void>, options: WatchOptions = {}): Promise<AsyncDisposable> {
  const batches = new Batches(onBatch);
  const head = watchHead(location, batches);
  let source: AsyncDisposable | null = null;
  let polling: AsyncDisposable | null = null;
  const pollInstead = (error: unknown): void => {
    if (polling !== null) return;
    polling = poll(location, batches);
    options.onNotice?.(pollingBecause(location, error));
  };
  try {
    source = await subscribe(location, batches, pollInstead);
  } catch (error) {
    pollInstead(error);
  }
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      clearInterval(head);
      await Promise.all([source?.[Symbol.asyncDispose](), polling?.[Symbol.asyncDispose]()]);
      await batches.close();
    },
  };
}

function pollingBecause(location: Location, error: unknown): string {
  return `Changes in ${location.root} are looked for every ${POLL_MILLIS / 1000} seconds, because events cannot be had (${(error as Error).message}). On Linux, raising fs.inotify.max_user_watches mends it.`;
}

/** Gathers paths and hands them on, one batch at a time. */
class Batches {
  readonly #onBatch: (batch: Batch) => void | Promise<void>;
  #paths = new Set<string>();
  #all = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(onBatch: (batch: Batch) => void | Promise<void>) {
    this.#onBatch = onBatch;
  }

  add(paths: Iterable<string> | 'all'): void {
    if (paths === 'all') this.#all = true;
    else for (const path of paths) this.#paths.add(path);
    if (this.#paths.size > BATCH_PATHS) this.#all = true;
    if (this.#all) this.#paths.clear();
    if (this.#closed || this.#timer !== null || this.#running !== null || (!this.#all && this.#paths.size === 0)) return;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, LIMITS.watchBatchMillis - WATCHER_MILLIS));
  }

  #fire(): void {
    this.#timer = null;
    const batch: Batch = { paths: this.#all ? 'all' : [...this.#paths] };
    this.#all = false;
    this.#paths = new Set();
    // A failure is the receiver's to tell; watching goes on.
    this.#running = Promise.resolve().then(() => this.#onBatch(batch)).catch(() => {}).then(() => {
      this.#running = null;
      this.add([]);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }
}

function watchHead(location: Location, batches: Batches): NodeJS.Timeout | undefined {
  if (location.kind !== 'git') return undefined;
  const stamp = (): string => JSON.stringify(headOf(location));
  let last = stamp();
  return setInterval(() => {
    const now = stamp();
    if (now === last) return;
    last = now;
    batches.add('all');
  }, HEAD_MILLIS).unref();
}

async function subscribe(location: Location, batches: Batches, onFailure: (error: Error) => void): Promise<AsyncDisposable> {
  const { default: watcher } = await import('@parcel/watcher');
  const ignore = ['.git', '.hg', '.svn', '.jj'].map((name) => join(location.root, name)).concat(await ignoredFolders(location));
  const folders = await foldersOf(location);
  const subscription = await watcher.subscribe(location.root, (error, events) => {
    if (error !== null) {
      batches.add('all');
      if (!/dropped|overflow/i.test(error.message)) onFailure(error);
      return;
    }
    const paths = new Set<string>();
    for (const event of events) {
      const path = relative(location.root, event.path).replaceAll(sep, '/');
      if (/(^|\/)\.git(\/|$)/.test(path)) continue;
      if (changesMany(location.root, path, event.type, folders)) {
        batches.add('all');
        return;
      }
      paths.add(path);
    }
    batches.add(paths);
  }, { ignore });
  return { [Symbol.asyncDispose]: () => subscription.unsubscribe() };
}

/** Whether one event stands for many files: of a folder only its own name is told. */
function changesMany(root: string, path: string, type: 'create' | 'update' | 'delete', folders: Set<string>): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path === '' || DECIDING.has(name)) return true;
  if (type === 'delete') return folders.delete(path);
  const isFolder = statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) folders.add(path);
  else if (path.includes('/')) folders.add(path.slice(0, path.lastIndexOf('/')));
  return isFolder && type === 'create';
}

/** Folders with files in the index: what a deleted path is compared with. */
async function foldersOf(location: Location): Promise<Set<string>> {
  const folders = new Set<string>();
  for (const { path } of await listFiles(location)) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

/** Folders that git ignores as a whole are not watched: dependencies would use up the system's watches. */
async function ignoredFolders(location: Location): Promise<string[]> {
  if (location.kind !== 'git' || statSync(join(location.root, OWN_FILE), { throwIfNoEntry: false }) !== undefined) return [];
  const answer = await askGit(['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'], { cwd: location.root });
  return answer.stdout.toString('utf8').split('\0').filter((path) => path.endsWith('/') && path !== './').map((path) => join(location.root, path.slice(0, -1))).filter((path) => contains(location.root, path));
}

/** Without events: a digest of names, sizes and times, every few seconds. */
function poll(location: Location, batches: Batches): AsyncDisposable {
  let last: string | null = null;
  let looking: Promise<void> = Promise.resolve();
  let closed = false;
  const look = async (): Promise<void> => {
    const hash = createHash('sha1');
    for (const file of await listFiles(location)) hash.update(`${file.path}\0${file.size}\0${file.mtimeMs}\0${file.skipped}\n`);
    const now = hash.digest('hex');
    if (now !== last) batches.add('all');
    last = now;
  };
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    // What cannot be listed now (a repository being replaced) is tried again; the receiver of `all` tells the error.
    looking = look().catch(() => batches.add('all')).then(() => {
      if (!closed) timer = setTimeout(next, POLL_MILLIS);
    });
  };
  next();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
