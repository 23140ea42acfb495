/**
 * Copies programs of a Debian system into an empty root: the programs, the libraries that they load, and what the
 * package manager knows about them, so that scanners see which versions an image without a package manager holds.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Debian keeps these as links into /usr; the loader of programs is named by one of them. */
const MERGED = ['bin', 'lib', 'lib64', 'sbin'];

/** Copies into `root`: programs (their place there, and the file that it is copied from) with their libraries, and `files` as they are. */
export function copySystem(root: string, programs: Readonly<Record<string, string>>, files: readonly string[]): void {
  mkdirSync(root, { recursive: true });
  for (const name of MERGED) if (isLink(`/${name}`)) symlinkSync(readlinkSync(`/${name}`), path.join(root, name));
  const copied = new Set<string>();
  for (const [place, program] of Object.entries(programs)) {
    if (place === program) copyFile(program, root, copied);
    else copyTo(program, path.join(root, place));
    for (const library of librariesOf(program)) copyFile(library, root, copied);
  }
  for (const file of files) copyFile(file, root, copied);
  for (const name of packagesOf([...copied])) writeDown(name, root);
}

/** Places that container engines mount over; some cannot make them in a root that is read-only. */
const MOUNTED = ['dev', 'proc', 'run', 'sys', 'tmp'];
const MOUNTED_FILES = ['hosts', 'hostname', 'resolv.conf'];
const NOWHERE = '/nonexistent';

/** The account of the image, what its programs look names up in, and where engines mount. */
export function writeAccounts(root: string, { name, id, home }: { readonly name: string; readonly id: number; readonly home: string }): void {
  const etc = path.join(root, 'etc');
  mkdirSync(etc, { recursive: true });
  writeFileSync(path.join(etc, 'passwd'), `root:x:0:0:root:${NOWHERE}:${NOWHERE}\n${name}:x:${id}:${id}:${name}:${home}:${NOWHERE}\n`);
  writeFileSync(path.join(etc, 'group'), `root:x:0:\n${name}:x:${id}:\n`);
  writeFileSync(path.join(etc, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  for (const one of MOUNTED_FILES) writeFileSync(path.join(etc, one), '');
  for (const one of [...MOUNTED, home]) mkdirSync(path.join(root, one));
  chmodSync(path.join(root, 'tmp'), 0o1777);
}

function librariesOf(program: string): string[] {
  const told = execFileSync('ldd', [program], { encoding: 'utf8' });
  if (told.includes('not found')) throw new Error(`${program} lacks a library:\n${told}`);
  return [...told.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] as string);
}

/** The file itself, and every link that leads to it by the name that is asked for. */
function copyFile(file: string, root: string, copied: Set<string>): void {
  const folder = realpathSync(path.dirname(file));
  const place = path.join(folder, path.basename(file));
  if (copied.has(place)) return;
  copied.add(place);
  const target = path.join(root, place);
  if (!isLink(place)) return copyTo(place, target);
  mkdirSync(path.dirname(target), { recursive: true });
  const to = readlinkSync(place);
  symlinkSync(to, target);
  copyFile(path.resolve(folder, to), root, copied);
}

function copyTo(file: string, target: string): void {
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(file, target);
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Packages that own the files; Node of the base image belongs to none. */
function packagesOf(files: readonly string[]): string[] {
  // Packages list files under the old names, before /usr took them all.
  const known = files.flatMap((file) => [file, file.replace(/^\/usr(?=\/(?:lib|lib64|bin)\/)/, '')]);
  // It fails because some are unknown, and tells of the others all the same.
  const { stdout } = spawnSync('dpkg-query', ['-S', ...known], { encoding: 'utf8' });
  const names = [...stdout.matchAll(/^([a-z0-9][a-z0-9+.-]+)(?::\w+)?: \//gm)].map((match) => match[1] as string);
  if (names.length === 0) throw new Error('dpkg-query knows none of the copied files: is this a Debian system?');
  return [...new Set(names)].sort();
}

function writeDown(name: string, root: string): void {
  const folder = path.join(root, 'var/lib/dpkg/status.d');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), execFileSync('dpkg-query', ['-s', name], { encoding: 'utf8' }));
  const copyright = `/usr/share/doc/${name}/copyright`;
  if (existsSync(copyright)) cpSync(copyright, path.join(root, copyright), { dereference: true });
}
