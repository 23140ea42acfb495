/** Our own walk, for folders outside git, and for files that a `!` line forces in although git ignores them. */
import { readdirSync, type Dirent } from 'node:fs';
import { breathe, throwIfAborted } from '../base/mod.ts';
import { Disk } from './disk.ts';
import { found, type FoundFile } from './found.ts';
import type { OnlyPaths } from './only.ts';
import { OWN_FILE } from './own-rules.ts';
import { readRules, verdictOf, type RuleChain, type Verdict } from './rules.ts';

/** What version control systems keep beside the files. */
const VERSION_CONTROL = new Set(['.git', '.hg', '.svn', '.jj', '.bzr', '_darcs', '.pijul']);

/** Files between two looks at the clock, so that a server stays answerable. */
const BREATH = 2_000;

export interface WalkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only these paths. */
  readonly only?: OnlyPaths | undefined;
  /** Only files that a `!` line of a `.codeindexignore` names; everything else counts as ignored. */
  readonly forcedOnly?: {
    /** Byte strings of paths that are known already. */
    readonly known: ReadonlySet<string>;
    readonly mayForceBelow: (folder: string) => boolean;
  };
}

interface Folder {
  readonly prefix: string;
  readonly git: RuleChain;
  readonly plain: RuleChain;
  readonly own: RuleChain;
  readonly ignored: boolean;
  readonly verdict: Verdict;
}

export interface WalkedFile {
  /** Byte string, to sort by. */
  readonly key: string;
  readonly file: FoundFile;
}

/** In no order. Links are never followed. */
export async function walk(disk: Disk, options: WalkOptions = {}): Promise<WalkedFile[]> {
  const files: WalkedFile[] = [];
  const forcedOnly = options.forcedOnly;
  const pending: Folder[] = [{ prefix: '', git: [], plain: [], own: [], ignored: forcedOnly !== undefined, verdict: null }];
  let nextBreath = BREATH;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    throwIfAborted(options.signal);
    if (files.length >= nextBreath) {
      nextBreath = files.length + BREATH;
      await breathe();
    }
    const entries = read(disk, folder.prefix);
    if (entries === null) {
      if (!folder.ignored) files.push({ key: folder.prefix, file: found(folder.prefix.slice(0, -1), { size: 0, mtimeMs: 0 }, { skipped: 'unreadable' }) });
      continue;
    }
    // Another repository inside this one has its own rules; git lists it as one thing.
    if (forcedOnly !== undefined && folder.prefix !== '' && entries.some((entry) => entry.name === '.git')) continue;
    visit(disk, withRules(disk, folder, entries), entries, pending, files, options);
  }
  return files;
}

function visit(disk: Disk, folder: Folder, entries: readonly Dirent[], pending: Folder[], files: WalkedFile[], { only, forcedOnly }: WalkOptions): void {
  for (const entry of entries) {
    const name = entry.name;
    if (VERSION_CONTROL.has(name) && (name === '.git' || entry.isDirectory())) continue;
    const path = folder.prefix + name;
    const isFolder = entry.isDirectory();
    const verdict = verdictOf(folder.own, path, name, isFolder) ?? folder.verdict;
    const ignored = folder.ignored || (verdictOf(folder.plain, path, name, isFolder) ?? verdictOf(folder.git, path, name, isFolder)) === 'out';
    if (isFolder) {
      const prefix = `${path}/`;
      if (only?.leadsTo(prefix) === false) continue;
      if (ignored && verdict !== 'in' && !mayForce(folder.own, prefix) && forcedOnly?.mayForceBelow(prefix) !== true) continue;
      pending.push({ ...folder, prefix, ignored, verdict });
    } else {
      if (only?.has(path) === false) continue;
      if (ignored && (verdict !== 'in' || forcedOnly?.known.has(path) === true)) continue;
      const stat = disk.stat(path);
      if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) continue;
      files.push({ key: path, file: disk.found(path, stat, { skipped: verdict === 'out' ? 'excluded' : null, forced: verdict === 'in', edited: forcedOnly !== undefined }) });
    }
  }
}

function read(disk: Disk, prefix: string): Dirent[] | null {
  try {
    return readdirSync(disk.system(prefix), { withFileTypes: true, encoding: 'latin1' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Gone since it was listed: nothing is left to say about it.
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    if (code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

function withRules(disk: Disk, folder: Folder, entries: readonly Dirent[]): Folder {
  let { git, plain, own } = folder;
  for (const { name } of entries) {
    if (name !== '.gitignore' && name !== '.ignore' && name !== OWN_FILE) continue;
    const rules = readRules(disk.base + folder.prefix + name, folder.prefix);
    if (rules === null) continue;
    if (name === OWN_FILE) own = [...own, rules];
    else if (name === '.ignore') plain = [...plain, rules];
    else git = [...git, rules];
  }
  return { ...folder, git, plain, own };
}

function mayForce(chain: RuleChain, folder: string): boolean {
  return chain.some((rules) => rules.mayForceBelow(folder));
}
