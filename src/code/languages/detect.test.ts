import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageNamed, languageOf, languageOfText } from './detect.ts';
import { LANGUAGES } from './table.ts';

test('a language is known by file name, ending, compound ending and interpreter', () => {
  const cases: readonly (readonly [path: string, firstLine: string | undefined, expected: string | null])[] = [
    ['src/a.ts', undefined, 'typescript'],
    ['src/a.d.ts', undefined, 'typescript'],
    ['src/a.TSX', undefined, 'tsx'],
    ['lib/Rakefile', undefined, 'ruby'],
    ['a.b/c', undefined, null],
    ['bin/tool', '#!/usr/bin/env python3', 'python'],
    ['bin/tool', '#!/usr/bin/python3.12 -u', 'python'],
    ['bin/tool', '#!/usr/bin/env -S node --flag', 'javascript'],
    ['bin/tool', 'plain text', null],
    ['.c', undefined, 'c'],
    ['', undefined, null],
  ];
  for (const [path, firstLine, expected] of cases) assert.equal(languageOf(path, firstLine)?.name ?? null, expected, path);
});

test('names and aliases lead to a language in any case, and belong to one language each', () => {
  assert.equal(languageNamed('C++')?.name, 'cpp');
  assert.equal(languageNamed('TS')?.name, 'typescript');
  assert.equal(languageNamed('nonsense'), null);
  const owners = new Map<string, string>();
  for (const language of LANGUAGES) {
    for (const name of [language.name, ...language.aliases]) {
      assert.equal(owners.get(name), undefined, `${name} belongs to ${owners.get(name)} and ${language.name}`);
      owners.set(name, language.name);
    }
  }
});

test('a header is C unless it shows C++', () => {
  const c = languageNamed('c') ?? assert.fail();
  assert.equal(languageOfText(c, 'a.h', 'struct a { int b; };\n').name, 'c');
  assert.equal(languageOfText(c, 'a.h', 'template <typename T>\nstruct a {};\n').name, 'cpp');
  assert.equal(languageOfText(c, 'a.c', 'template <typename T>\n').name, 'c');
});
