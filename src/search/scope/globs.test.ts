import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pathTest } from './globs.ts';

function check(filter: string, matching: readonly string[], others: readonly string[]): void {
  const { matches, prefix } = pathTest(filter);
  for (const path of matching) assert.ok(matches(path) && path.startsWith(prefix), `${filter} matches ${path}`);
  for (const path of others) assert.ok(!matches(path), `${filter} does not match ${path}`);
}

test('globs and plain paths', () => {
  check('*.c', ['a.c', 'src/a.c'], ['a.cc', 'a.c/b']);
  check('src/*.c', ['src/a.c'], ['src/x/a.c', 'lib/src/a.c']);
  check('src/**', ['src/a', 'src/x/y.c'], ['srcs/a', 'lib/src/a']);
  check('src/**/a.c', ['src/a.c', 'src/x/y/a.c'], ['a.c', 'src/xa.c']);
  check('**/test/*.{js,ts}', ['test/a.ts', 'x/y/test/b.js'], ['test/a.c', 'test/x/a.ts']);
  check('[a-c]?.md', ['ab.md', 'docs/cx.md'], ['db.md', 'abc.md']);
  check('[!a]*.md', ['b.md'], ['a.md']);
  check('src', ['src/a.c', 'lib/src/b.c', 'src'], ['srcs/a.c', 'mysrc/a.c']);
  check('src/', ['src/a.c'], ['src', 'a/src']);
  check('./src/a.c', ['src/a.c'], ['src/a.cc']);
  check('/src', ['src/a.c'], ['lib/src/b.c']);
  check('a[b', ['a[b'], ['ab']);
  check('{a', ['{a'], ['a']);
});

test('a filter is never an error, and its prefix is one', () => {
  const unit = fc.constantFrom('*', '**', '?', '[', ']', '{', '}', ',', '/', 'a', 'b', '.', '!', '\\', '-', '(', '+', '^');
  const path = fc.array(fc.constantFrom('a', 'b', '/', '.', '[', '('), { minLength: 1, maxLength: 8 }).map((all) => all.join('').replaceAll(/\/+/g, '/').replace(/^\/|\/$/g, ''));
  fc.assert(fc.property(fc.array(unit, { minLength: 1, maxLength: 8 }), path, (units, each) => {
    const { matches, prefix } = pathTest(units.join(''));
    if (matches(each)) assert.ok(each.startsWith(prefix), `${units.join('')} ${prefix} ${each}`);
  }), { numRuns: 3_000 });
});
