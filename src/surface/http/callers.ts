import { timingSafeEqual } from 'node:crypto';
import type { Log } from '../../base/mod.ts';
import type { Identity } from '../../domain/mod.ts';
import { TOKEN_PREFIX, tokenDigest, type Service } from '../../service/mod.ts';
import { openJsonWebTokens } from './json-web-tokens.ts';
import type { AccessSettings } from './port.ts';
import { refuse } from './refusal.ts';

/** The text of `Authorization: Bearer <text>`. Throws a `Refusal` for anything else. */
export function bearerOf(authorization: string): string {
  const found = /^Bearer +([\u0021-\u007e]+) *$/i.exec(authorization);
  if (found === null) throw refuse('malformed', 'The header Authorization is not `Bearer` and a token.');
  return found[1] as string;
}

export interface Callers {
  /** Who bears this token. Throws a `Refusal`, or `unavailable` where that cannot be found out now. */
  prove(text: string, digest: Buffer): Promise<Identity>;
}

/** Knows an administrator's token, API tokens and JSON web tokens, each by its own proof. */
export function openCallers(service: Service, access: AccessSettings, log: Log): Callers {
  const admin = access.adminToken === undefined ? null : tokenDigest(access.adminToken);
  const jsonWebToken = openJsonWebTokens(access, log, async (token) => (await service.store()).tokens.webTokenRevocations(token));
  return {
    async prove(text, digest) {
      if (admin !== null && timingSafeEqual(admin, digest)) return { id: 'admin', name: 'administrator', role: 'admin', repositories: null };
      if (text.startsWith(TOKEN_PREFIX)) return apiToken(service, digest);
      if (jsonWebToken !== null && text.split('.').length === 3) return jsonWebToken(text, digest);
      throw refuse('unknown', 'The token is not known here.');
    },
  };
}

/** One lookup by key; without a memory of its own, a revoked token is refused from the next request on. */
async function apiToken(service: Service, digest: Buffer): Promise<Identity> {
  const token = await (await service.store()).tokens.byDigest(digest);
  if (token === null) throw refuse('unknown', 'The token is not known here.');
  const { id, name, role, repositories, expiresAt, revokedAt } = token;
  if (revokedAt !== null) throw refuse('revoked', 'The token was revoked.');
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) throw refuse('expired', `The token expired on ${expiresAt.slice(0, 10)}.`);
  return { id: `token:${id}`, name, role, repositories };
}
