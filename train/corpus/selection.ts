/** Which files of an archive are taken: code that people wrote for this package, within the package's share of bytes. */
import { languageOf } from '../../src/code/mod.ts';
import { lot } from './fingerprint.ts';
import { isChangeLog, isManual } from './prose.ts';
import type { TarEntry } from './tar.ts';

/** Languages with definitions to mine; data and markup are not. */
const CODE = new Set([
  'c', 'cpp', 'csharp', 'java', 'javascript', 'typescript', 'tsx', 'python', 'go', 'rust', 'ruby', 'php', 'haskell', 'scala', 'kotlin', 'swift',
  'lua', 'elixir', 'ocaml', 'ocaml_interface', 'r', 'julia', 'bash', 'zig', 'sql', 'dart', 'objc', 'powershell', 'solidity',
]);

const FILE_BYTES_MAX = 400_000;
const PROSE_BYTES_MAX = 2_000_000;
/** Tests beside the code, as a part of the cap: they repeat themselves and hardly say what they do. */
const TESTS_SHARE = 0.12;
const VENDORED = new Set([
  'node_modules', 'bower_components', 'vendor', 'vendors', 'vendored', '_vendor', '_vendored', 'third_party', 'third-party', 'thirdparty', '3rdparty', '3rd-party',
  'external', 'externals', 'extern', 'deps', 'bundled', 'godeps', 'dist', 'build', '_build', 'out', 'target', 'generated', 'gen', '__generated__', 'autogen', 'bindings',
  'testdata', 'test-data', 'test_data', 'fixtures', '__fixtures__', '__snapshots__', 'locale', 'locales', 'po', '.pc', '.git', 'esm', 'cjs', 'umd', 'es', 'bundles', 'min', 'l10n', 'i18n',
]);
const GENERATED_NAME = /(?:\.min\.js|\.bundle\.js|\.d\.[mc]?ts|[._]pb2?(?:_grpc)?\.\w+|\.g\.dart|\.designer\.cs|_generated\.\w+|\.generated\.\w+|(?:^|\/)(?:configure|config\.guess|config\.sub|ltmain\.sh|install-sh|depcomp|missing|aclocal\.m4|libtool|package-lock\.json)|\.umd\.js|\.cjs\.js|-bundle\.js|zz_generated[^/]*)$/i;
const GENERATED_BANNER = /\b(?:code generated\b.{0,200}\bdo not edit|@generated\b|auto-?generated|automatically generated|generated (?:by|from|automatically)|do not (?:edit|modify) (?:this file|by hand|manually|directly))/i;
const COMPILED = /Object\.defineProperty\(exports, ["']__esModule["']|__webpack_require__|\/\/# sourceMappingURL=|var __(?:extends|awaiter|importDefault|createBinding) =|_interopRequire(?:Default|Wildcard)\(/;
const TEST_PATH = /(?:^|\/)(?:tests?|testing|specs?|__tests__|testsuite|t|androidTest|unittests?)\/|(?:^|\/)(?:test_[^/]*|conftest)\.py$|[._-](?:test|tests|spec|unittest)\.\w+$|(?:Test|Tests|TestCase|Spec)\.(?:java|kt|scala|cs|swift|php|hs|groovy)$/;

export interface Excluder {
  /** The excluded name in a path or package name, or null. */
  name(path: string): string | null;
}

/** Names of projects, one a line, `#` opens a comment. A folder or a package of such a name, with or without a version, is left out. */
export function excluder(list: string): Excluder {
  const names = new Set(list.split('\n').map((line) => line.replace(/#.*/, '').trim().toLowerCase()).filter((name) => name !== ''));
  return {
    name(path) {
      for (const segment of path.toLowerCase().split('/')) {
        const plain = segment.replace(/[-_]v?\d[\w.+~-]*$/, '').replace(/@.*$/, '');
        const bare = plain.replace(/^(?:python3?-|node-|ruby-|golang-(?:github-|go\w*-)?|rust-|haskell-|php-|lua-|lib|elixir-|ocaml-|r-cran-)/, '').replace(/-(?:java|clojure|go|dev|rs|js|php|py|ruby|rb|cpp)$/, '');
        for (const name of [segment, plain, bare]) if (names.has(name)) return name;
      }
      return null;
    },
  };
}

/** The path without the archive's own first folder. */
export function innerPath(path: string): string {
  const clean = path.startsWith('./') ? path.slice(2) : path;
  return clean.slice(clean.indexOf('/') + 1);
}

export function isTestPath(path: string): boolean {
  return TEST_PATH.test(path);
}

/** The language that a path is mined as, or null. Only `languages` where those are given. */
export function codeLanguage(path: string, languages: ReadonlySet<string> | null): string | null {
  const name = languageOf(path)?.name ?? null;
  if (name === null || !CODE.has(name)) return null;
  const plain = name === 'tsx' ? 'typescript' : name === 'ocaml_interface' ? 'ocaml' : name;
  return languages === null || languages.has(plain) ? plain : null;
}

/** By name and size alone, before the bytes are read. */
export function isWanted(path: string, size: number, languages: ReadonlySet<string> | null): boolean {
  if (size < 40 || size > FILE_BYTES_MAX) return false;
  const segments = path.toLowerCase().split('/');
  if (segments.slice(0, -1).some((segment) => VENDORED.has(segment))) return false;
  if (GENERATED_NAME.test(path)) return false;
  return isManual(path) || isChangeLog(path) || codeLanguage(path, languages) !== null;
}

/** Made by a program, or minified: by what stands in it. */
export function isGenerated(text: string): boolean {
  if (GENERATED_BANNER.test(text.slice(0, 1_500)) || COMPILED.test(text.slice(0, 4_000)) || COMPILED.test(text.slice(-400))) return true;
  const lines = text.split('\n').length;
  return text.length / lines > 200;
}

/**
 * Files up to the cap of bytes, whole folders at a time in an order drawn by lot, then by path: the same on every run.
 * Where a package ships TypeScript in `src`, what was compiled from it is left out.
 */
export function withinShare(entries: readonly TarEntry[], capBytes: number): TarEntry[] {
  const hasSources = entries.some(({ path }) => /^src\/.*\.tsx?$/.test(path));
  const kept = entries.filter(({ path }) => !(hasSources && /^(?:lib|build|dist|module|commonjs|src)\/.*\.[mc]?jsx?$/.test(path)));
  const folder = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const order = kept.map((entry) => ({ entry, at: lot(folder(entry.path)) })).sort((a, b) => a.at - b.at || (a.entry.path < b.entry.path ? -1 : 1));
  const left = { code: capBytes, tests: capBytes * TESTS_SHARE, prose: PROSE_BYTES_MAX };
  return order.filter(({ entry }) => {
    const share = isManual(entry.path) || isChangeLog(entry.path) ? 'prose' : isTestPath(entry.path) ? 'tests' : 'code';
    if (entry.bytes.length > left[share]) return false;
    left[share] -= entry.bytes.length;
    return true;
  }).map(({ entry }) => entry).sort((a, b) => (a.path < b.path ? -1 : 1));
}
