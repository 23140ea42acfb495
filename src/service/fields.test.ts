import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodeIndexError } from '../base/mod.ts';
import { checkInput, fieldSchema, type Field } from './fields.ts';

const FIELDS: Readonly<Record<string, Field>> = {
  query: { kind: 'text', required: true, text: 'what to find' },
  limit: { kind: 'integer', least: 1, most: 10, text: '' },
  mode: { kind: 'choice', values: ['a', 'b'], text: 'how' },
  path: { kind: 'texts', shownAs: 'text', text: '' },
  include: { kind: 'choices', values: ['x', 'y'], text: '' },
  all: { kind: 'flag', text: '' },
};

function check(raw: Record<string, unknown>): unknown {
  try {
    return checkInput(FIELDS, raw);
  } catch (error) {
    assert.ok(error instanceof CodeIndexError);
    assert.equal(error.code, 'invalid_query');
    return `${error.message} ${error.fix}`;
  }
}

describe('checkInput', () => {
  it('types what is right', () => {
    assert.deepEqual(check({ query: 'x', limit: '7', path: 'src', include: ['x'], all: true, mode: null }), { query: 'x', limit: 7, path: ['src'], include: ['x'], all: true });
  });
  it('shows a value that is nested deeper than it can be written', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    assert.equal(check({ query: deep }), 'The argument "query" cannot be [...]. Give a text.');
    assert.equal(check({ query: { deep } }), 'The argument "query" cannot be {...}. Give a text.');
  });
  it('names argument, value and way out', () => {
    assert.equal(check({}), 'The argument "query" is missing. Give "query": what to find.');
    assert.equal(check({ query: 3 }), 'The argument "query" cannot be 3. Give a text.');
    assert.equal(check({ query: '', limit: 11 }), 'The argument "limit" cannot be 11. Give a whole number from 1 to 10.');
    assert.equal(check({ query: '', limit: 1.5 }), 'The argument "limit" cannot be 1.5. Give a whole number from 1 to 10.');
    assert.equal(check({ query: '', mode: 'c' }), 'The argument "mode" cannot be "c". Give one of a, b.');
    assert.equal(check({ query: '', include: ['x', 'z'] }), 'The argument "include" cannot be "z". Give out of x, y.');
    assert.equal(check({ query: '', quest: 1 }), 'There is no argument "quest" here. Use one of: query, limit, mode, path, include, all.');
    assert.equal(check({ query: '', constructor: 1 }), 'There is no argument "constructor" here. Use one of: query, limit, mode, path, include, all.');
  });
});

describe('fieldSchema', () => {
  it('is as short as it can be', () => {
    assert.deepEqual(Object.values(FIELDS).map(fieldSchema), [
      { type: 'string', description: 'what to find' }, { type: 'integer' }, { enum: ['a', 'b'], description: 'how' },
      { type: 'string' }, { type: 'array', items: { enum: ['x', 'y'] } }, { type: 'boolean' },
    ]);
  });
});
