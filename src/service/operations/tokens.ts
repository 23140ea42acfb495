import { CodeIndexError } from '../../base/mod.ts';
import { ACCESS_ROLES, type AccessRole, type ApiToken, type AuditEntry } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';
import type { Service } from '../service.ts';
import { newTokenText, tokenDigest } from '../tokens.ts';

export interface CreateTokenInput {
  readonly name: string;
  readonly role?: AccessRole;
  readonly repositories?: readonly string[];
  readonly daysToKeep?: number;
}

export interface CreatedTokenAnswer {
  readonly token: ApiToken;
  /** Shown here and never again: what is kept is its digest. */
  readonly text: string;
}

/** A token that is used every day is replaced once a year; one that is forgotten ends. */
const DAYS_TO_KEEP = 365;
const NAME_CHARS = 200;

export const createTokenOperation: Operation<CreateTokenInput, CreatedTokenAnswer> = {
  name: 'tokens create',
  title: 'Create an API token',
  text: 'Creates a token with which a program calls the server. Its text is shown once.',
  effect: 'admin',
  fields: {
    name: { kind: 'text', required: true, position: 'one', text: 'what the token is for' },
    role: { kind: 'choice', values: ACCESS_ROLES, text: 'default reader' },
    repositories: { kind: 'texts', flag: 'repo', text: 'repository that it may use; may be repeated; default: all' },
    daysToKeep: { kind: 'integer', least: 0, most: 36_500, text: `it expires afterwards; default ${DAYS_TO_KEEP}; 0 is never` },
  },
  async run(service, input, call) {
    const name = input.name.trim();
    if (name === '' || name.length > NAME_CHARS || /\p{Cc}/u.test(name)) {
      throw new CodeIndexError('invalid_query', `A token cannot be named ${JSON.stringify(input.name.slice(0, NAME_CHARS))}.`, `Say what it is for in at most ${NAME_CHARS} characters.`);
    }
    const repositories = within(service, input.repositories ?? null);
    const store = await service.store();
    const known = new Set((await store.meta.repositories()).map((one) => one.name));
    const unknown = (repositories ?? []).filter((one) => !known.has(one));
    if (unknown.length > 0) call.onNote?.(`Nothing is indexed under ${unknown.map((one) => JSON.stringify(one)).join(', ')} yet.`);
    const days = input.daysToKeep ?? DAYS_TO_KEEP;
    const text = newTokenText();
    const token = await store.tokens.create({
      digest: tokenDigest(text), name, role: input.role ?? 'reader', repositories,
      expiresAt: days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString(),
    });
    return { token, text };
  },
};

export interface TokensAnswer {
  readonly tokens: readonly ApiToken[];
}

export const listTokensOperation: Operation<Record<string, never>, TokensAnswer> = {
  name: 'tokens list',
  title: 'List API tokens',
  text: 'Lists API tokens, revoked and expired ones too, without their text.',
  effect: 'admin',
  fields: {},
  async run(service) {
    const all = await (await service.store()).tokens.list();
    return { tokens: all.filter((one) => reaches(service, one.repositories)) };
  },
};

export interface RevokedTokenAnswer {
  readonly revoked: ApiToken;
}

export const revokeTokenOperation: Operation<{ readonly id: number }, RevokedTokenAnswer> = {
  name: 'tokens revoke',
  title: 'Revoke an API token',
  text: 'Ends a token at once: the next request with it is refused.',
  effect: 'admin',
  fields: { id: { kind: 'integer', least: 1, most: Number.MAX_SAFE_INTEGER, required: true, position: 'one', text: 'number of the token' } },
  async run(service, { id }) {
    const { tokens } = await service.store();
    const find = async (): Promise<ApiToken | undefined> => (await tokens.list()).find((one) => one.id === id && reaches(service, one.repositories));
    const found = await find();
    if (found === undefined) throw new CodeIndexError('not_found', `There is no token ${id}.`, 'See `code-index tokens list`.');
    if (!(await tokens.revoke(id))) throw new CodeIndexError('conflict', `Token ${id} was revoked before.`, 'Nothing is left to do.');
    return { revoked: (await find()) ?? found };
  },
};

export interface AuditAnswer {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
}

const AUDIT_DEFAULT = 100;

export const auditOperation: Operation<{ readonly limit?: number }, AuditAnswer> = {
  name: 'audit',
  title: 'Audit log',
  text: 'Lists acts that changed something: who did what to what, and how it ended.',
  effect: 'admin',
  fields: { limit: { kind: 'integer', least: 1, most: 10_000, text: `newest first, default ${AUDIT_DEFAULT}` } },
  async run(service, { limit = AUDIT_DEFAULT }) {
    if (service.identity.repositories !== null) {
      throw new CodeIndexError('forbidden', `${service.identity.name} may use some repositories; the audit log is about all of them.`, 'Ask an administrator of all repositories.');
    }
    return { entries: await (await service.store()).journal.audit({ limit }) };
  },
};

/** Nobody gives more than they have. */
function within(service: Service, wanted: readonly string[] | null): readonly string[] | null {
  const { name, repositories: mine } = service.identity;
  if (mine === null) return wanted;
  const names = wanted ?? mine;
  const outside = names.filter((one) => !mine.includes(one));
  if (outside.length === 0) return names;
  throw new CodeIndexError('forbidden', `${name} may not grant ${outside.map((one) => JSON.stringify(one)).join(', ')}.`, `Grant some of: ${mine.join(', ')}.`);
}

/** Who may use some repositories sees the tokens for those alone. */
function reaches({ identity }: Service, repositories: readonly string[] | null): boolean {
  const mine = identity.repositories;
  return mine === null || (repositories !== null && repositories.every((one) => mine.includes(one)));
}
