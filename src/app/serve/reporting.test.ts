import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorEvent } from '@sentry/node';
import { bring } from './optional.ts';
import { stripped } from './sentry.ts';
import { parentOf } from './traces.ts';

test('a package that is missing is named with the way to install it', async () => {
  await assert.rejects(bring('SENTRY_DSN', '@sentry/node', () => import('@sentry/nowhere' as string)), {
    code: 'unavailable', message: /^SENTRY_DSN is set, but what it needs does not load: Cannot find package/, fix: 'Run `npm i @sentry/node` beside code-index, or unset SENTRY_DSN.',
  });
});

test('a report keeps the kind and the place of a fault, and nothing of what was asked', () => {
  const event = {
    event_id: 'e', level: 'error', release: 'code-index@1', server_name: 'host', user: { ip_address: '10.0.0.1' }, request: { url: '/api/search?query=private', data: 'body', headers: { authorization: 'Bearer x' } },
    breadcrumbs: [{ message: 'private' }], extra: { query: 'private' }, contexts: { app: { secret: 'private' } }, tags: { request: 'r1', query: 'private' },
    exception: { values: [{ type: 'TypeError', value: 'search of "private" failed for \'private\' at https://me:private@example.org', stacktrace: { frames: [{ filename: 'a.ts', lineno: 3, vars: { query: 'private' }, context_line: 'private' }] } }] },
  } as unknown as ErrorEvent;
  assert.deepEqual(stripped(event, (text) => text.replaceAll('me:private@', '')), {
    type: undefined, event_id: 'e', level: 'error', release: 'code-index@1', tags: { request: 'r1' },
    exception: { values: [{ type: 'TypeError', value: 'search of "..." failed for "..." at https://example.org', stacktrace: { frames: [{ filename: 'a.ts', lineno: 3 }] } }] },
  });
});

test('a trace is gone on with where its header is sound', () => {
  const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  assert.deepEqual(parentOf(`00-${trace}-${span}-01`), { traceId: trace, spanId: span, traceFlags: 1, isRemote: true });
  assert.equal(parentOf(`cc-${trace}-${span}-00-what-will-be`)?.traceFlags, 0);
  for (const wrong of [undefined, '', `ff-${trace}-${span}-01`, `00-${'0'.repeat(32)}-${span}-01`, `00-${trace}-${'0'.repeat(16)}-01`, `00-${trace}-${span}-01-more`, `00-${trace.toUpperCase()}-${span}-01`]) {
    assert.equal(parentOf(wrong), null);
  }
});
