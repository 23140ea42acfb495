import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { isLoopback, openPlaces } from './places.ts';

type Options = Parameters<typeof openPlaces>[0] & Parameters<typeof openPlaces>[1];

/** `ok`, the origin that is allowed by CORS, or `refused`. */
function check(wanted: string, { host, origin }: { readonly host?: string; readonly origin?: string }, options: Partial<Options> = {}): void {
  const all = { host: '127.0.0.1', publicUrl: null, allowedHosts: [], allowedOrigins: [], ...options };
  const request = { host, headers: origin === undefined ? {} : { origin } } as unknown as FastifyRequest;
  let found: string;
  try {
    found = openPlaces(all, all).check(request) ?? 'ok';
  } catch {
    found = 'refused';
  }
  assert.equal(found, wanted, `${host} ${origin} ${JSON.stringify(options)}`);
}

test('openPlaces: on this machine alone its own names are answered', () => {
  for (const host of ['localhost', 'localhost:8000', '127.0.0.1:8000', '127.9.9.9', '[::1]:8000', 'LOCALHOST', 'localhost.', 'app.localhost']) check('ok', { host });
  for (const host of ['evil.example', 'evil.example:8000', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '[::2]', '127.0.0.1@evil.example', '0x7f.1']) check('refused', { host });
  check('ok', {}); // HTTP/1.0 has none, and no browser speaks it.
});

test('openPlaces: names that were given are answered, with the port where one was given', () => {
  const named = { host: '10.0.0.5', publicUrl: 'https://code.example.org', allowedHosts: ['code.intern', 'dev.intern:81'] };
  for (const host of ['10.0.0.5:8000', 'code.example.org', 'code.example.org:443', 'Code.Intern:8000', 'dev.intern:81']) check('ok', { host }, named);
  for (const host of ['dev.intern:82', 'example.org', 'localhost:8000', '10.0.0.6']) check('refused', { host }, named);
  for (const host of ['10.0.0.6:8000', 'localhost', '[2001:db8::1]:8000']) check('ok', { host }, { host: '0.0.0.0' });
  check('refused', { host: 'evil.example' }, { host: '0.0.0.0' });
});

test('openPlaces: pages of others may not call, and those that may are told so', () => {
  const host = 'localhost:8000';
  check('ok', { host, origin: 'http://localhost:8000' });
  check('http://localhost:6274', { host, origin: 'http://localhost:6274' });
  check('http://[::1]:3000', { host, origin: 'http://[::1]:3000' });
  for (const origin of ['http://evil.example', 'null', '', 'http://localhost.evil.example', 'file://', 'chrome-extension://abc']) check('refused', { host, origin });
  const named = { host: '0.0.0.0', publicUrl: 'https://code.example.org/', allowedOrigins: ['https://tools.example.org'] };
  check('ok', { host: 'code.example.org', origin: 'https://code.example.org' }, named);
  check('ok', { host: '10.0.0.6:8000', origin: 'http://10.0.0.6:8000' }, named);
  check('https://code.example.org', { host: '10.0.0.6:8000', origin: 'https://code.example.org' }, named);
  check('https://tools.example.org', { host: 'code.example.org', origin: 'https://tools.example.org' }, named);
  check('refused', { host: 'code.example.org', origin: 'http://tools.example.org' }, named);
  check('refused', { host: 'code.example.org', origin: 'http://localhost:3000' }, named);
});

test('isLoopback: the names of this machine', () => {
  assert.deepEqual(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::', 'example.org', '10.0.0.1'].map(isLoopback), [true, true, true, false, false, false, false]);
});
