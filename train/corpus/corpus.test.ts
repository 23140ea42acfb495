import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { languageOf } from '../../src/code/mod.ts';
import { openParser } from '../../src/code/parse/mod.ts';
import { definitionUnits, prototypeDocs } from './definitions.ts';
import { docText } from './doc-text.ts';
import { fingerprint, packFingerprints, unpackFingerprints } from './fingerprint.ts';
import { manifestOf, tally, tableOf } from './manifest.ts';
import { changeUnits, drawn, sectionUnits } from './prose.ts';
import { readPackageList } from './registries.ts';
import { excluder, isGenerated, isWanted, withinShare } from './selection.ts';
import { tarEntries } from './tar.ts';

const parser = await openParser();

/** Units of a small file, one a line: `function name < container | signature | doc | body | calls`. */
async function check(path: string, text: string, expected: readonly string[]): Promise<void> {
  const language = languageOf(path);
  assert.ok(language);
  const source = { package: 'p', path, language: language.name, text, isTest: false };
  const units = definitionUnits(source, await parser.facts(path, language, text)).map(({ unit }) => unit);
  const lines = units.map(({ k, n, c, s, d, b, x }) => [`${k} ${n}${c === '' ? '' : ` < ${c}`}`, s, d, b.replace(/\s+/g, ' '), x.join(' ')].join(' | '));
  assert.deepEqual(lines, expected);
}

const LONG = 'total = total + weigh(item) * factor(item) + offset(item)';

describe('definitionUnits', () => {
  test('a Python class is told by its members, a method by its body, and a doc string goes to its own definition', () =>
    check('a.py', `class Scale:\n    """Weighs things by their kind."""\n    limit: int = 3\n\n    def weigh_all(self, items):\n        """Sum up the weight of all items.\n\n        :param items: what to weigh\n        """\n        ${LONG}\n        return total\n`, [
      'class Scale | class Scale: | Weighs things by their kind. | limit: int = 3 def weigh_all(self, items): | ',
      `function weigh_all < Scale | def weigh_all(self, items): | Sum up the weight of all items. items what to weigh | ${LONG} return total | weigh factor offset`,
    ]));

  test('a trivial getter is left out, and so is what is too short', () =>
    check('a.java', 'class A {\n  int x;\n  int y;\n  /** Gets the value of x. */\n  int getX() {\n    return x;\n  }\n  void f() { g(); }\n}\n', [
      'class A | class A |  | int x; int y; int getX() void f() | ',
    ]));

  test('a file is told by the prose at its top, not by its licence', () =>
    check('a.c', `/* Copyright (C) 1999 Somebody. You should have received a copy of the GNU General Public License. */\n\n/* Sorts records on disk by merging runs. */\n#include <stdio.h>\n\nint merge_runs(int a)\n{\n  ${LONG};\n  return a;\n}\nint other(void);\nstruct run { int from; int to; };\n`, [
      `function merge_runs | int merge_runs(int a) |  | { ${LONG}; return a; } | weigh factor offset`,
      'file a |  | Sorts records on disk by merging runs. | int merge_runs(int a) struct run int from; int to; | ',
    ]));

  test('a prototype in a header lends its doc by name', async () => {
    const text = '/** Adds a node to the end of the list. */\nextern struct node *list_append(struct list *list,\n  int value);\n\n/* Not about this. */\nint x;\n';
    const language = languageOf('a.h');
    assert.ok(language);
    const docs = prototypeDocs({ package: 'p', path: 'a.h', language: 'c', text, isTest: false }, await parser.facts('a.h', language, text));
    assert.deepEqual([...docs], [['list_append', 'Adds a node to the end of the list.']]);
  });
});

describe('docText', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['Javadoc', '/**\n * Computes the sum.\n *\n * @param a the first {@code int} thing\n * @return the sum of both\n * @throws IOException if bad\n */', 'Computes the sum. a the first int thing returns the sum of both'],
    ['numpydoc', '"""Return the mean.\n\nParameters\n----------\na : array_like\n    The array.\n\nExamples\n--------\n>>> mean(1)\n"""', 'Return the mean. a array_like The array.'],
    ['XML of C#', '/// <summary>Opens the <see cref="Foo"/> thing.</summary>', 'Opens the Foo thing.'],
    ['roxygen', "#' Filter rows of a table\n#'\n#' @export\n#' @examples\n#' x <- 1", 'Filter rows of a table'],
    ['Haddock', '-- | Reverses the list\n-- in place.', 'Reverses the list in place.'],
    ['OCaml', '(** [add x y] adds the two numbers. *)', '[add x y] adds the two numbers.'],
    ['Rust', '/// Returns the `Foo` of it.\n///\n/// # Examples\n///\n/// ```\n/// let x = 1;\n/// ```', 'Returns the Foo of it.'],
    ['YARD', '# Counts things by name.\n# @param [String] name whom to count', 'Counts things by name. name whom to count'],
    ['Elixir', '"""\n  Adds two things together.\n\n      iex> add(1, 2)\n  """', 'Adds two things together.'],
    ['two blocks in a row', '/** Ends the run early. */\n/** Adapts a function for the runner. */', 'Adapts a function for the runner.'],
    ['links of R', "#' Finds the nearest \\code{\\link[pkg]{Neighbor}} cells", 'Finds the nearest Neighbor cells'],
    ['a licence', '/* Copyright 2001 Somebody.\n * Licensed under the Apache License, Version 2.0 */', ''],
    ['code that was commented out', '// foo(bar);\n// if (x) { return y; }', ''],
    ['a directive', '// eslint-disable-next-line no-unused-vars', ''],
    ['too few words', '// the end', ''],
  ];
  for (const [name, raw, expected] of cases) test(name, () => assert.equal(docText(raw), expected));
});

describe('what is left out', () => {
  const names = excluder('# comment\nlibuv\nfmt\nexpress # why\n');
  for (const path of ['src/libuv/a.c', 'libuv-1.44.2/a.c', 'node_modules/express/index.js', 'python-fmt/a', 'include/spdlog/fmt/core.h']) {
    test(`${path} by its name`, () => assert.notEqual(names.name(path), null));
  }
  for (const path of ['src/expression/a.c', 'lib/format.c']) test(`${path} stays`, () => assert.equal(names.name(path), null));

  test('fingerprints see no white space, and survive packing', () => {
    assert.equal(fingerprint('int a;\n  int b;'), fingerprint('int a; int b;'));
    assert.notEqual(fingerprint('int a;'), fingerprint('int b;'));
    const values = [fingerprint('a'), fingerprint('b')];
    assert.deepEqual(unpackFingerprints(packFingerprints(values)), new Set(values.sort((a, b) => a - b)));
    assert.throws(() => unpackFingerprints(Buffer.alloc(7)), RangeError);
  });

  test('vendored, generated, minified and huge files', () => {
    const wanted = (path: string, size = 500): boolean => isWanted(path, size, null);
    assert.deepEqual(['src/a.c', 'third_party/a.c', 'a.min.js', 'a.d.ts', 'docs/a.rst', 'a.bin'].filter((path) => wanted(path)), ['src/a.c', 'docs/a.rst']);
    assert.equal(wanted('src/a.c', 10_000_000), false);
    assert.equal(isWanted('src/a.c', 500, new Set(['go'])), false);
    assert.equal(isGenerated('// Code generated by x. DO NOT EDIT.\n'), true);
    assert.equal(isGenerated('"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n'), true);
    assert.equal(isGenerated('int main(void)\n{\n}\n'), false);
  });

  test('a package gives no more than its share, and not what was compiled from its sources', () => {
    const entry = (path: string): { path: string; bytes: Buffer } => ({ path, bytes: Buffer.alloc(100) });
    assert.deepEqual(withinShare([entry('src/a.ts'), entry('lib/a.js')], 1_000).map(({ path }) => path), ['src/a.ts']);
    assert.equal(withinShare(Array.from({ length: 20 }, (_, i) => entry(`d${i}/a.c`)), 1_000).length, 10);
  });
});

describe('prose', () => {
  const body = 'Text that says in some detail how this part of the program works, what it needs, and what it gives back to whoever calls it. '.repeat(2).trim();

  test('sections of Markdown and reStructuredText', () => {
    const markdown = sectionUnits('p', 'a.md', `# Parser\n\n${body}\n\n## Error recovery\n\n${body}\n\n## License\n\n${body}\n`);
    assert.deepEqual(markdown.map(({ n, c, b }) => [n, c, b]), [['Parser', '', body], ['Error recovery', 'Parser', body]]);
    const rst = sectionUnits('p', 'a.rst', `Parser\n======\n\n${body}\n\nErrors\n------\n\n${body}\n`);
    assert.deepEqual(rst.map(({ n, c }) => [n, c]), [['Parser', ''], ['Errors', 'Parser']]);
  });

  test('a change log names functions', () => {
    const log = '2001-02-03  A Person  <a@b.c>\n\n\t* src/list.c (list_add, list_del): Keep the count of\n\tthe nodes.\n\t(list_free): Free every node once.\n\t* other.c: Nothing of one function here.\n';
    assert.deepEqual(changeUnits('p', 'ChangeLog', log, () => 'c').map(({ f, n, d }) => [f, n, d]), [
      ['src/list.c', 'list_add', 'Keep the count of the nodes.'], ['src/list.c', 'list_del', 'Keep the count of the nodes.'], ['src/list.c', 'list_free', 'Free every node once.'],
    ]);
  });

  test('a draw is the same every time and keeps the order', () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const once = drawn(numbers, 10, String);
    assert.equal(once.length, 10);
    assert.deepEqual(once, drawn(numbers, 10, String));
    assert.deepEqual(once, [...once].sort((a, b) => a - b));
  });
});

describe('packages', () => {
  test('the list reads', () => {
    assert.deepEqual(readPackageList('# all\ndebian gsl\nnpm @a/b@1.2.3 typescript,javascript cap=2 # why\n'), [
      { registry: 'debian', name: 'gsl', version: null, languages: null, capBytes: 8_000_000 },
      { registry: 'npm', name: '@a/b', version: '1.2.3', languages: ['typescript', 'javascript'], capBytes: 2_000_000 },
    ]);
    assert.throws(() => readPackageList('npm rxjs\n'), /line 1/);
    assert.throws(() => readPackageList('debian gsl\ndebian gsl\n'), /again/);
  });

  test('a tar stream gives the files that are wanted, in any cut of its bytes', async () => {
    const header = (name: string, size: number, type: string): Buffer => {
      const block = Buffer.alloc(512);
      block.write(name);
      block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
      block.write(type, 156);
      return block;
    };
    const file = (name: string, text: string): Buffer[] => [header(name, text.length, '0'), Buffer.from(text.padEnd(512, '\0'))];
    const long = `${'d/'.repeat(80)}long.c`;
    const archive = Buffer.concat([...file('p/a.c', 'one'), ...file('p/b.bin', 'two'), header('x', long.length, 'L'), Buffer.from(long.padEnd(512, '\0')), ...file('cut', 'three'), Buffer.alloc(1_024)]);
    const cuts = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < archive.length; at += 100) yield archive.subarray(at, at + 100);
    };
    const found: string[] = [];
    for await (const { path, bytes } of tarEntries(cuts(), (path) => path.endsWith('.c'))) found.push(`${path} ${bytes.toString()}`);
    assert.deepEqual(found, ['p/a.c one', `${long} three`]);
  });

  test('totals are those of the packages', () => {
    const counts = { files: 1, sourceBytes: 10, generated: 0, excludedByName: 2, excludedFiles: 3, excludedUnits: 4, copies: 5, notDrawn: 6, failedFiles: 0 };
    const languages = tally([{ l: 'c', k: 'function', d: 'Adds it up.', t: 0 }, { l: 'c', k: 'function', d: '', t: 1 }]);
    const record = { package: 'a', version: '1', licence: null, seconds: 1, counts, copiesOfOthers: 1, units: 2, bytes: 100, languages };
    const manifest = manifestOf([record, { ...record, package: 'b' }]);
    assert.equal(manifest.totals.units, 4);
    assert.equal(manifest.totals.documented, 2);
    assert.equal(manifest.totals.excluded.copies, 12);
    assert.match(tableOf(manifest), /^c\s+4\s+0\s+0\s+0\s+0\s+2\s+2$/m);
  });
});
