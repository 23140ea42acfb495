import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { trigramsOf } from '../../code/mod.ts';
import type { TrigramPlan } from '../../store/mod.ts';
import { FileMatcher } from '../verify/matcher.ts';
import type { Atom } from '../../domain/mod.ts';

let folder = '';

before(() => {
  const version = spawnSync('rg', ['--version']);
  assert.equal(version.status, 0, 'ripgrep (`rg`) is needed: this test holds every result against it.');
  folder = mkdtempSync(join(tmpdir(), 'search-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Line numbers that we find, and whether the trigram condition lets the text through. */
function ours(atom: Atom, text: string): { lines: number[]; admitted: boolean } {
  const matcher = new FileMatcher({ kind: 'atom', atom });
  matcher.reset(text, undefined);
  const lines = matcher.lines(10_000).map(({ lineStart }) => text.slice(0, lineStart).split('\n').length);
  assert.equal(matcher.count(), lines.length, 'count() and lines() agree');
  assert.ok(matcher.matches() || lines.length === 0);
  return { lines, admitted: admits(matcher.plan, new Set(text.split(/[\r\n]/).flatMap(trigramsOf))) };
}

function admits(plan: TrigramPlan, keys: ReadonlySet<number>): boolean {
  if (plan.kind === 'all') return true;
  if (plan.kind === 'none') return false;
  if (plan.kind === 'or') return plan.items.some((item) => admits(item, keys));
  return plan.keys.every((key) => keys.has(key)) && plan.items.every((item) => admits(item, keys));
}

/** Line numbers that ripgrep finds in each text; null where it refuses the pattern. */
function ripgrep(args: readonly string[], texts: readonly string[]): number[][] | null {
  texts.forEach((text, at) => writeFileSync(join(folder, String(at)), text));
  const run = spawnSync('rg', [
    '--no-config', '--line-number', '--with-filename', '--text', '--encoding', 'none', '--only-matching', '--replace', '', '--color', 'never', ...args, ...texts.map((_, at) => String(at)),
  ], { encoding: 'utf8', cwd: folder });
  if (run.status === 2) return null;
  const lines = texts.map(() => new Set<number>());
  for (const each of run.stdout.split('\n')) {
    const [file, number] = each.split(':');
    if (number !== undefined) lines[Number(file)]?.add(Number(number));
  }
  return lines.map((each) => [...each]);
}

function check(atom: Atom, texts: readonly string[]): void {
  if (atom.kind === 'symbol') return;
  const expected = ripgrep([...(atom.caseSensitive ? [] : ['-i']), ...(atom.kind === 'literal' ? ['-F'] : []), '-e', atom.kind === 'literal' ? atom.text : atom.source], texts);
  if (expected === null) return;
  texts.forEach((text, at) => {
    const { lines, admitted } = ours(atom, text);
    assert.deepEqual(lines, expected[at], JSON.stringify({ atom, text }));
    assert.ok(admitted || lines.length === 0, `the trigram condition refused a match: ${JSON.stringify({ atom, text })}`);
  });
}

const TEXTS = [
  'int foo_bar(void)\n{\n\treturn fooBar + FOO;\n}\n', 'naïve café\nCAFÉ Straße STRASSE\nſhort Kelvin \u212a k\n', 'a\r\nab\r\nabc$\r\n\r\nx', '\n\n\nlast',
  'π = 3.14\nΣίσυφος ΣΊΣΥΦΟΣ\n日本語 テキスト\n', '𐐀𐐨 deseret 😀 smile\nx😀y\n', 'no newline at end', '   \t\n٣٤٥ digits 345\n', 'foo.bar(baz)[0] // C++ f() what\'s ...args\n',
];

const PATTERNS = [
  'foo', 'fo+', '^int', '\\)$', '^$', '\\bfoo\\b', '\\bfoo', 'k', 's', 'straße', 'café', '[a-f]+\\d', '\\w+', '\\W', '\\d+', '\\D', '\\s', '\\S+$', '.', 'x.y', 'x..y', '^.{3}$', '(foo|bar)_?(bar|baz)', '(?i)FOO', '(?i:f)oo',
  'fo{2}', 'a{1,2}b', 'a{0}b', '(a|ab)(c|bcd)?', '[^a-z]', '[^a]', '[[:alpha:]]+', '[\\w&&[^a]]', '[a-z--b]', '\\p{Greek}+', '\\p{Lu}', '\\P{L}', '\\pL', '[é-ü]', 'σ', 'Σ', '\\u{1F600}', '\\x41', 'a*', 'a*?b', '(?:a|b)*c', '\\.\\.\\.', 'c\\+\\+', '\\$',
  '(?x) f o o # comment', '\\Bo', '^\\s*$', '😀', '𐐀', '[𐐀😀]', 'b$', 'c\\$$', '\\bk\\b', '\\b\\w', 'é\\b', '\\bé', '(?P<name>foo)', '(?<name>bar)', '[]a]', '[^]a]', '[a\\-z]', '\\t', '(|foo)bar', 'foo|', '()', '\\<foo', 'foo\\>', '\\b{start}f',
];

test('fixed patterns over fixed texts give the lines of ripgrep', () => {
  for (const source of PATTERNS) for (const caseSensitive of [true, false]) check({ kind: 'regex', source, caseSensitive }, TEXTS);
});

const letter = fc.constantFrom('a', 'b', 'B', 'c', 'k', 's', 'K', '_', '1', ' ', '.', 'é', 'É', 'ß', 'σ', 'Σ', 'ς', 'ſ', '\u212a', '😀', '\r', '日');
const line = fc.array(letter, { maxLength: 8 }).map((all) => all.join(''));
const texts = fc.array(fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n')), { minLength: 1, maxLength: 8 });
const atomPiece = fc.oneof(
  letter.map((each) => each.replace(/[.\r]/, (found) => (found === '.' ? '\\.' : '\\r'))),
  fc.constantFrom('.', '\\w', '\\d', '\\s', '\\b', '\\B', '[ab]', '[^a]', '[a-c1]', '^', '$', '\\W', '[é-σ]', '\\S'),
);
const pattern = fc.letrec<{ node: string; sequence: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true }, atomPiece,
    tie('sequence').map((inner) => `(?:${inner})`),
    fc.tuple(tie('sequence'), tie('sequence')).map(([one, two]) => `(${one}|${two})`),
    fc.tuple(atomPiece.filter((each) => !/^(?:\\[bB]|\^|\$)$/.test(each)), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?', '{2,}')).map(([one, repeat]) => one + repeat),
    fc.tuple(tie('sequence'), fc.constantFrom('*', '+', '?', '{2}')).map(([one, repeat]) => `(?:${one})${repeat}`),
  ),
  sequence: fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((all) => all.join('')),
})).sequence;

test('generated patterns over generated texts give the lines of ripgrep', () => {
  fc.assert(fc.property(pattern, texts, fc.boolean(), (source, bodies, caseSensitive) => check({ kind: 'regex', source, caseSensitive }, bodies)), { numRuns: 80 });
});

test('generated literals give the lines of ripgrep and of a plain scan', () => {
  fc.assert(fc.property(line.filter((each) => each.length > 0 && !each.includes('\r')), texts, fc.boolean(), (literal, bodies, caseSensitive) => {
    const atom: Atom = { kind: 'literal', text: literal, caseSensitive };
    check(atom, bodies);
    for (const body of caseSensitive ? bodies : []) {
      const plain = body.split('\n').flatMap((each, at) => (each.includes(literal) ? [at + 1] : []));
      assert.deepEqual(ours(atom, body).lines, plain);
    }
  }), { numRuns: 100 });
});

test('patterns that ruin a backtracking engine are answered at once', () => {
  const evil = `${'a'.repeat(50_000)}\n`;
  for (const source of ['(a+)+b', '(a|a)*b', '(a*)*c', 'a*a*a*a*a*b', '(?:a?){20}a{20}b', '^(a|aa)+$b']) {
    const started = performance.now();
    assert.deepEqual(ours({ kind: 'regex', source, caseSensitive: true }, evil).lines, []);
    assert.ok(performance.now() - started < 10_000, `${source} took ${performance.now() - started} ms`);
  }
});

test('a pattern with a line break matches over lines', () => {
  const matcher = new FileMatcher({ kind: 'atom', atom: { kind: 'regex', source: 'foo\\n\\s*bar', caseSensitive: true } });
  matcher.reset('x foo\n  bar\nfoo\n', undefined);
  assert.deepEqual(matcher.lines(10).map(({ lineStart, matches }) => [lineStart, matches]), [[0, [[2, 11]]]]);
});

test('faults are told in one sentence', () => {
  for (const source of ['(', ')', '[a', '*a', '(?=a)', '\\1', 'a{2000}', '\\p{Nothing}', '[z-a]', '(?-u:a)', '\\']) {
    assert.throws(() => new FileMatcher({ kind: 'atom', atom: { kind: 'regex', source, caseSensitive: true } }), { code: 'invalid_query' }, source);
  }
});

