/** What a caller may do: read answers, change what is indexed, or administer. Each includes the one before. */
export const ACCESS_ROLES = ['reader', 'maintainer', 'admin'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Who calls, as far as a surface could prove it. */
export interface Identity {
  /** Stable, for rate limits and the audit log: `token:7`, `jwt:alice`, `admin`, `local`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly role: AccessRole;
  /** Names of the repositories that are there for the caller; null is all of them. */
  readonly repositories: readonly string[] | null;
}

/** An API token as it is kept: the text itself is shown once, at its creation, and never stored. */
export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly role: AccessRole;
  readonly repositories: readonly string[] | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** JSON web tokens that are refused before they expire: the one with this `jti`, or all that a subject was given until then. */
export interface WebTokenRevocation {
  readonly by: 'id' | 'subject';
  readonly name: string;
  /** ISO 8601. */
  readonly revokedAt: string;
}

/** One administrative act. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly time: string;
  /** `Identity.id`. */
  readonly actor: string;
  /** Name of the operation: `repos remove`, `tokens create`. */
  readonly act: string;
  /** What it was done to. */
  readonly target: string;
  /** `done`, the code of the error, or `begun` where the end cannot be kept beside it. */
  readonly outcome: string;
}
