import { CodeIndexError } from '../base/mod.ts';
import { ACCESS_ROLES, type AccessRole, type Identity } from '../domain/mod.ts';
import type { Effect } from './effect.ts';

/** On whose behalf operations run. */
export interface Caller {
  readonly identity: Identity;
  /** Absolute folders that the caller works in: what is searched when no repository is named. */
  readonly workspace: readonly string[];
}

/** Whoever runs the program by hand: the files are theirs anyway. */
export const LOCAL: Identity = { id: 'local', name: 'local user', role: 'admin', repositories: null };

const NEEDED: Readonly<Record<Effect, AccessRole>> = { read: 'reader', write: 'maintainer', admin: 'admin' };

/** Whether the role reaches. */
export function allows(identity: Identity, operation: { readonly effect: Effect }): boolean {
  return ACCESS_ROLES.indexOf(identity.role) >= ACCESS_ROLES.indexOf(NEEDED[operation.effect]);
}

/** Throws `forbidden` where the role does not reach. */
export function requireRole(identity: Identity, operation: { readonly name: string; readonly effect: Effect }): void {
  if (allows(identity, operation)) return;
  throw new CodeIndexError('forbidden', `${identity.name} has the role ${identity.role}; \`${operation.name}\` needs ${NEEDED[operation.effect]}.`, 'Ask an administrator for a token with that role.');
}
