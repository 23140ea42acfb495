/** Colours of the search page: what is found, and that no text breaks it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stretchesOf } from '../web/highlight.ts';

function check(language: string, text: string, expected: string): void {
  assert.equal(stretchesOf(text, language).map(({ start, end, colour }) => `${colour} ${text.slice(start, end)}`).join(' | '), expected);
}

test('comments, strings, numbers, words, calls and types are told apart', () => {
  check('typescript', 'const url = parse("a", 1); // x', 'keyword const | call parse | string "a" | number 1 | comment // x');
  check('python', 'def f(x):\n    """doc"""\n    return None # c', 'keyword def | call f | string """doc""" | keyword return | keyword None | comment # c');
  check('c', '#include <a.h>\nsize_t n = 0x1F;', 'keyword #include | keyword size_t | number 0x1F');
  check('rust', "fn f<'a>(x: &'a str) -> Vec<char> { 'x' }", "keyword fn | type 'a | type 'a | keyword str | type Vec | keyword char | string 'x'");
  check('typescript', 'a = /b"c/g; d / e / f', 'string /b"c/g');
  check('json', '{"a": "b", "c": true}', 'name "a" | string "b" | name "c" | keyword true');
});

test('a stretch that begins inside a comment is a comment up to its end', () => {
  check('c', ' * the end */\nint x;', 'comment  * the end */ | keyword int');
});

test('an unknown language and a line of data stay plain', () => {
  check('nothing at all', 'if (x) "y"', '');
  check('toString', 'if (x) "y"', '');
  check('javascript', `const x = ${'1,'.repeat(4_000)};`, '');
});

const LANGUAGES = ['typescript', 'python', 'c', 'rust', 'ruby', 'html', 'markdown', 'yaml', 'sql', 'haskell', 'perl', 'svelte', 'css', 'diff', 'php', 'toml', 'clojure'];
const PIECES = ['"', "'", '`', '/*', '*/', '//', '#', '<!--', '<', '>', '"""', '\\', '\n', 'if', 'Abc', '0x', '{', '}', '```', '=', '$', '@', '--', ' '];

test('stretches of any text come in order, do not overlap and stay inside', () => {
  fc.assert(fc.property(fc.constantFrom(...LANGUAGES), fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 60 }), (language, pieces) => {
    const text = pieces.join('');
    let at = 0;
    for (const { start, end } of stretchesOf(text, language)) {
      assert.ok(start >= at && end > start && end <= text.length);
      at = end;
    }
  }), { numRuns: 600 });
});

test('time grows with the text, whatever it is', () => {
  for (const language of LANGUAGES) {
    for (const piece of ['"', '/*', "'\\", '`', '<!--', '((((', '   ', '#', '=', 'a ', '[', '"""', '{-', '- ']) {
      const text = piece.repeat(2_000);
      const started = performance.now();
      stretchesOf(text, language);
      assert.ok(performance.now() - started < 1_000, `${language}: ${piece}`);
    }
  }
});
