import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareKotlin, prepareObjectiveC, prepareSwift, scriptsOnly } from './prepare.ts';

/** Dots for spaces, so that blanks can be seen; the length never changes. */
function check(prepare: (text: string) => string | null, text: string, expected: string): void {
  const prepared = prepare(text) ?? 'nothing';
  if (prepared !== 'nothing') assert.equal(prepared.length, text.length);
  assert.equal(prepared.replaceAll(' ', '.'), expected);
}

test('Swift: conditions are blanked, words with # become names', () => {
  check(prepareSwift, '#if A\nf(#line)\n#endif\n', '.....\nf(_line)\n......\n');
  check(prepareSwift, 'if #available(iOS 15, *) {}', 'if.true..................{}');
  check(prepareSwift, 'struct A: ~Copyable {}', 'struct.A:..Copyable.{}');
});

test('Objective-C: NS_ENUM is an enumeration, annotations are blanked', () => {
  check(prepareObjectiveC, 'typedef NS_ENUM(NSInteger, State) {', 'enum.......................State..{');
  check(prepareObjectiveC, '- (void)a NS_REQUIRES_SUPER;', '-.(void)a..................;');
});

test('Kotlin: a constructor after annotations stays on the line of its class', () => {
  check(prepareKotlin, 'class A<T>\n@B internal constructor(', 'class.A<T>....internal.constructor(');
  check(prepareKotlin, '@B(C.D)\nclass A\n', '.......\nclass.A\n');
});

test('Only the scripts of a page are left', () => {
  check(scriptsOnly, '<p>\n<script>let a</script></p>', '...\n........let.a.............');
  check(scriptsOnly, '<script type="application/json">{}</script>', 'nothing');
  check(scriptsOnly, '<p>none</p>', 'nothing');
});
