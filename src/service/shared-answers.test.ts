import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Repository, View } from '../domain/mod.ts';
import type { ServiceSettings } from './service.ts';
import { packAnswer, sharedKey, unpackAnswer } from './shared-answers.ts';

const SETTINGS: ServiceSettings = { dataDir: '/data', allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '1' };
const REPOSITORY: Repository = { id: 1, name: 'one', root: '/one', url: null, purpose: null, language: null, generation: 3, createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, masked: true, fetchedAt: null, fetchFailure: null };
const VIEW: View = { id: 1, repository: 1, kind: 'worktree', branch: 'main', root: '/one', commit: 'abc', indexedAt: '2026-01-02T00:00:00.000Z', pendingFiles: 0, pendingSymbols: 0 };

const key = (settings: Partial<ServiceSettings> = {}, repository: Partial<Repository> = {}, view: Partial<View> = {}, own = 'key'): string | null =>
  sharedKey({ ...SETTINGS, ...settings }, own, [{ ...REPOSITORY, ...repository }], [{ ...VIEW, ...view }]);

test('sharedKey: whatever makes another answer makes another key', () => {
  const all = [
    key(), key({}, {}, {}, 'other'), key({ version: '2' }), key({ maskSecrets: true }), key({ embedding: { provider: 'none' } }),
    ...(['model', 'baseUrl'] as const).map((name) => key({ embedding: { provider: 'http', [name]: 'x' } })), key({ embedding: { provider: 'http', dimensions: 256 } }),
    key({}, { createdAt: '2026-01-01T00:00:00.001Z' }), key({}, { name: 'two' }), key({}, { purpose: 'x' }), key({}, { masked: false }),
    key({}, {}, { indexedAt: '2026-01-02T00:00:00.001Z' }), key({}, {}, { commit: 'abd' }), key({}, {}, { branch: 'next' }), key({}, {}, { root: '/two' }),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((one) => one !== null));
  assert.equal(key({ dataDir: '/elsewhere', threads: 3 }), key(), 'where a server keeps its files is nothing to the answer');
});

test('sharedKey: what is under way, or encrypted, is not shared', () => {
  assert.deepEqual([key({}, {}, { indexedAt: null }), key({}, {}, { pendingFiles: 1 }), key({}, {}, { pendingSymbols: 1 }), key({ databaseKey: 'secret' })], [null, null, null, null]);
});

test('packAnswer: what was written whole comes back, and nothing else', () => {
  const answer = {
    tag: 'tag', bytes: Buffer.from('{"results":["ä\u0000"]}'),
    labels: [{ repository: 'one', branch: null, path: 'a b.ts', freshness: 'stale' }, { repository: 'two', branch: 'main', path: 'ü.ts', freshness: 'fresh' }],
  } as const;
  const packed = packAnswer(answer);
  assert.deepEqual(unpackAnswer(packed), answer);
  for (let length = 0; length < packed.length; length++) assert.equal(unpackAnswer(packed.subarray(0, length)), null, String(length));
  assert.equal(unpackAnswer(Buffer.concat([packed, Buffer.from('x')])), null);
  for (const other of ['', 'null', 'xxxxxxxxxxxx', '\u0002\u0000\u0000\u0000{}', '\u0004\u0000\u0000\u0000null{}']) assert.equal(unpackAnswer(Buffer.from(other)), null, other);
});
