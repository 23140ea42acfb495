/** What a path is: a working tree, a folder of one, a bare repository, or a plain folder. */
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import { askGit, gitFailed } from './git.ts';
import { headOf } from './head.ts';

export interface Location {
  readonly kind: 'git' | 'folder';
  /** Absolute real path of what is indexed. A folder inside a repository is that folder alone. */
  readonly root: string;
  /** Absolute top of the work tree; null outside git and for bare repositories. */
  readonly top: string | null;
  /** `root` relative to `top`: '' or 'a/b/'. */
  readonly prefix: string;
  /** Git's folder of this work tree; null outside git. */
  readonly gitDir: string | null;
  /** Git's folder that all work trees of the repository share. */
  readonly commonDir: string | null;
  /** Null when detached, or outside git. */
  readonly branch: string | null;
  /** Commit id; null where no commit is there yet, or outside git. */
  readonly head: string | null;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Without a work tree: only its commits can be listed. */
  readonly bare: boolean;
  /** A linked work tree of a repository whose main work tree is elsewhere. */
  readonly worktree: boolean;
}

/**
 * Looks at a path without reading any file of it.
 * Errors: `not_found` (missing), `path_not_allowed` (a file, unreadable, outside `allowedRoots`), `forbidden` (another
 * user's repository), `unavailable` (broken repository, no git).
 */
export async function openLocation(path: string, options: { readonly allowedRoots?: readonly string[] } = {}): Promise<Location> {
  const root = options.allowedRoots === undefined ? realFolder(path) : folderWithin(path, options.allowedRoots);
  const folder: Location = { kind: 'folder', root, top: null, prefix: '', gitDir: null, commonDir: null, branch: null, head: null, objectFormat: 'sha1', bare: false, worktree: false };
  const answer = await askGit(['rev-parse', '--path-format=absolute', '--is-bare-repository', '--is-inside-work-tree', '--show-object-format', '--git-dir', '--git-common-dir', '--show-prefix'], { cwd: root });
  if (answer.status !== 0) {
    if (answer.stderr.includes('not a git repository') && !holdsGit(root)) return folder;
    throw gitFailed('rev-parse', root, answer.stderr);
  }
  const lines = answer.stdout.toString('utf8').split('\n');
  const [bareText, insideText, format] = lines;
  const paths = lines.length === 7 ? lines.slice(3, 6) : await askOneByOne(root);
  const [gitDir = '', commonDir = '', prefix = ''] = paths;
  const inside = insideText === 'true';
  const bare = bareText === 'true' || !inside;
  if (bare && bareText !== 'true' && realpathSync(gitDir) !== root) throw workTreeElsewhere(root);
  const top = bare ? null : topOf(root, prefix);
  if (top !== null && top !== root && holdsGit(root)) {
    throw gitFailed('rev-parse', root, `the folder holds a .git that is no valid repository, so git answered for ${top}`);
  }
  return {
    ...folder, kind: 'git', top, prefix: bare ? '' : prefix, gitDir, commonDir,
    objectFormat: format === 'sha256' ? 'sha256' : 'sha1', bare, worktree: !bare && gitDir !== commonDir && !gitDir.startsWith(join(commonDir, 'modules') + sep),
    ...headOf({ gitDir, commonDir }),
  };
}

/** For folders whose names hold a line break. */
function askOneByOne(root: string): Promise<string[]> {
  return Promise.all(['--git-dir', '--git-common-dir', '--show-prefix'].map(async (question) => {
    const answer = await askGit(['rev-parse', '--path-format=absolute', question], { cwd: root });
    return answer.stdout.toString('utf8').replace(/\n$/, '');
  }));
}

function topOf(root: string, prefix: string): string {
  if (prefix === '') return root;
  return resolve(root, ...prefix.split('/').filter((part) => part !== '').map(() => '..'));
}

function workTreeElsewhere(root: string): CodeIndexError {
  return new CodeIndexError('unavailable', `The repository that ${root} belongs to keeps its files in another folder (core.worktree), or this is a folder inside .git.`, 'Name the folder that holds the files.');
}

/** A `.git` of substance: an empty folder of that name means nothing to git either. */
function holdsGit(root: string): boolean {
  const git = join(root, '.git');
  const stat = statSync(git, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  return !stat.isDirectory() || readdirSync(git).length > 0;
}

function realFolder(path: string): string {
  if (path === '' || path.includes('\0')) throw new CodeIndexError('not_found', `The path ${JSON.stringify(path)} names no folder.`, 'Name an existing folder.');
  let root: string;
  try {
    root = realpathSync(resolve(path));
    if (!statSync(root).isDirectory()) {
      throw new CodeIndexError('path_not_allowed', `${path} is a file, not a folder.`, 'Name the folder that holds it.');
    }
    accessSync(root, constants.R_OK | constants.X_OK);
    readdirSync(root, { withFileTypes: true });
  } catch (error) {
    throw folderError(path, error);
  }
  return root;
}

function folderError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new CodeIndexError('not_found', `The folder ${path} does not exist.`, 'Check the spelling, or name another folder.', { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new CodeIndexError('path_not_allowed', `The folder ${path} cannot be read by this user.`, 'Give this user the right to read and enter it (chmod u+rx).', { cause: error });
  if (code === 'ELOOP') return new CodeIndexError('not_found', `The path ${path} is a circle of symbolic links.`, 'Name the real folder.', { cause: error });
  return error;
}

/** What lies outside is refused alike, whether it is there or not: nobody shall ask this for what else there is. */
function folderWithin(path: string, allowed: readonly string[]): string {
  const isInside = (root: string): boolean => allowed.some((one) => contains(realOrSame(one), root));
  const outside = (): CodeIndexError => new CodeIndexError('path_not_allowed', `${path} lies outside the folders that may be indexed.`, 'Add its folder to MCP_ALLOWED_ROOTS, or name a folder inside those.');
  let root: string;
  try {
    root = realFolder(path);
  } catch (error) {
    throw isInside(nearestReal(path)) ? error : outside();
  }
  if (!isInside(root)) throw outside();
  return root;
}

/** The real path of what is there of a path: itself, or the first folder above it. */
function nearestReal(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      return realpathSync(at);
    } catch {
      if (at === dirname(at)) return at;
    }
  }
}

function realOrSame(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch {
    return resolve(path);
  }
}

/** Whether `path` is `folder` or lies in it. Both absolute and real. */
export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The name that a repository gets when none is given: the last part of its path or URL, without `.git`. */
export function repositoryNameOf(urlOrPath: string): string {
  const withoutQuery = /^[a-z][a-z0-9+.-]*:\/\//i.test(urlOrPath) ? urlOrPath.replace(/[?#].*$/, '') : urlOrPath;
  const trimmed = withoutQuery.replace(/[/\\]+$/, '').replace(/\/?\.git$/, '');
  const last = basename(trimmed.replace(/^[^/\\]*@?[^/\\]*:(?!\/\/)(?!\\)/, ''));
  const name = last.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|-+$/g, '');
  return name === '' ? 'repository' : name;
}
