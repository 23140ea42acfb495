import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openLocation, listFiles } from './mod.ts';
import { matchesPattern, parsePattern } from './pattern.ts';
import { listed, scratch, write } from './testing.ts';

function matches(line: string, path: string): boolean {
  const pattern = parsePattern(line);
  return pattern !== null && matchesPattern(pattern, path, path.slice(path.lastIndexOf('/') + 1));
}

test('one line of an ignore file means what it means to git', () => {
  const lines: [string, string[], string[]][] = [
    ['*.o', ['a.o', 'a/b.o', '.o'], ['a.oo', 'o']],
    ['/*.o', ['a.o'], ['a/b.o']],
    ['a/*.o', ['a/b.o'], ['a/b/c.o', 'x/a/b.o']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'b/a/c']],
    ['**/a', ['a', 'x/a', 'x/y/a'], ['ba']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'ab']],
    ['/**', ['a', 'a/b'], []],
    ['a**b', ['ab', 'axxb'], ['a/b']],
    ['[!a-c]x', ['dx'], ['ax', 'x']],
    ['[]-]', [']', '-'], ['a']],
    ['[[:digit:]]', ['5'], ['x']],
    ['\\!a', ['!a'], ['a']],
    ['a\\ ', ['a '], ['a']],
    ['a  ', ['a'], ['a  ']],
    ['a\r', ['a'], []],
    ['[a', [], ['[a', 'a']],
    ['a\\', [], ['a', 'a\\']],
    ['#a', [], ['#a', 'a']],
    ['?', ['a'], ['ab', '']],
  ];
  for (const [line, yes, no] of lines) {
    for (const path of yes) assert.equal(matches(line, path), true, `${JSON.stringify(line)} should match ${path}`);
    for (const path of no) assert.equal(matches(line, path), false, `${JSON.stringify(line)} should not match ${path}`);
  }
});

test('a line of many stars is answered at once', () => {
  const started = performance.now();
  assert.equal(matches(`${'*a'.repeat(60)}b`, 'a'.repeat(250)), false);
  assert.equal(matches(`x/${'**/a/'.repeat(40)}b`, `x/${'a/'.repeat(200)}c`), false);
  assert.ok(performance.now() - started < 2_000);
});

const name = fc.constantFrom('a', 'b', 'ab', 'a.o', 'b.c', '.x', 'A', 'a b', 'é', '!a', '#b', 'build', '[a]', 'a\\b', '\u{1f600}');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const piece = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', '*.o', 'a*', '*b*', '[a-b]', '[!a]', '[[:alpha:]]', '\\a', '.x', 'build', 'é', '\\!a', '\\#b', '[', '\\[a\\]', 'a\\\\b', '??', '[]a]', '[^b-]*');
const line = fc.tuple(fc.constantFrom('', '', '!'), fc.constantFrom('', '', '/'), fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')), fc.constantFrom('', '', '/', ' ', '\\ ', '\r'))
  .map((parts) => parts.join(''));
const ignoreFile = fc.array(fc.oneof({ weight: 8, arbitrary: line }, { weight: 1, arbitrary: fc.constantFrom('', '# note', '   ', '/', '!', '//', '**/', '/**/') }), { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));

test('outside git, nested ignore files leave over what git leaves over', async () => {
  const gitDir = join(scratch(), 'oracle');
  execFileSync('git', ['init', '-q', '--bare', gitDir]);
  const root = scratch();
  const location = await openLocation(root);
  await fc.assert(fc.asyncProperty(fc.uniqueArray(path, { minLength: 3, maxLength: 14 }), fc.dictionary(fc.constantFrom('', 'a/', 'b/', 'a/b/', 'build/', 'ab/a/'), ignoreFile, { minKeys: 1, maxKeys: 3 }), async (paths, ignores) => {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    const files: Record<string, string> = {};
    for (const one of paths) {
      // A path cannot be a file and a folder at once.
      if (!paths.some((other) => other.startsWith(`${one}/`))) files[one] = one;
    }
    for (const [folder, text] of Object.entries(ignores)) {
      if (folder === '' || Object.keys(files).some((one) => one.startsWith(folder))) files[`${folder}.gitignore`] = text;
    }
    write(root, files);
    const oracle = execFileSync('git', [`--git-dir=${gitDir}`, `--work-tree=${root}`, '-c', 'core.excludesFile=/dev/null', 'ls-files', '-z', '-o', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0').filter((one) => one !== '');
    const ours = (await listFiles(location)).map((file) => file.path);
    assert.deepEqual([...ours].sort(), oracle.sort());
  }), { numRuns: 120 });
});

test('.ignore outranks .gitignore, and version control folders are no files', async () => {
  const folder = write(scratch(), {
    '.gitignore': '*.log\nsecret\n', '.ignore': '!keep.log\n*.tmp\n', 'keep.log': '', 'other.log': '', 'a.tmp': '', 'b.txt': '',
    '.hg/store': '', '.svn/entries': '', 'sub/.git/config': '', 'sub/.gitignore': '/only-here\n', 'sub/only-here': '', 'sub/deep/only-here': '', 'sub/secret': '',
  });
  assert.deepEqual(await listed(folder), ['.gitignore', '.ignore', 'b.txt', 'keep.log', 'sub/.gitignore', 'sub/deep/only-here']);
});

test('.codeindexignore leaves out by name, and forces in what is ignored', async () => {
  const folder = write(scratch(), {
    '.gitignore': 'node_modules/\n*.gen\n', '.codeindexignore': 'vendor/\n!vendor/ours/\n!node_modules/mine/\n!*.gen\n',
    'node_modules/mine/a.js': '', 'node_modules/theirs/b.js': '', 'x.gen': '', 'vendor/lib.c': '', 'vendor/ours/c.c': '', 'main.c': '',
    'sub/.codeindexignore': '/data\n', 'sub/data/d.json': '', 'sub/code.c': '',
  });
  const expected = [
    '.codeindexignore', '.gitignore', 'main.c', 'node_modules/mine/a.js forced', 'sub/.codeindexignore', 'sub/code.c', 'sub/data/d.json excluded',
    'vendor/lib.c excluded', 'vendor/ours/c.c forced', 'x.gen forced',
  ];
  assert.deepEqual(await listed(folder), expected);
  assert.deepEqual(await listed(folder, { only: ['sub/data/d.json', 'main.c', 'node_modules/mine/a.js', 'node_modules/theirs/b.js', 'gone.c'] }), ['main.c', 'node_modules/mine/a.js forced', 'sub/data/d.json excluded']);
});
