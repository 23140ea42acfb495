import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HAND_OUTLINES } from './mod.ts';

/** Kinds and names, in order. */
function check(language: string, text: string, expected: string): void {
  const found = (HAND_OUTLINES[language] as (text: string) => ReturnType<(typeof HAND_OUTLINES)[string]>)(text);
  const lines = found.symbols.map((symbol) => `${symbol.kind} ${symbol.name ?? text.slice(symbol.nameStart, symbol.nameEnd)} ${symbol.start}-${symbol.end}`);
  assert.equal(lines.join(', '), expected);
}

test('markdown: a section reaches to the next heading of its level', () => {
  check('markdown', '# A\n\n## B\n\ntext\n\n## C\n# D\n', 'section A 0-21, section B 5-15, section C 17-21, section D 22-25');
});

test('markdown: a name between marks stands where it is written', () => {
  const text = '## `init`\n';
  const [symbol] = HAND_OUTLINES['markdown']?.(text).symbols ?? [];
  assert.deepEqual([symbol?.name, text.slice(symbol?.nameStart, symbol?.nameEnd)], [undefined, 'init']);
  check('markdown', '# A **b** c\n', 'section A b c 0-11');
});

test('markdown: an unclosed fence hides the rest', () => {
  check('markdown', '# A\n```\n# b\n', 'section A 0-11');
});

test('sql: a routine reaches to its own end', () => {
  check('sql', 'create function f() begin if a then b; end if; end; select 1;', 'function f 0-51');
});

test('sql: scripts with another delimiter', () => {
  check('sql', 'DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nCREATE TABLE `t` (a int);', 'function p 13-53, struct t 68-93, field a 86-91');
});

test('hand-made outlines take any text', () => {
  for (const text of ['', 'CREATE', 'CREATE TABLE', 'CREATE TABLE t (', "CREATE TABLE t ('", '$$', '```', '---\n', '<!--', '[]( #\n===', 'CREATE TYPE a AS ENUM (']) {
    for (const outline of Object.values(HAND_OUTLINES)) outline(text);
  }
});
