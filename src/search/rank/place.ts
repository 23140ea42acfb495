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
  readonly barrel: boolean;
  /** Types or interfaces of what is written elsewhere. */
  readonly declarations: boolean;
  readonly header: boolean;
}

const TEST_FOLDERS = new Set(['test', 'tests', 'testing', '__tests__', 'spec', 'specs', 'testdata', 'test_data', 'fixtures', 'testutil', 'testutils', 'e2e', '__mocks__', 'mocks', 'jvmtest', 'commontest', 'androidtest', 'selftests', 'kunit']);
const TEST_NAME = /(?:^|[._-])(?:tests?|spec|specs|unittest|mock)(?:[._-]|$)|^test|(?:Test|Tests|Spec|TestCase|IT)\.[a-z]+$|^conftest\.py$/;
const EXAMPLE_FOLDERS = new Set(['example', 'examples', 'sample', 'samples', 'demo', 'demos', 'docs', 'doc', 'documentation', 'docs_src', 'tutorial', 'tutorials', 'playground', 'bench', 'benches', 'benchmark', 'benchmarks', 'perf', 'website', 'site']);
const VENDORED_FOLDERS = new Set(['vendor', 'vendored', 'third_party', 'third-party', 'thirdparty', 'node_modules', 'external', 'extern', 'deps', 'dist', 'generated', 'bower_components', '_vendor']);
const LEGACY_FOLDERS = new Set(['legacy', 'compat', 'deprecated', 'obsolete', 'old', '_compat', 'v1', 'shim', 'shims', 'polyfill', 'polyfills']);
const LEGACY_NAME = /(?:^|[._-])(?:legacy|compat|deprecated|old|shims?|polyfills?)(?:[._-]|$)/i;
const BARRELS = new Set(['__init__.py', 'index.ts', 'index.js', 'index.tsx', 'index.mjs', 'mod.rs', 'lib.rs', 'package-info.java', 'mod.ts', 'doc.go', 'init.lua']);

export function readPath(path: string): PathEvidence {
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
    example: lower.some((segment) => EXAMPLE_FOLDERS.has(segment)),
    vendored: lower.some((segment) => VENDORED_FOLDERS.has(segment)),
    legacy: lower.some((segment) => LEGACY_FOLDERS.has(segment)) || LEGACY_NAME.test(base),
    barrel: BARRELS.has(name), declarations: /\.(?:d\.[cm]?ts|pyi|mli|rbi)$/.test(name), header: name.endsWith('.h'),
  };
}
