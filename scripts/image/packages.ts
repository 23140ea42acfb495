/**
 * Copies what the program loads out of `node_modules`: the packages that it depends on, and of those the files that Node
 * reads. Grammars ship their C sources and programs for every platform, a gigabyte in all, of which one file is loaded.
 */
import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '../../src/code/mod.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Endings of what Node loads by itself; of everything else only licences are taken along. */
const LOADED = new Set(['.js', '.cjs', '.mjs', '.json', '.node', '.wasm', '.lua']);
const LICENCE = /^(?:licen[cs]e|notice|copying)/i;
/** Folders of packages that hold sources of native parts, or what only their authors run. */
const UNUSED_FOLDERS = new Set(['node_modules', 'test', 'tests', '__tests__', 'benchmark', 'benchmarks', 'docs', 'examples', '.github']);
const UNUSED_IN = new Map([['better-sqlite3', ['deps', 'src']], ['better-sqlite3-multiple-ciphers', ['deps', 'src']]]);

/** Copies from `<from>/node_modules` into `<to>/node_modules`: the dependencies of the package in `from`, and `extras`, which it may load when they are there. */
export function copyPackages(from: string, to: string, extras: readonly string[] = []): void {
  const grammars = grammarFiles();
  const { dependencies = {} } = manifestOf(from);
  const done = new Set<string>();
  const visit = (name: string, asker: string, needed: boolean): void => {
    const folder = folderOf(name, asker, from);
    if (folder === null) {
      if (needed) throw new Error(`${name}, which ${asker} needs, is not in node_modules: run npm ci.`);
      return;
    }
    if (done.has(folder)) return;
    done.add(folder);
    const target = path.join(to, path.relative(from, folder));
    const files = grammars.get(name);
    if (files !== undefined) return copyGrammar(folder, target, files);
    copyLoaded(name, folder, target);
    const { dependencies: own = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(folder);
    for (const one of Object.keys(own)) visit(one, folder, !(one in optionalDependencies));
    for (const one of Object.keys(optionalDependencies)) visit(one, folder, false);
    for (const one of Object.keys(peerDependencies)) if (peerDependenciesMeta[one]?.optional !== true) visit(one, folder, false);
  };
  for (const name of [...Object.keys(dependencies), ...extras]) visit(name, from, true);
}

/** Of a grammar the program reads one file or two by name; what the package depends on would be for its native part. */
function grammarFiles(): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const { grammar } of LANGUAGES) {
    if (grammar !== null) files.set(grammar.package, [...(files.get(grammar.package) ?? []), grammar.file]);
  }
  return files;
}

function copyGrammar(folder: string, target: string, files: readonly string[]): void {
  const licences = readdirSync(folder).filter((name) => LICENCE.test(name));
  for (const name of ['package.json', ...licences, ...files]) cpSync(path.join(folder, name), path.join(target, name));
}

function copyLoaded(name: string, folder: string, target: string): void {
  const unused = UNUSED_IN.get(name) ?? [];
  cpSync(folder, target, {
    recursive: true, dereference: true,
    filter: (file) => {
      const inside = path.relative(folder, file);
      const base = path.basename(file);
      if (inside === '') return true;
      if (statSync(file).isDirectory()) return !UNUSED_FOLDERS.has(base) && !unused.includes(inside);
      if (path.basename(path.dirname(file)) === 'prebuilds' || path.basename(path.dirname(path.dirname(file))) === 'prebuilds') return isOurs(inside);
      return LICENCE.test(base) || (LOADED.has(path.extname(base)) && !base.endsWith('.d.json'));
    },
  });
}

/** Programs for other systems stay behind: `prebuilds/linux-x64.node` and `prebuilds/linux-x64/name.node` are both usual. */
function isOurs(file: string): boolean {
  return file.includes(`${process.platform}-${process.arch}`);
}

/** As Node looks for it: in the asker's own folder, then in those above. */
function folderOf(name: string, asker: string, root: string): string | null {
  for (let at = asker; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (at === root || at === path.dirname(at)) return null;
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
