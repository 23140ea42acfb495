import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ApiToken } from '../../domain/mod.ts';
import { readSettings } from '../flags.ts';
import { rulesOf, warningsOf } from './rules.ts';

const TOKEN: ApiToken = { id: 1, name: 'ci', role: 'reader', repositories: null, createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, revokedAt: null };
const SECRET = 'x'.repeat(32);
const KEYS = { JWT_JWKS_URL: 'https://login.example.org/keys', JWT_ISSUER: 'https://login.example.org', JWT_AUDIENCE: 'code' };

function required(variables: Readonly<Record<string, string>>, tokens: readonly ApiToken[] = []): boolean {
  return rulesOf(readSettings({}, variables), tokens).access.required;
}

describe('rulesOf', () => {
  it('wants tokens where others can come, and where some are configured', () => {
    assert.equal(required({}), false);
    assert.equal(required({ HOST: '::1' }, [TOKEN]), false);
    assert.equal(required({ AUTHENTICATION: 'required' }), true);
    assert.equal(required({ ADMIN_TOKEN: 'x'.repeat(16) }), true);
    assert.equal(required({ ADMIN_TOKEN: 'x'.repeat(16), AUTHENTICATION: 'off' }), false);
    assert.equal(required({ HOST: '0.0.0.0' }, [TOKEN]), true);
    assert.equal(required({ HOST: '10.0.0.7', JWT_SECRET: SECRET }), true);
    assert.equal(required({ HOST: '::', ...KEYS }), true);
  });
  it('refuses what would be unsafe, naming the way out', () => {
    const wrong: readonly [Record<string, string>, RegExp, (readonly ApiToken[])?][] = [
      [{ HOST: '0.0.0.0' }, /^Others can reach 0\.0\.0\.0, and nothing says who they are\.$/],
      [{ HOST: '::' }, /nothing says who they are/, [{ ...TOKEN, revokedAt: '2026-01-02T00:00:00.000Z' }, { ...TOKEN, expiresAt: '2026-01-02T00:00:00.000Z' }]],
      [{ HOST: 'code.example.org', AUTHENTICATION: 'off' }, /^AUTHENTICATION=off would let everyone/, [TOKEN]],
      [{ ADMIN_TOKEN: 'short' }, /^ADMIN_TOKEN has 5 characters; 16 are the least\.$/],
      [{ JWT_SECRET: 'x'.repeat(31) }, /^JWT_SECRET has 31 characters; 32 are the least\.$/],
      [{ ...KEYS, JWT_ISSUER: '' }, /without JWT_ISSUER/],
      [{ ...KEYS, JWT_AUDIENCE: '' }, /without JWT_AUDIENCE/],
      [{ ...KEYS, JWT_JWKS_URL: 'http://login.example.org/keys' }, /is not an https address/],
      [{ TLS_CERT_FILE: '/a.pem' }, /^TLS_CERT_FILE is set alone\.$/],
      [{ TLS_KEY_FILE: '/a.pem' }, /^TLS_KEY_FILE is set alone\.$/],
      [{ TLS_CERT_FILE: '/nowhere/a.pem', TLS_KEY_FILE: '/nowhere/b.pem' }, /^TLS_CERT_FILE cannot be read: ENOENT/],
      [{ PUBLIC_URL: 'code.example.org' }, /^PUBLIC_URL is not an http or https address\.$/],
    ];
    for (const [variables, message, tokens] of wrong) assert.throws(() => rulesOf(readSettings({}, variables), tokens ?? []), { code: 'invalid_query', message });
  });
  it('refuses a certificate that cannot be used', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'code-index-tls-'));
    try {
      const file = path.join(folder, 'a.pem');
      writeFileSync(file, 'no certificate');
      assert.throws(() => rulesOf(readSettings({}, { TLS_CERT_FILE: file, TLS_KEY_FILE: file }), []), { code: 'invalid_query', message: /cannot be used/ });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('warns where a proxy lets everyone in', () => {
    const warned = (variables: Readonly<Record<string, string>>): number => warningsOf(readSettings({}, variables)).length;
    assert.deepEqual([warned({}), warned({ PUBLIC_URL: 'https://a' }), warned({ PUBLIC_URL: 'https://a', JWT_SECRET: SECRET }), warned({ PUBLIC_URL: 'https://a', AUTHENTICATION: 'required' })], [0, 1, 0, 0]);
  });
});
