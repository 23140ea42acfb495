import { CodeIndexError } from '../../base/mod.ts';
import { ACCESS_ROLES, type AccessRole, type ApiToken, type AuditEntry, type WebTokenRevocation } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';
import type { Service } from '../service.ts';
import { WEB_TOKEN_NAME_CHARS, newTokenText, tokenDigest } from '../tokens.ts';

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
  /** JSON web tokens that are refused, oldest first. */
  readonly revokedWebTokens: readonly WebTokenRevocation[];
}

export const listTokensOperation: Operation<Record<string, never>, TokensAnswer> = {
  name: 'tokens list',
  title: 'List API tokens',
  text: 'Lists API tokens, revoked and expired ones too, without their text.',
  effect: 'admin',
  fields: {},
  async run(service) {
    const { tokens } = await service.store();
    const [all, revokedWebTokens] = await Promise.all([tokens.list(), tokens.webTokenRevocations()]);
    return { tokens: all.filter((one) => reaches(service, one.repositories)), revokedWebTokens: reaches(service, null) ? revokedWebTokens : [] };
  },
};

export interface RevokeTokenInput {
  readonly id?: number;
  readonly jwt?: string;
  readonly subject?: string;
}

export interface RevokedTokenAnswer {
  /** The API token; null where JSON web tokens were revoked. */
  readonly revoked: ApiToken | null;
  readonly webTokens: WebTokenRevocation | null;
}

export const revokeTokenOperation: Operation<RevokeTokenInput, RevokedTokenAnswer> = {
  name: 'tokens revoke',
  title: 'Revoke tokens',
  text: 'Ends a token at once, at every server of the database: the next request with it is refused.',
  effect: 'admin',
  fields: {
    id: { kind: 'integer', least: 1, most: Number.MAX_SAFE_INTEGER, position: 'one', text: 'number of an API token' },
    jwt: { kind: 'text', least: 1, most: WEB_TOKEN_NAME_CHARS, text: 'the claim `jti` of one JSON web token' },
    subject: { kind: 'text', least: 1, most: WEB_TOKEN_NAME_CHARS, text: 'the claim `sub` of JSON web tokens: all that were issued until now' },
  },
  async run(service, { id, jwt, subject }) {
    const { tokens } = await service.store();
    if ([id, jwt, subject].filter((one) => one !== undefined).length !== 1) {
      throw new CodeIndexError('invalid_query', 'It is not clear which tokens are to be revoked.', 'Give the number of an API token, or --jwt, or --subject, and one of them alone.');
    }
    if (id === undefined) return { revoked: null, webTokens: await revokeWebTokens(service, jwt === undefined ? 'subject' : 'id', (jwt ?? subject) as string) };
    const find = async (): Promise<ApiToken | undefined> => (await tokens.list()).find((one) => one.id === id && reaches(service, one.repositories));
    const found = await find();
    if (found === undefined) throw new CodeIndexError('not_found', `There is no token ${id}.`, 'See `code-index tokens list`.');
    if (!(await tokens.revoke(id))) throw new CodeIndexError('conflict', `Token ${id} was revoked before.`, 'Nothing is left to do.');
    return { revoked: (await find()) ?? found, webTokens: null };
  },
};

/** Nobody here knows which tokens somebody else made: what is refused need never have been seen. */
async function revokeWebTokens(service: Service, by: WebTokenRevocation['by'], name: string): Promise<WebTokenRevocation> {
  if (!reaches(service, null)) {
    throw new CodeIndexError('forbidden', `${service.identity.name} may use some repositories; what a JSON web token is for is not known here.`, 'Ask an administrator of all repositories.');
  }
  const revocation = { by, name, revokedAt: new Date().toISOString() };
  await (await service.store()).tokens.revokeWebTokens(revocation);
  return revocation;
}

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
