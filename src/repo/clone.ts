/** Clones of ours, in the data folder: the only repositories that are ever written. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodeIndexError, LIMITS } from '../base/mod.ts';
import { askGit, firstComplaint, gitFailed, harmless, runGit, type GitAnswer } from './git.ts';
import { headOf } from './head.ts';
import { checkHost, type HostRules, type Pinned } from './hosts.ts';
import { repositoryNameOf } from './location.ts';
import { partialIn, removeAbandoned } from './partial.ts';
import { requireBranchName, transportOf, withoutCredentials, type Transport } from './urls.ts';

export interface FetchOptions {
  /** Transports that may be used; https and ssh when absent. */
  readonly allow?: readonly Transport[];
  /** Hosts that may be asked; every one when absent. */
  readonly hosts?: HostRules;
  readonly signal?: AbortSignal;
  /** Gets git's own progress lines. */
  readonly onProgress?: (text: string) => void;
}

export interface CloneOptions extends FetchOptions {
  /** The folder that holds all clones; made when missing. */
  readonly into: string;
  /** Name of the new folder in it; from the URL when absent. */
  readonly name?: string;
  /** A branch that must be there; it becomes the clone's HEAD. */
  readonly branch?: string;
}

const ALLOWED: readonly Transport[] = ['https', 'ssh'];
/** Marks a repository as ours to write. */
const MARK = 'codeindex.clone';

/**
 * Clones the tips of all branches, without work tree (so that no filter runs and files are stored once) and without
 * history, and gives the folder. A clone of the same URL that is there already is brought up to date instead.
 * Stopped or failed, it leaves nothing behind.
 * Errors: `invalid_query`, `path_not_allowed`, `unauthenticated`, `not_found`, `unavailable`, `timeout`.
 */
export async function cloneRepository(url: string, options: CloneOptions): Promise<string> {
  const pinned = await checkUrl(url, options);
  if (options.branch !== undefined) requireBranchName(options.branch);
  await mkdir(options.into, { recursive: true });
  await removeAbandoned(options.into);
  const folder = await freeFolder(options.into, repositoryNameOf(options.name ?? url), url);
  if (folder.known) {
    await updateClone(folder.path, options);
    return folder.path;
  }
  const partial = partialIn(options.into);
  const args = (depth: readonly string[]): string[] => [
    'clone', '--bare', ...depth, '--no-tags', '--template=', '--progress', '--no-local', '--config', `${MARK}=true`,
    ...(options.branch === undefined ? [] : [`--branch=${options.branch}`]), '--', url, partial,
  ];
  try {
    await transfer(args, ['--depth=1', '--no-single-branch'], { cwd: options.into, grows: partial, url, pinned }, options);
    await rename(partial, folder.path);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder.path;
}

/**
 * Whether a URL may be cloned, without asking its server; names of hosts are looked up.
 * Errors: `invalid_query`, `path_not_allowed`, `unavailable`.
 */
export async function checkUrl(url: string, { allow = ALLOWED, hosts }: Pick<FetchOptions, 'allow' | 'hosts'>): Promise<Pinned> {
  const transport = transportOf(url, allow);
  return hosts === undefined ? { config: [], sshOptions: [] } : checkHost(url, transport, hosts);
}

/** Brings a clone of ours to the tips of its origin; branches that are gone there go here too. Errors as `cloneRepository`. */
export async function updateClone(root: string, options: FetchOptions = {}): Promise<void> {
  const url = await setting(root, 'remote.origin.url');
  if (url === null || (await setting(root, MARK)) !== 'true') {
    throw new CodeIndexError('conflict', `${root} is no clone that this program made, so nothing is fetched into it.`, 'Fetch there by hand, then index it again.');
  }
  const pinned = await checkUrl(url, options);
  const args = (depth: readonly string[]): string[] => ['fetch', ...depth, '--prune', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--progress', '--', 'origin', '+refs/heads/*:refs/heads/*'];
  await transfer(args, ['--depth=1'], { cwd: root, grows: root, url, pinned }, options);
  if (headOf({ gitDir: root, commonDir: root }).head === null) await followHead(root, pinned, options);
}

/** The origin's chief branch may have been renamed. */
async function followHead(root: string, pinned: Pinned, options: FetchOptions): Promise<void> {
  const answer = await askGit(['ls-remote', '--symref', 'origin', 'HEAD'], { cwd: root, signal: options.signal, protocols: (options.allow ?? ALLOWED).join(':'), ...pinned });
  const reference = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(answer.stdout.toString('utf8'))?.[1];
  if (answer.status === 0 && reference !== undefined) await runGit(['symbolic-ref', 'HEAD', reference], { cwd: root, signal: options.signal });
}

interface Transfer {
  readonly cwd: string;
  /** The folder that fills. */
  readonly grows: string;
  readonly url: string;
  readonly pinned: Pinned;
}

/** A server that sends next to nothing for a minute is gone. */
const PATIENCE: readonly string[] = ['http.lowSpeedLimit=1000', 'http.lowSpeedTime=60'];
const SIZE_LOOKED_AT_MILLIS = 2_000;

async function transfer(args: (depth: readonly string[]) => string[], shallow: readonly string[], { cwd, grows, url, pinned }: Transfer, options: FetchOptions): Promise<void> {
  const full = new AbortController();
  const watch = setInterval(() => {
    void packBytes(grows).then((bytes) => {
      if (bytes > LIMITS.cloneBytes) full.abort(new CodeIndexError('too_large', `${withoutCredentials(url)} is larger than the ${LIMITS.cloneBytes} bytes that a clone may have.`, 'Clone it by hand and index the folder.'));
    });
  }, SIZE_LOOKED_AT_MILLIS);
  const call = {
    cwd, protocols: (options.allow ?? ALLOWED).join(':'), seconds: LIMITS.cloneSeconds,
    signal: options.signal === undefined ? full.signal : AbortSignal.any([options.signal, full.signal]),
    config: [...PATIENCE, ...pinned.config], sshOptions: pinned.sshOptions,
    onStderr: (text: string) => tell(text, options.onProgress),
  };
  try {
    let answer = await askGit(args(shallow), call);
    // Servers that only hand out files cannot leave history out.
    if (answer.status !== 0 && answer.stderr.includes('does not support shallow')) answer = await askGit(args([]), call);
    if (answer.status !== 0) throw transferFailed(url, answer);
  } finally {
    clearInterval(watch);
  }
}

/** Bytes of the packs of a clone, those that are still arriving too. */
async function packBytes(folder: string): Promise<number> {
  const packs = join(folder, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(packs, name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function tell(text: string, onProgress: ((text: string) => void) | undefined): void {
  const line = text.split(/[\r\n]+/).filter((one) => one.trim() !== '').at(-1);
  if (line !== undefined) onProgress?.(harmless(withoutCredentials(line.trim())));
}

function transferFailed(url: string, answer: GitAnswer): CodeIndexError {
  const shown = withoutCredentials(url);
  const said = withoutCredentials(firstComplaint(answer.stderr));
  const stderr = answer.stderr;
  if (/transport '.*' not allowed/.test(stderr)) return new CodeIndexError('path_not_allowed', `${shown} leads to a transport that may not be used (${said}).`, 'Use an https:// or ssh:// URL.');
  if (/Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied \(/.test(stderr)) {
    return new CodeIndexError('unauthenticated', `The server of ${shown} wants a login (${said}).`, 'Set up a git credential helper or an SSH key for this user; `git ls-remote` must answer without asking.');
  }
  if (/returned error: 30\d/.test(stderr)) return new CodeIndexError('path_not_allowed', `The server of ${shown} sends us elsewhere, where nobody has looked yet.`, 'Give the address that it leads to; most hosts want `.git` at the end.');
  if (stderr.includes('Host key verification failed')) return new CodeIndexError('unavailable', `The SSH host key of ${shown} is not known here.`, 'Connect to the host once by hand with ssh and accept its key.');
  if (/Remote branch .* not found|not found|does not exist|does not appear to be a git repository/.test(stderr)) return new CodeIndexError('not_found', `No repository was found at ${shown} (${said}).`, 'Check the URL and the branch, and that this user may see them.');
  if (/No space left/.test(stderr)) return new CodeIndexError('unavailable', `The disk was full while ${shown} was cloned.`, 'Make room, then repeat.');
  return new CodeIndexError('unavailable', `${shown} could not be fetched (${said}).`, 'See that the server can be reached from here (`git ls-remote`), then repeat.');
}

async function setting(root: string, name: string): Promise<string | null> {
  const answer = await askGit(['config', '--local', '--get', name], { cwd: root });
  if (answer.status > 1) throw gitFailed('config', root, answer.stderr);
  return answer.status === 0 ? answer.stdout.toString('utf8').replace(/\n$/, '') : null;
}

/** A folder that does not exist yet, or the clone of this URL that an earlier call left. */
async function freeFolder(into: string, name: string, url: string): Promise<{ path: string; known: boolean }> {
  for (let number = 1; ; number++) {
    const path = join(into, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return { path, known: false };
    if (existsSync(join(path, 'HEAD')) && (await setting(path, MARK)) === 'true' && (await setting(path, 'remote.origin.url')) === url) return { path, known: true };
  }
}
