import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from './flags.ts';
import { maskFor, shownSettings } from './masked.ts';

const settings = readSettings({}, {
  JWT_SECRET: 'quoted "secret" of thirty-two characters', ADMIN_TOKEN: 'an-admin-token-of-mine', SENTRY_DSN: 'https://key@sentry.example.org/1', EMBEDDING_BASE_URL: 'http://user:pass@models.example.org/v1',
});

test('secrets of the settings, and whatever looks like one, are hidden wherever they stand', () => {
  const mask = maskFor(settings);
  const hidden: readonly [string, string][] = [
    ['token an-admin-token-of-mine was sent', 'token *** was sent'],
    [JSON.stringify({ note: 'quoted "secret" of thirty-two characters' }), '{"note":"***"}'],
    ['cloning https://me:p%40ss@example.org/a.git', 'cloning https://***@example.org/a.git'],
    ['Authorization: Bearer abc.def-ghi=', 'Authorization: Bearer ***'],
    ['cidx_AbC-dEf_123456 is gone', '*** is gone'],
    ['got eyJhbGciOi.eyJzdWIi.c2ln here', 'got *** here'],
    ['{"authorization":"x y","Cookie":"a\\"b","path":"/x"}', '{"authorization":"***","Cookie":"***","path":"/x"}'],
    ['/callback?access_token=abc&page=2', '/callback?access_token=***&page=2'],
    ['git@example.org:a/b.git and a@b', 'git@example.org:a/b.git and a@b'],
  ];
  for (const [text, expected] of hidden) assert.equal(mask(text), expected);
});

test('settings are shown without their secrets', () => {
  const shown = shownSettings(settings);
  assert.deepEqual([shown['JWT_SECRET'], shown['DATABASE_KEY'], shown['EMBEDDING_BASE_URL'], shown['PORT']], ['***', null, 'http://***@models.example.org/v1', 8_000]);
  assert.doesNotMatch(JSON.stringify(shown), /secret"|an-admin|key@|pass/);
});
