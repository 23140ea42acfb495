import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from './engine.ts';
import { parsePattern } from './parse.ts';

test('no pattern takes more than a moment, whatever its engine thinks of it', () => {
  const texts = ['int main(void) { return aaaa; }\n'.repeat(200), `${'a'.repeat(5_000)}\n`, 'x = y;\n'.repeat(1_000)];
  for (const source of ['(?:a?){50}a{50}', `${'a?'.repeat(45)}${'a'.repeat(45)}`, '(?:|a){40}a{40}', '(?:\\ba?){40}a{40}', '[a-z]{0,60}[a-z]{60}', '(.*)*x', '(a+)+$', '(a|a)*b', '(?:a*){28}a{28}b', '(\\w+\\s?)*;']) {
    const searcher = compilePattern(parsePattern(source, { caseSensitive: false }), source);
    const begun = performance.now();
    for (const text of texts) {
      searcher.reset(text);
      for (let at = 0, times = 0; times < 50 && searcher.next(at); times++) at = searcher.end + 1;
    }
    assert.ok(performance.now() - begun < 1_500, `${source}: ${performance.now() - begun} ms`);
  }
});
