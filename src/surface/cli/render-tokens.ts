/** API tokens and the audit log for people. */
import type { ApiToken, AuditEntry, WebTokenRevocation } from '../../domain/mod.ts';
import type { CreatedTokenAnswer, RevokedTokenAnswer, TokensAnswer } from '../../service/mod.ts';
import { tame, type Paint } from './terminal.ts';

export function createdTokenLines({ token, text }: CreatedTokenAnswer, paint: Paint): readonly string[] {
  return [text, paint.dim(`Token ${aboutToken(token)}. This text is not shown again.`)];
}

export function tokenLines({ tokens, revokedWebTokens }: TokensAnswer, paint: Paint): readonly string[] {
  const refused = revokedWebTokens.map((one) => paint.dim(`${aboutWebTokens(one)}  revoked ${one.revokedAt.slice(0, 10)}`));
  if (tokens.length === 0) return ['There are no API tokens yet: `code-index tokens create <name>` makes one.', ...refused];
  return [...tokens.map((token) => {
    const line = aboutToken(token);
    return token.revokedAt === null && !hasEnded(token) ? line : paint.dim(line);
  }), ...refused];
}

export function revokedLine({ revoked, webTokens }: RevokedTokenAnswer): string {
  const what = revoked === null ? (webTokens === null ? 'Nothing' : aboutWebTokens(webTokens)) : `Token ${revoked.id} (${revoked.name})`;
  return `${what} is revoked: the next request with it is refused.`;
}

function aboutWebTokens({ by, name, revokedAt }: WebTokenRevocation): string {
  return by === 'id' ? `JSON web token ${tame(name)}` : `Every JSON web token of ${tame(name)} from before ${revokedAt.slice(0, 19)}Z`;
}

export function auditLines(entries: readonly AuditEntry[], paint: Paint): readonly string[] {
  if (entries.length === 0) return ['The audit log is empty.'];
  return entries.map(({ time, actor, act, target, outcome }) =>
    `${time}  ${tame(actor)}  ${paint.path(act)}${target === '' ? '' : ` ${tame(target)}`}  ${outcome === 'done' ? outcome : paint.bad(outcome)}`);
}

function aboutToken(token: ApiToken): string {
  const { id, name, role, repositories, expiresAt, revokedAt } = token;
  const end = revokedAt !== null ? `revoked ${revokedAt.slice(0, 10)}` : expiresAt === null ? 'for ever' : `${hasEnded(token) ? 'expired' : 'until'} ${expiresAt.slice(0, 10)}`;
  return `${id}  ${name}  ${role}  ${repositories === null ? 'all repositories' : repositories.join(', ') || 'no repository'}  ${end}`;
}

function hasEnded({ expiresAt }: ApiToken): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}
