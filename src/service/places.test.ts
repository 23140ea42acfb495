import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../domain/mod.ts';
import { openService } from './mod.ts';
import { jobFor, rootFor, withoutPlaces } from './places.ts';

const whole = openService({ dataDir: '/var/lib/code index', allowedRoots: ['/srv/our code'], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
const reader = whole.as({ identity: { id: 'token:1', name: 'reader', role: 'reader', repositories: null }, workspace: [] });

test('places: sentences keep names and addresses, and lose folders', () => {
  for (const [told, left] of [
    ['The folder /srv/code/shop does not exist.', 'The folder shop does not exist.'],
    ["Cloning into bare repository '/home/x/.local/share/repositories/.partial-1'...", "Cloning into bare repository '.partial-1'..."],
    ['https://example.org/a/b.git could not be fetched (see ssh://git@example.org/c).', 'https://example.org/a/b.git could not be fetched (see ssh://git@example.org/c).'],
    ['No repository was found at file:///srv/code/shop.', 'No repository was found at shop.'],
    ['/var/lib/code index/repositories/a and /srv/our code/b are gone.', 'repositories/a and b are gone.'],
    ['C:\\Users\\me\\shop is read/write; src/a/b.ts is not.', 'shop is read/write; src/a/b.ts is not.'],
  ] as const) {
    assert.equal(withoutPlaces(reader, told), left);
    assert.equal(withoutPlaces(whole, told), told);
  }
  assert.deepEqual([rootFor(reader, '/srv/x'), rootFor(whole, '/srv/x')], ['', '/srv/x']);
});

test('places: a job tells readers what, not where', () => {
  const job: Job = {
    id: '1', request: { kind: 'add', target: '/srv/our code/shop' }, repository: 'shop', state: 'failed', by: 'admin', attempts: 1, createdAt: '', startedAt: null, finishedAt: null,
    progress: { kind: 'clone', repository: 'shop', text: 'Cloning into /srv/x/y' }, result: null, error: { code: 'not_found', message: '/srv/our code/shop is gone.', fix: 'See /etc/x/y.' },
  };
  assert.equal(jobFor(whole, job), job);
  assert.doesNotMatch(JSON.stringify(jobFor(reader, job)), /srv|etc/);
  assert.deepEqual(jobFor(reader, { ...job, request: { kind: 'add', target: 'https://example.org/a.git' } }).request, { kind: 'add', target: 'https://example.org/a.git' });
});
