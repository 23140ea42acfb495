/** The files of a work tree, as git lists them: what is tracked, and what is neither tracked nor ignored. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { breathe, throwIfAborted } from '../base/mod.ts';
import { convertedPaths } from './converted.ts';
import { Disk } from './disk.ts';
import { found, type FoundFile } from './found.ts';
import { runGit } from './git.ts';
import type { Location } from './location.ts';
import type { OnlyPaths } from './only.ts';
import { OWN_FILE, OwnRules } from './own-rules.ts';
import { walk, type WalkedFile } from './walk.ts';

/** One path of git's index. */
interface Tracked {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly absentOnPurpose: boolean;
  readonly unmerged: boolean;
  /** What the file looked like when git last saw that it holds `oid`; -1 where git's listing did not tell. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly size: number;
}

const ENTRY = /(\S) (\d{6}) ([0-9a-f]+) ([0-3])\t([^\0]*)\0(?: {2}ctime: (\d+):(\d+)\n {2}mtime: (\d+):(\d+)\n {2}dev: \d+\tino: \d+\n {2}uid: \d+\tgid: \d+\n {2}size: (\d+)\tflags: [0-9a-f]+\n)?/y;
const BREATH = 5_000;

/** `only`: byte strings of the paths to look at, instead of all. */
export async function listGitFiles(location: Location, signal: AbortSignal | undefined, only?: OnlyPaths): Promise<WalkedFile[]> {
  const call = { cwd: location.root, signal };
  // Before the listing: an index written meanwhile then counts as older than it is, which is the careful side.
  const indexMillis = statSync(join(location.gitDir as string, 'index'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const specs = ['--', ...(only === undefined ? ['.'] : only.pathspecs)];
  const [staged, others, changes] = await Promise.all([
    runGit(['--literal-pathspecs', 'ls-files', '-z', '--stage', '-v', '--debug', ...specs], call),
    runGit(['--literal-pathspecs', 'ls-files', '-z', '--others', '--exclude-standard', ...specs], call),
    location.head === null ? null : runGit(['--literal-pathspecs', 'diff-index', '--cached', '-z', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff', '--ignore-submodules=all', '--relative', location.head, ...specs], call),
  ]);
  const tracked = parseTracked(staged.toString('latin1'));
  const untracked = splitZero(others.toString('latin1'));
  const committed = changes === null ? null : parseChanges(changes.toString('latin1'));
  const disk = new Disk(location.root);
  const paths = tracked.map((entry) => entry.path).concat(untracked);
  const converted = await convertedPaths(location, disk, only === undefined ? paths : only.beside('.gitattributes'), signal);
  const own = OwnRules.read(disk.base, only === undefined ? ownFiles(paths) : only.beside(OWN_FILE));
  const judge = own.isEmpty ? () => null : (path: string) => own.verdict(path);
  const files: WalkedFile[] = [];
  const add = (key: string, file: FoundFile | null): void => {
    if (file !== null && only?.has(key) !== false) files.push({ key, file });
  };
  let seen = 0;
  for (const entry of tracked) {
    if (++seen % BREATH === 0) {
      throwIfAborted(signal);
      await breathe();
    }
    const verdict = judge(entry.path);
    add(entry.path, trackedFile(disk, entry, { committed, converted: converted(entry.path), indexMillis, excluded: verdict === 'out', forced: verdict === 'in' }));
  }
  for (const path of untracked) {
    const verdict = judge(path);
    add(path, untrackedFile(disk, path, converted(path) ? null : (committed?.get(path) ?? null), verdict === 'out', verdict === 'in'));
  }
  if (own.mayForceBelow('')) {
    const known = new Set(files.map((one) => one.key));
    const forcedOnly = { known, mayForceBelow: (folder: string) => own.mayForceBelow(folder) };
    for (const one of await walk(disk, { signal, only, forcedOnly })) files.push(one);
  }
  return files;
}

function parseTracked(text: string): Tracked[] {
  const tracked: Tracked[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const at = ENTRY.lastIndex;
    const match = ENTRY.exec(text);
    if (match === null) throw new Error(`git ls-files said something unknown: ${JSON.stringify(text.slice(at, at + 80))}`);
    const [, tag = '', mode = '', oid = '', stage = '0', path = '', ctime = '-1', ctimeNanos = '0', mtime = '-1', mtimeNanos = '0', size = '-1'] = match;
    const unmerged = stage !== '0';
    // The sides of a conflict follow each other; the path is one file.
    if (unmerged && tracked.at(-1)?.path === path) continue;
    tracked.push({ path, mode, oid, absentOnPurpose: tag === 'S' || tag === 's', unmerged, mtimeMs: millis(mtime, mtimeNanos), ctimeMs: millis(ctime, ctimeNanos), size: Number(size) });
  }
  return tracked;
}

/** The same arithmetic as in the stat of Node, so that equal times are equal numbers. */
function millis(seconds: string, nanos: string): number {
  return Number(seconds) * 1000 + Number(nanos) / 1_000_000;
}

/** Paths that differ between HEAD and git's index, with the blob that HEAD holds (null: HEAD has none). */
function parseChanges(text: string): Map<string, string | null> {
  const changes = new Map<string, string | null>();
  const parts = splitZero(text);
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const oid = (parts[i] as string).split(' ')[2] ?? '';
    changes.set(parts[i + 1] as string, /^0*$/.test(oid) ? null : oid);
  }
  return changes;
}

export function splitZero(text: string): string[] {
  const parts = text.split('\0');
  parts.pop();
  return parts;
}

function ownFiles(paths: readonly string[]): string[] {
  return [...new Set([OWN_FILE, ...paths.filter((path) => path.endsWith(`/${OWN_FILE}`))])];
}

interface Judgement {
  readonly committed: ReadonlyMap<string, string | null> | null;
  readonly converted: boolean;
  readonly indexMillis: number;
  readonly excluded: boolean;
  readonly forced: boolean;
}

function trackedFile(disk: Disk, entry: Tracked, judgement: Judgement): FoundFile | null {
  const { path } = entry;
  const { committed, forced } = judgement;
  if (entry.mode === '160000') return found(path, { size: 0, mtimeMs: 0 }, { skipped: 'submodule' });
  const at = path.lastIndexOf('/');
  const stat = disk.isTrueFolder(at < 0 ? '' : path.slice(0, at)) ? disk.stat(path) : undefined;
  if (stat === undefined) return entry.absentOnPurpose ? found(path, { size: 0, mtimeMs: 0 }, { skipped: 'not_present' }) : null;
  if (!stat.isFile() && !stat.isSymbolicLink()) return null;
  const staged = entry.unmerged || committed === null || committed.has(path);
  const committedOid = judgement.converted || committed === null ? null : committed.has(path) ? (committed.get(path) as string | null) : entry.oid;
  const same = !entry.unmerged && stat.size === entry.size && stat.mtimeMs === entry.mtimeMs;
  // A file changed in the same instant in which git wrote its index looks unchanged to its stat data ("racy git").
  const sure = same && !judgement.converted && stat.ctimeMs === entry.ctimeMs && entry.mtimeMs < judgement.indexMillis;
  return disk.found(path, stat, { oid: sure ? entry.oid : null, committedOid, edited: staged || !same, skipped: judgement.excluded ? 'excluded' : null, forced });
}

function untrackedFile(disk: Disk, path: string, committedOid: string | null, excluded: boolean, forced: boolean): FoundFile | null {
  // Git lists a repository inside this one as a folder.
  if (path.endsWith('/')) return found(path.slice(0, -1), { size: 0, mtimeMs: 0 }, { skipped: 'submodule' });
  const stat = disk.stat(path);
  if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) return null;
  return disk.found(path, stat, { committedOid, edited: true, skipped: excluded ? 'excluded' : null, forced });
}
