/** What a path says about a file: words for matching, and what kind of file it is. Knows conventions of the field, no repository. */
import { partsOf, stem } from '../../words/mod.ts';

export interface PathEvidence {
  /** Stemmed words of the file name without its ending. */
  readonly stem: readonly string[];
  /** Stemmed words of the nearest folder, and of all folders. */
  readonly parent: readonly string[];
  readonly folders: readonly string[];
  readonly depth: number;
  readonly test: boolean;
  readonly example: boolean;
  readonly vendored: boolean;
  readonly legacy: boolean;
  /** Written for a system other than the POSIX ones that most code is read on. */
  readonly platform: boolean;
  /** Versions in the path (`v3/`, `api_v2.py`), each with what stands before it: the same thing in another version has the same. */
  readonly versions: readonly { readonly of: string; readonly number: number }[];
  readonly barrel: boolean;
  /** Types or interfaces of what is written elsewhere. */
  readonly declarations: boolean;
  readonly header: boolean;
}

const TEST_FOLDERS = new Set(['test', 'tests', 'testing', '__tests__', 'spec', 'specs', 'testdata', 'test_data', 'fixtures', 'testutil', 'testutils', 'e2e', '__mocks__', 'mocks', 'jvmtest', 'commontest', 'androidtest', 'selftests', 'kunit']);
const TEST_NAME = /(?:^|[._-])(?:tests?|spec|specs|unittest|mock)(?:[._-]|$)|^test|(?:Test|Tests|Spec|TestCase|IT)\.[a-z]+$|^conftest\.py$/;
const EXAMPLE_FOLDERS = new Set(['example', 'examples', 'sample', 'samples', 'demo', 'demos', 'docs', 'doc', 'documentation', 'docs_src', 'tutorial', 'tutorials', 'playground', 'bench', 'benches', 'benchmark', 'benchmarks', 'perf', 'website', 'site']);
const DOMAIN = /^(?:org|com|net|io|edu|dev)$/;
const VENDORED_FOLDERS = new Set(['vendor', 'vendored', 'third_party', 'third-party', 'thirdparty', 'node_modules', 'external', 'extern', 'deps', 'dist', 'generated', 'bower_components', '_vendor']);
const LEGACY_FOLDERS = new Set(['legacy', 'compat', 'deprecated', 'obsolete', 'old', '_compat', 'v1', 'shim', 'shims', 'polyfill', 'polyfills']);
const LEGACY_NAME = /(?:^|[._-])(?:legacy|compat|deprecated|old|shims?|polyfills?)(?:[._-]|$)/i;
const BARRELS = new Set(['__init__.py', 'index.ts', 'index.js', 'index.tsx', 'index.mjs', 'mod.rs', 'lib.rs', 'package-info.java', 'mod.ts', 'doc.go', 'init.lua']);

const PLATFORM = /^(?:win|win32|win64|windows|cygwin|os390|os400|aix|ibmi|sunos|solaris|haiku|vms|amiga|wasi|qnx)$/;
const VERSION = /^(.*?)(?:^|[._-])v(\d{1,3})$/i;

/** Paths whose reading is remembered: a query reads hundreds, most of them again. */
const REMEMBERED = 20_000;
const known = new Map<string, PathEvidence>();

export function readPath(path: string): PathEvidence {
  let evidence = known.get(path);
  if (evidence === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(path, (evidence = evidenceOf(path)));
  }
  return evidence;
}

function evidenceOf(path: string): PathEvidence {
  const segments = path.split('/');
  const name = segments.pop() as string;
  const dot = name.indexOf('.', 1);
  const base = dot < 0 ? name : name.slice(0, dot);
  const lower = segments.map((segment) => segment.toLowerCase());
  const words = (text: string): string[] => text.split(/[^\p{L}\p{N}_$]+/u).flatMap((part) => partsOf(part)).map(stem);
  const parts = base.split(/[^\p{L}\p{N}_$]+/u).flatMap((part) => partsOf(part));
  return {
    stem: parts.map(stem),
    parent: segments.length === 0 ? [] : words(segments[segments.length - 1] as string), folders: segments.flatMap(words), depth: segments.length,
    test: lower.some((segment) => TEST_FOLDERS.has(segment) || /^(?:test|tests)[._-]|[._-](?:test|tests)$/.test(segment)) || TEST_NAME.test(name),
    // `org/example` is a package as its owner names it, not a folder of examples.
    example: lower.some((segment, at) => EXAMPLE_FOLDERS.has(segment) && !DOMAIN.test(lower[at - 1] ?? '')),
    vendored: lower.some((segment) => VENDORED_FOLDERS.has(segment)),
    legacy: lower.some((segment) => LEGACY_FOLDERS.has(segment)) || LEGACY_NAME.test(base),
    platform: [...lower, ...parts].some((word) => PLATFORM.test(word)), versions: versionsOf([...lower, base.toLowerCase()]),
    barrel: BARRELS.has(name), declarations: /\.(?:d\.[cm]?ts|pyi|mli|rbi)$/.test(name), header: name.endsWith('.h'),
  };
}

function versionsOf(segments: readonly string[]): { of: string; number: number }[] {
  return segments.flatMap((segment, at) => {
    const match = VERSION.exec(segment);
    return match === null ? [] : [{ of: `${segments.slice(0, at).join('/')}/${match[1] as string}`, number: Number(match[2]) }];
  });
}
