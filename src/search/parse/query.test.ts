import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Expression } from '../../domain/mod.ts';
import { parseQuery, parseRegexQuery } from './query.ts';

function show(expression: Expression | null): string {
  if (expression === null) return '';
  if (expression.kind === 'not') return `!${show(expression.item)}`;
  if (expression.kind !== 'atom') return `(${expression.items.map(show).join(expression.kind === 'and' ? ' & ' : ' | ')})`;
  const { atom } = expression;
  if (atom.kind === 'literal') return `<${atom.text}>`;
  return atom.kind === 'regex' ? `/${atom.source}/` : `symbol:${atom.name}`;
}

function check(query: string, expected: string): void {
  const { expression, filters } = parseQuery(query);
  const given = Object.entries(filters).filter(([, list]) => list.length > 0).map(([name, list]) => `${name}=${list.join(',')}`);
  assert.equal([show(expression), ...given].filter((part) => part !== '').join(' '), expected, query);
}

test('words, phrases, regexes and operators', () => {
  check('foo', '<foo>');
  check('foo bar', '(<foo> & <bar>)');
  check('"foo bar" baz', '(<foo bar> & <baz>)');
  check('/fo+ bar/ x', '(/fo+ bar/ & <x>)');
  check('a OR b c', '(<a> | (<b> & <c>))');
  check('a AND b', '(<a> & <b>)');
  check('a -b NOT c', '(<a> & !<b> & !<c>)');
  check('(a OR b) c', '((<a> | <b>) & <c>)');
  check('a -(b OR c)', '(<a> & !(<b> | <c>))');
  check('f() OR g(x)', '(<f()> | <g(x)>)');
});

test('filters', () => {
  check('foo repo:curl path:src/*.c lang:c', '(<foo>)'.slice(1, -1) + ' repositories=curl paths=src/*.c languages=c');
  check('-path:test foo', '<foo> notPaths=test');
  check('NOT lang:go foo', '<foo> notLanguages=go');
  check('path:"my dir/x" foo', '<foo> paths=my dir/x');
  check('path:a OR path:b foo', '<foo> paths=a,b');
  check('path:src', 'paths=src');
  check('symbol:Foo', 'symbol:Foo');
  check('case:yes Foo', '<Foo>');
  assert.equal(parseQuery('case:yes Foo').caseSensitive, true);
});

test('any text is searched for as it stands', () => {
  for (const text of ['a.b', 'C++', 'f()', "what's", '...args', 'std::vector', '"x', '(', ')', 'OR', 'NOT', '-', '--flag', '->next', '/usr/bin/', '/*x*/', 'case:FOO', 'std::path:', '-Wall', 'a:b', '(void)', 'x"y']) check(text, `<${text}>`);
  check('a OR', '(<a> & <OR>)');
  check('OR a', '(<OR> & <a>)');
  check('((a OR b)', '(<(> & (<a> | <b>))');
});

test('a regex query keeps its spaces and gives up its filters', () => {
  const parsed = parseRegexQuery('path:src foo  ba[rz] lang:c case:yes');
  assert.equal(show(parsed.expression), '/foo  ba[rz]/');
  assert.deepEqual([parsed.filters.paths, parsed.filters.languages, parsed.caseSensitive], [['src'], ['c'], true]);
});

test('a regex may stand between slashes in regex mode too', () => {
  assert.equal(show(parseRegexQuery('/fo+ b/ path:src').expression), '/fo+ b/');
  assert.equal(show(parseRegexQuery('/').expression), '///');
  assert.equal(show(parseRegexQuery('//').expression), '////');
});

test('no string of characters is an error', () => {
  const piece = fc.oneof(fc.constantFrom('OR', 'AND', 'NOT', '-', '(', ')', '"', '/', ' ', '  ', 'repo:', 'path:', 'case:', 'symbol:', 'a', 'b.c', '\\', '::', "'"), fc.string({ maxLength: 5 }));
  fc.assert(fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
    const query = pieces.join('');
    if (query.trim() === '') return;
    const { expression, filters } = parseQuery(query);
    assert.ok(expression !== null || Object.values(filters).some((list: readonly string[]) => list.length > 0), query);
  }), { numRuns: 2_000 });
});
