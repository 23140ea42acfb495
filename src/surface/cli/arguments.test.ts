import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodeIndexError } from '../../base/mod.ts';
import { parseArguments } from './arguments.ts';
import { COMMANDS, fieldsOf } from './commands.ts';

function check(line: readonly string[]): unknown {
  const command = COMMANDS.find((one) => one.name === line[0]);
  assert.ok(command);
  try {
    const { words, input, json, globals } = parseArguments(command, fieldsOf(command), line.slice(1), [{ flag: 'data-dir', text: '' }]);
    return { words, input, ...(json ? { json } : {}), ...(globals['data-dir'] === undefined ? {} : { dataDir: globals['data-dir'] }) };
  } catch (error) {
    assert.ok(error instanceof CodeIndexError);
    return `${error.code}: ${error.message} ${error.fix}`;
  }
}

describe('parseArguments', () => {
  it('reads flags wherever they stand', () => {
    assert.deepEqual(check(['search', '--json', 'a', '--repo', 'x', 'b', '--repo=y', '--limit', '3', '--data-dir', '/d']), {
      words: ['a', 'b'], input: { repository: ['x', 'y'], limit: '3' }, json: true, dataDir: '/d',
    });
  });
  it('takes words with one dash, and everything after two, as words', () => {
    assert.deepEqual(check(['search', 'a', '-test', '--', '--all']), { words: ['a', '-test', '--all'], input: {} });
    assert.deepEqual(check(['similar', '-', '--lang', 'go']), { words: ['-'], input: { languages: ['go'] } });
  });
  it('gives each relation of a symbol a flag', () => {
    assert.deepEqual(check(['symbol', 'x', '--references', '--callers', '--kind', 'class']), { words: ['x'], input: { include: ['references', 'callers'], kind: ['class'] } });
  });
  it('says which flag is unknown or lacks its value', () => {
    assert.equal(check(['search', '--frob']), "invalid_query: Unknown option '--frob'. See `code-index search --help`.");
    assert.equal(check(['search', '--limit']), "invalid_query: Option '--limit <value>' argument missing. See `code-index search --help`.");
  });
});
