import type { AccessRole, ApiToken, WebTokenRevocation } from '../../domain/mod.ts';
import type { Tokens } from '../ports.ts';
import type { Core } from './core.ts';

export interface TokenRow {
  id: number;
  name: string;
  role: string;
  repositories: string | null;
  created: string;
  expires: string | null;
  revoked: string | null;
}

interface RevocationRow {
  kind: string;
  name: string;
  revoked: string;
}

export const TOKEN_COLUMNS = 'id, name, role, repositories, created, expires, revoked';

export function makeTokens(core: Core): Tokens {
  const all = core.reader.prepare<[], TokenRow>(`SELECT ${TOKEN_COLUMNS} FROM token ORDER BY id`);
  const one = core.reader.prepare<[Uint8Array], TokenRow>(`SELECT ${TOKEN_COLUMNS} FROM token WHERE digest = ?`);
  const revocations = core.reader.prepare<[], RevocationRow>('SELECT kind, name, revoked FROM web_token_revocation ORDER BY revoked, kind, name');
  const concerning = core.reader.prepare<[string | null, string], RevocationRow>("SELECT kind, name, revoked FROM web_token_revocation WHERE (kind = 'id' AND name = ?) OR (kind = 'subject' AND name = ?)");
  return {
    list: async () => core.read('Listing tokens', () => all.all().map(tokenOf)),
    byDigest: async (digest) => core.read('Looking a token up', () => {
      const row = one.get(digest);
      return row === undefined ? null : tokenOf(row);
    }),
    create: async ({ digest, name, role, repositories, expiresAt }) => core.writeSoon('Storing a token', (database) => tokenOf(
      database
        .prepare(`INSERT INTO token (digest, name, role, repositories, created, expires) VALUES (?, ?, ?, ?, ?, ?) RETURNING ${TOKEN_COLUMNS}`)
        .get(digest, name, role, repositories === null ? null : JSON.stringify(repositories), new Date().toISOString(), expiresAt) as TokenRow,
    )),
    revoke: async (id) => core.writeSoon('Revoking a token', (database) =>
      database.prepare('UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL').run(new Date().toISOString(), id).changes === 1),
    revokeWebTokens: async ({ by, name, revokedAt }) => core.writeSoon('Revoking JSON web tokens', (database) => {
      database
        .prepare('INSERT INTO web_token_revocation (kind, name, revoked) VALUES (?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET revoked = max(revoked, excluded.revoked)')
        .run(by, name, revokedAt);
    }),
    webTokenRevocations: async (token) => core.read('Looking up what is revoked', () =>
      (token === undefined ? revocations.all() : concerning.all(token.id, token.subject)).map(({ kind, name, revoked }) => ({ by: kind as WebTokenRevocation['by'], name, revokedAt: revoked }))),
  };
}

export function tokenOf({ id, name, role, repositories, created, expires, revoked }: TokenRow): ApiToken {
  return {
    id, name, role: role as AccessRole, repositories: repositories === null ? null : (JSON.parse(repositories) as string[]),
    createdAt: created, expiresAt: expires, revokedAt: revoked,
  };
}
