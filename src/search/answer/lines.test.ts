import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startOfLine } from './lines.ts';

test('a line starts where counting from the top finds it, whatever was asked before', () => {
  const fromTop = (text: string, line: number): number => {
    const lines = text.split('\n');
    return line > lines.length ? text.length : lines.slice(0, Math.max(0, line - 1)).reduce((sum, each) => sum + each.length + 1, 0);
  };
  const texts = fc.array(fc.constantFrom('a', 'bb', '\n', '\n\n', '\r\n', 'é'), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(fc.property(texts, texts, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 14 })), { minLength: 1, maxLength: 12 }), (one, two, asked) => {
    for (const [first, line] of asked) assert.equal(startOfLine(first ? one : two, line), fromTop(first ? one : two, line));
  }), { numRuns: 2_000 });
});
