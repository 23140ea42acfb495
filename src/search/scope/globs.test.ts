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

test('a glob that could be tried in more ways than there is time for is refused or answered at once', () => {
  const begun = performance.now();
  const path = `${'a/'.repeat(100)}${'a'.repeat(200)}`;
  for (const glob of ['*a'.repeat(15), '*?'.repeat(15), '{a,a}'.repeat(16), '**/'.repeat(60), `${'{a,aa,*a}'.repeat(15)}b`, '**a'.repeat(15), `**${'a*'.repeat(14)}b`]) {
    const { matches } = pathTest(`${glob}q`);
    for (let times = 0; times < 20; times++) matches(path);
  }
  assert.ok(performance.now() - begun < 2_000, `${performance.now() - begun} ms`);
  for (const glob of ['*a'.repeat(80), '{a,b}'.repeat(40), `${'x'.repeat(1_001)}*`]) assert.throws(() => pathTest(glob), { code: 'invalid_query' });
  assert.ok(pathTest('**/**/**/a.c').matches('x/a.c') && pathTest('src/****').matches('src/a'));
  for (const glob of ['a*b*c*.ts', '*[!/]*x*{1,2}*.ts', 'é*?*\\**.ts']) {
    // What is judged one way on short paths and another on long ones is judged alike.
    const { matches } = pathTest(glob);
    const { matches: deep } = pathTest(`**/${glob}`);
    for (const name of ['abc.ts', 'a-b-cd.ts', 'x1.ts', 'yx_2_.ts', 'éx*.ts', 'é*.ts', '']) assert.equal(matches(name), deep(`${'d/'.repeat(150)}${name}`), `${glob} ${name}`);
  }
});
