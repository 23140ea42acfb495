import { CodeIndexError } from '../../base/mod.ts';

interface Told {
  readonly code: 'unavailable' | 'conflict' | 'timeout' | 'internal';
  readonly state: string;
  readonly fix: string;
}

/** By PostgreSQL's own codes, and by those of the network. */
const TOLD: Readonly<Record<string, Told>> = {
  '28P01': { code: 'unavailable', state: 'the password was refused', fix: 'Correct the password in DATABASE_URL or DB_PASSWORD.' },
  '28000': { code: 'unavailable', state: 'the server refuses this user', fix: 'Correct the user in DATABASE_URL, or let it in by pg_hba.conf.' },
  '3D000': { code: 'unavailable', state: 'there is no such database', fix: 'Create it (`createdb`), or correct its name in DATABASE_URL.' },
  '42501': { code: 'unavailable', state: 'the user may not do that', fix: 'Grant it all rights on the database: GRANT ALL ON DATABASE and CREATE ON SCHEMA.' },
  '53100': { code: 'unavailable', state: "the disk of the database's server is full", fix: 'Free some space there and repeat the call; nothing that was indexed is lost.' },
  '53200': { code: 'unavailable', state: 'the database has too little memory', fix: 'Give its server more memory, or lower work_mem and the number of connections, and repeat the call.' },
  '53300': { code: 'unavailable', state: 'the database takes no more connections', fix: 'Raise max_connections there, or lower DATABASE_POOL_SIZE and DATABASE_POOL_OVERFLOW here.' },
  '57P01': { code: 'unavailable', state: 'the database was stopped', fix: 'Repeat the call when it is up again: connections are made anew by themselves.' },
  '57P02': { code: 'unavailable', state: 'the database ended after a fault', fix: 'Repeat the call when it is up again: connections are made anew by themselves.' },
  '57P03': { code: 'unavailable', state: 'the database is starting up', fix: 'Repeat the call in a moment.' },
  '57014': { code: 'timeout', state: 'the statement took longer than it may', fix: 'Repeat the call, narrow it, or raise DATABASE_STATEMENT_SECONDS.' },
  '25006': { code: 'unavailable', state: 'the database may only be read', fix: 'Let DATABASE_URL name the primary; a replica goes to DATABASE_READ_URL.' },
  '40001': { code: 'conflict', state: 'another transaction changed the same', fix: 'Repeat the call.' },
  '40P01': { code: 'conflict', state: 'two transactions waited for each other', fix: 'Repeat the call.' },
  '42P01': { code: 'unavailable', state: 'its tables are not there', fix: 'Open it once with a program that may write, such as `code-index status`.' },
  '55P03': { code: 'conflict', state: 'another transaction holds the row', fix: 'Repeat the call.' },
  XX001: { code: 'internal', state: 'a table of it is damaged', fix: 'Restore a backup; see docs/disaster-recovery.md.' },
  XX002: { code: 'internal', state: 'an index of it is damaged', fix: 'Run REINDEX DATABASE, or restore a backup.' },
  ECONNREFUSED: { code: 'unavailable', state: 'nothing listens there', fix: 'Start the database, or correct host and port in DATABASE_URL.' },
  ENOTFOUND: { code: 'unavailable', state: 'the host is not known', fix: 'Correct the host in DATABASE_URL.' },
  EAI_AGAIN: { code: 'unavailable', state: 'the host cannot be looked up', fix: 'Correct the host in DATABASE_URL, or repeat the call when names can be looked up.' },
  ETIMEDOUT: { code: 'unavailable', state: 'the host does not answer', fix: 'Check the network between here and there.' },
  ECONNRESET: { code: 'unavailable', state: 'the connection broke', fix: 'Repeat the call: connections are made anew by themselves.' },
  EPIPE: { code: 'unavailable', state: 'the connection broke', fix: 'Repeat the call: connections are made anew by themselves.' },
  ENOENT: { code: 'unavailable', state: 'there is no such socket', fix: 'Start the database, or correct the folder of its socket in DATABASE_URL.' },
  SELF_SIGNED_CERT_IN_CHAIN: { code: 'unavailable', state: 'its certificate is signed by nobody whom this machine trusts', fix: 'Name the authority with sslrootcert=<file> in DATABASE_URL, or in NODE_EXTRA_CA_CERTS.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { code: 'unavailable', state: 'its certificate is signed by itself', fix: 'Name it with sslrootcert=<file> in DATABASE_URL, or in NODE_EXTRA_CA_CERTS.' },
};

/** Codes after which the same question may be asked on another connection. */
const BROKEN: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
const BROKEN_WORDS = /connection terminated|connection ended|client has encountered a connection error|not queryable|server closed the connection/i;

/** The connection is gone or cannot be had just now; nothing is wrong with the statement. */
export function isBroken(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return BROKEN.has(String(code)) || String(code).startsWith('08') || BROKEN_WORDS.test(String(message));
}

/** The sentence and the way out for what PostgreSQL or the network said. Everything else passes unchanged. */
export function asStoreError(thrown: unknown, place: string, action: string): unknown {
  if (thrown instanceof CodeIndexError || !(thrown instanceof Error)) return thrown;
  // Several addresses of one host fail together.
  const one = thrown instanceof AggregateError && thrown.errors[0] instanceof Error ? thrown.errors[0] : thrown;
  const { code, message } = one as Error & { readonly code?: unknown };
  if (message === 'timeout exceeded when trying to connect') {
    return new CodeIndexError('unavailable', `${action} failed: no connection to ${place} was free in time.`, 'Repeat the call; where it stays, raise DATABASE_POOL_SIZE or DATABASE_POOL_OVERFLOW, or add servers.', { cause: thrown });
  }
  const told = TOLD[String(code)] ?? (isBroken(one) ? TOLD['ECONNRESET'] : undefined);
  if (told !== undefined) return new CodeIndexError(told.code, `${action} failed: ${told.state} (${place}).`, told.fix, { cause: thrown });
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    return new CodeIndexError('internal', `${action} failed: the database answered ${code}, ${message.replaceAll('\n', ' ').slice(0, 200)} (${place}).`, 'Run `code-index doctor` and report this if it stays.', { cause: thrown });
  }
  return thrown;
}

export function missing(what: 'repository' | 'view', id: number): CodeIndexError {
  return new CodeIndexError('not_found', `There is no ${what} ${id} in the index; it may just have been removed.`, 'List what is there with `code-index repos list`.');
}
