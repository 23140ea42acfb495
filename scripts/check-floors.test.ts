import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { floorFaults } from './check-floors.ts';
import { doorFaults, forbiddenFaults, sizeFaults } from './check-tidy.ts';
import { floorTable } from './floor-table.ts';
import { blanked } from './sources.ts';

/** A tree as text: `path: contents` lines, `\n` written out; and the sentences that it earns. */
function check(tree: Record<string, string>, expected: readonly string[]): void {
  const files = Object.entries(tree).map(([path, text]) => ({ path, text }));
  assert.deepEqual(floorFaults(files), expected);
}

test('floors: downward through doors is clean', () => {
  check({
    'src/base/mod.ts': "export { a } from './a.ts';\n",
    'src/base/a.ts': 'export const a = 1;\n',
    'src/search/plan.ts': "import type { a } from '../base/mod.ts';\n// import { b } from '../app/mod.ts';\nconst s = \"import { c } from '../app/mod.ts'\";\n",
  }, []);
});

test('floors: upward, sideways, past a door and in a circle are sentences', () => {
  check({ 'src/base/a.ts': "import { b } from '../app/mod.ts';\n", 'src/app/mod.ts': '' },
    ['src/base/a.ts:1 (floor 0) imports src/app/mod.ts (floor 6): imports point to lower floors only.']);
  check({ 'src/code/a.ts': "import {\n  b,\n} from '../repo/mod.ts';\n", 'src/repo/mod.ts': '' },
    ['src/code/a.ts:3 (floor 2) imports src/repo/mod.ts: rooms of one floor do not import each other.']);
  check({ 'src/search/a.ts': "import type { b } from '../base/b.ts';\n", 'src/base/b.ts': '' },
    ['src/search/a.ts:1 enters src/base/b.ts past the door: import from src/base/mod.ts.']);
  check({ 'src/base/a.ts': "import type { B } from './b.ts';\n", 'src/base/b.ts': "import type { A } from './a.ts';\n" },
    ['Import cycle: src/base/a.ts -> src/base/b.ts -> src/base/a.ts.']);
});

test('floors: packages and the environment belong to their folders', () => {
  check({ 'src/search/a.ts': "import Database from 'better-sqlite3';\n" },
    ['src/search/a.ts:1 imports better-sqlite3: only src/store/sqlite may.']);
  check({ 'src/service/a.ts': "const home = process.env['HOME'];\n" },
    ['src/service/a.ts reads process.env: only src/app, src/bin.ts, src/repo/git.ts, src/repo/converted.ts may; pass the value in.']);
  check({ 'src/store/sqlite/a.ts': "import Database from 'better-sqlite3'; // process.env\n", 'src/search/a.test.ts': "import Database from 'better-sqlite3';\n" }, []);
});

test('floors: docs/architecture.md quotes the table', () => {
  const quoted = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8');
  assert.ok(quoted.includes(floorTable()), `docs/architecture.md must hold this table:\n${floorTable()}`);
});

test('tidy: long functions, star doors and notes of unfinished work are found', () => {
  const body = '  step();\n'.repeat(80);
  const long = sizeFaults({ path: 'src/a.ts', text: `function f(\n  a: string,\n): void {\n${body}}\n` });
  assert.deepEqual(long, ['src/a.ts:1 opens a function of 84 lines; 70 is the most: give its parts names.']);
  assert.deepEqual(sizeFaults({ path: 'src/a.ts', text: `function f(): void {\n  step();\n}\n${'step();\n'.repeat(100)}` }), []);
  assert.deepEqual(sizeFaults({ path: 'train/a.ts', text: 'step();\n'.repeat(501) }), ['train/a.ts has 501 lines; no file is longer than 500.']);
  assert.equal(doorFaults([{ path: 'src/base/mod.ts', text: "export * from './a.ts';\n" }]).length, 2);
  assert.equal(forbiddenFaults({ path: 'src/a.ts', text: `// TO${'DO'}: later\n` }).length, 1);
});

test('sources: strings, templates, regular expressions and comments become blanks of equal length', () => {
  const text = "const a = 'x // y'; // z\nconst b = `q ${f('}')} r`; const c = /[/'\"]/.test(a) ? 4 / 2 : '';\n/* { */ done();\n";
  const blank = blanked(text);
  assert.equal(blank.length, text.length);
  assert.equal(blank.replace(/ +/g, ' '), "const a = ' '; \nconst b = ` `; const c = / /.test(a) ? 4 / 2 : '';\n done();\n");
});
