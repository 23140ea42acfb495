/** API tokens and the audit log for people. */
import type { ApiToken, AuditEntry } from '../../domain/mod.ts';
import type { CreatedTokenAnswer } from '../../service/mod.ts';
import { tame, type Paint } from './terminal.ts';

export function createdTokenLines({ token, text }: CreatedTokenAnswer, paint: Paint): readonly string[] {
  return [text, paint.dim(`Token ${aboutToken(token)}. This text is not shown again.`)];
}

export function tokenLines(tokens: readonly ApiToken[], paint: Paint): readonly string[] {
  if (tokens.length === 0) return ['There are no tokens yet: `code-index tokens create <name>` makes one.'];
  return tokens.map((token) => {
    const line = aboutToken(token);
    return token.revokedAt === null && !hasEnded(token) ? line : paint.dim(line);
  });
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
