import { CodeIndexError } from '../../base/mod.ts';

/** Where Redis is, and who asks. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
}

/**
 * What `REDIS_URL` means: `redis://` or, with TLS, `rediss://`, then user, password, host, port and the number of the
 * database. Throws `invalid_query` without repeating the address, which may hold a password.
 */
export function addressOf(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const database = parsed === null ? null : /^\/?(\d{0,6})$/.exec(parsed.pathname)?.[1];
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '' || database === null || database === undefined || parsed.search !== '') {
    throw new CodeIndexError('invalid_query', 'REDIS_URL is not an address of Redis.', 'Set it as redis://host:6379/0, with rediss:// for TLS.');
  }
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 6_379), db: Number(database),
    ...(parsed.username === '' ? {} : { username: decoded(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decoded(parsed.password) }),
    ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
