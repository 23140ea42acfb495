import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodeIndexError } from '../base/mod.ts';
import { allowedSecrets, readAllowedSecrets } from './mod.ts';

test('lines of an allow-file: digests, paths, paths of one repository, comments', () => {
  const digest = 'AB'.repeat(32);
  const bytes = Buffer.from(`# fixtures\n\ntests/**\n*.pem\r\nweb:fixtures/\nübung/x.txt\n  sha256:${digest}  \n`).toString('latin1');
  const { digests, allows } = allowedSecrets(bytes, 'allowed');
  assert.deepEqual(digests, [digest.toLowerCase()]);
  const allowed = (repository: string, ...paths: string[]): boolean[] => paths.map((path) => allows(repository, path));
  assert.deepEqual(allowed('any', 'tests/a/b.ts', 'src/tests.ts', 'keys/a.pem', 'übung/x.txt', 'fixtures/a.ts'), [true, false, true, true, false]);
  assert.deepEqual(allowed('web', 'fixtures/a.ts', 'lib/fixtures/a.ts', 'src/fixtures.ts'), [true, true, false]);
  assert.deepEqual(allowedSecrets('', 'none').allows('a', 'b'), false);
});

test('an allow-file that cannot be read or understood is an error, with the line and never its text', () => {
  const refused = (work: () => unknown, words: RegExp): void => {
    assert.throws(work, (error) => error instanceof CodeIndexError && error.code === 'invalid_query' && words.test(error.message));
  };
  refused(() => readAllowedSecrets('/nowhere/allowed'), /\/nowhere\/allowed/);
  refused(() => allowedSecrets('*.pem\nsha256:hunter2', 'allowed'), /^Line 2 of "allowed" is no SHA-256\.$/);
});
