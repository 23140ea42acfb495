import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart } from './ctags-apart.ts';

/** `language kind name | scope | line`, and what it is counted as. */
function check(head: string, scopeKind: string, line: string, expected: ReturnType<typeof apart>): void {
  const [language, kind, name] = head.split(' ') as [string, string, string];
  assert.equal(apart({ language, kind, name, pattern: `/^${line}$/`, ...(scopeKind === '' ? {} : { scopeKind }) }), expected, line);
}

test('ctags: definitions count, what is none is counted apart with its reason', () => {
  check('TypeScript constant LIMIT', '', 'export const LIMIT = 1;', null);
  check('TypeScript constant a', '', 'const { a, b } = make();', null);
  check('TypeScript constant value', 'function', '  const value = 1;', 'local');
  check('TypeScript constant value', '', '    const value = 1;', 'local');
  check('TypeScript constant version', 'namespace', '  export const version = 1;', null);
  check('TypeScript constant make', '', 'export const part = /* PURE */ make(1);', 'misread');
  check('TypeScript alias infer', '', 'type A = B extends infer C ? C : never;', 'misread');
  check('TypeScript property optional', 'interface', '  optional?: boolean;', null);
  check('TypeScript property ReturnType', 'interface', '  ) => ReturnType<F>;', 'misread');
  check('Python variable depth', 'function', '    depth = 1', 'local');
  check('Python function inner', 'function', '    def inner():', null);
  check('Ruby constant LIMIT', 'class', '  LIMIT = 10', null);
  check('Ruby constant LIMIT', 'class', '    LIMIT => 10,', 'misread');
  check('Ruby accessor status=', 'class', '  attr_accessor :status', 'writer');
  check('Ruby accessor status', 'class', '  attr_accessor :status', null);
  check('Ruby alias key', 'class', '  alias key? has_key?', 'cut');
  check('Java enumConstant SerializedName', 'enum', '    @SerializedName("x")', 'misread');
  check('C function main', '', 'int main(void)', null);
});
