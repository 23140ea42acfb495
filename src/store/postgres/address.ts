import { CodeIndexError } from '../../base/mod.ts';

/** What the address of a database says, apart from what it is reached by. */
export interface PostgresAddress {
  /** For the library: without the parameters that are ours. */
  readonly url: string;
  /** The schema of the tables; null: the first of the user's search path. */
  readonly schema: string | null;
  /** `host:port/database` for sentences. */
  readonly place: string;
}

/**
 * Reads `postgresql://user:password@host:port/database?sslmode=...&schema=...`. `password` stands in where the address has
 * none. Sentences name the place and never the password.
 */
export function postgresAddress(address: string, password?: string): PostgresAddress {
  const wrong = (why: string): CodeIndexError => new CodeIndexError('unavailable', `DATABASE_URL cannot be used: ${why}.`, 'Write it as postgresql://user:password@host:5432/database; signs such as @ and / in the password are percent-encoded.');
  if (!URL.canParse(address)) throw wrong('it is no address');
  const url = new URL(address);
  if (url.pathname.length < 2) throw wrong('it names no database');
  if (url.password === '' && password !== undefined) url.password = encodeURIComponent(password);
  const schema = url.searchParams.get('schema');
  if (schema !== null && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw wrong(`${JSON.stringify(schema)} is no plain name of a schema`);
  url.searchParams.delete('schema');
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  return { url: url.href, schema, place: `${host === '' ? 'localhost' : host}:${url.port === '' ? '5432' : url.port}${decodeURIComponent(url.pathname)}` };
}
