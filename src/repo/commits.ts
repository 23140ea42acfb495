/** Files of a commit, for views that are no work tree. */
import { CodeIndexError } from '../base/mod.ts';
import { found, type FoundFile } from './found.ts';
import { splitZero } from './git-files.ts';
import { askGit, gitFailed, runGit } from './git.ts';
import { inOrder } from './list.ts';
import type { Location } from './location.ts';
import { OWN_FILE, ownVerdicts } from './own-rules.ts';
import { openBlobReader } from './blob-reader.ts';

/**
 * Every file of a commit (any revision that git understands), as `listFiles` gives them. `oid` is the blob, `mtimeMs` 0,
 * `edited` false. Links are left out: a commit does not say what they lead to.
 * Errors: `not_found` for an unknown revision, `unavailable` for a broken repository.
 */
export async function listCommit(location: Location, revision: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<FoundFile[]> {
  const commit = await commitOf(location, revision, options.signal);
  // In a folder of a work tree git lists that folder alone, with paths relative to it.
  const listing = (await runGit(['ls-tree', '-r', '-z', '-l', commit], { cwd: location.root, signal: options.signal })).toString('latin1');
  const items = splitZero(listing).map(parseItem);
  const own = await ownRulesOf(location, items);
  return inOrder(items.map(({ mode, oid, size, path }) => {
    const verdict = own(path);
    const skipped = mode === '160000' ? 'submodule' : mode === '120000' ? 'symlink' : verdict === 'out' ? 'excluded' : null;
    return { key: path, file: found(path, { size, mtimeMs: 0 }, { oid, committedOid: oid, skipped, forced: verdict === 'in' }) };
  }));
}

interface Item {
  readonly mode: string;
  readonly oid: string;
  readonly size: number;
  readonly path: string;
}

function parseItem(line: string): Item {
  const tab = line.indexOf('\t');
  const [mode = '', , oid = '', size = '0'] = line.slice(0, tab).split(/ +/);
  return { mode, oid, size: size === '-' ? 0 : Number(size), path: line.slice(tab + 1) };
}

async function ownRulesOf(location: Location, items: readonly Item[]): Promise<(path: string) => 'in' | 'out' | null> {
  const rules = items.filter(({ path, mode }) => mode !== '120000' && (path === OWN_FILE || path.endsWith(`/${OWN_FILE}`)));
  if (rules.length === 0) return () => null;
  await using reader = openBlobReader(location);
  const texts = await reader.read(rules.map((one) => one.oid));
  return ownVerdicts(rules.map(({ path, oid }) => ({ path, text: Buffer.from(texts.get(oid) ?? []).toString('latin1') })));
}

/**
 * The commit of a branch: a local one, else of `origin`, else a tag, else a commit id.
 * Errors: `not_found`, naming the branches that are there; `invalid_query` outside git.
 */
export async function resolveBranch(location: Location, name: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
  requireGit(location);
  const call = { cwd: location.root, signal: options.signal };
  const safe = name !== '' && !name.startsWith('-') && !/[\0-\x20~^:?*[\\]|\.\.|@\{/.test(name);
  if (safe) {
    const candidates = [`refs/heads/${name}`, `refs/remotes/origin/${name}`, `refs/remotes/${name}`, `refs/tags/${name}`, ...(/^[0-9a-f]{7,64}$/.test(name) ? [name] : [])];
    for (const candidate of candidates) {
      const answer = await askGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`], call);
      // Some versions repeat the option before the answer.
      const id = answer.stdout.toString('latin1').trim().split('\n').at(-1) ?? '';
      if (answer.status === 0 && /^[0-9a-f]{40,64}$/.test(id)) return id;
    }
  }
  const known = (await branches(location, options)).map((one) => one.name);
  const shown = known.length === 0 ? 'It has no branches yet.' : `It has ${known.slice(0, 10).join(', ')}${known.length > 10 ? ` and ${known.length - 10} more` : ''}.`;
  throw new CodeIndexError('not_found', `The repository at ${location.root} has no branch named ${JSON.stringify(name)}.`, shown);
}

export interface Branch {
  /** Without `origin/` for a branch that is only on the remote. */
  readonly name: string;
  readonly commit: string;
  readonly remote: boolean;
}

/** Local branches first, then those that only `origin` has; each by name. */
export async function branches(location: Location, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Branch[]> {
  requireGit(location);
  const output = await runGit(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/', 'refs/remotes/origin/'], { cwd: location.root, signal: options.signal });
  const found = new Map<string, Branch>();
  for (const line of output.toString('utf8').split('\n')) {
    const [, commit, place, name] = /^([0-9a-f]+) refs\/(heads|remotes\/origin)\/(.+)$/.exec(line) ?? [];
    if (commit === undefined || name === undefined || (place !== 'heads' && (name === 'HEAD' || found.has(name)))) continue;
    found.set(name, { name, commit, remote: place !== 'heads' });
  }
  return [...found.values()];
}

async function commitOf(location: Location, revision: string, signal: AbortSignal | undefined): Promise<string> {
  requireGit(location);
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(revision)) {
    const answer = await askGit(['cat-file', '-e', `${revision}^{commit}`], { cwd: location.root, signal });
    if (answer.status === 0) return revision;
    if (answer.stderr.includes('dubious ownership')) throw gitFailed('cat-file', location.root, answer.stderr);
    throw new CodeIndexError('not_found', `The repository at ${location.root} does not hold the commit ${revision}.`, 'Fetch it into the repository first, or name a branch.');
  }
  return resolveBranch(location, revision, { signal });
}

function requireGit(location: Location): void {
  if (location.kind === 'git') return;
  throw new CodeIndexError('invalid_query', `${location.root} has no branches or commits: it is no git repository.`, 'Leave the branch out, or name a git repository.');
}
