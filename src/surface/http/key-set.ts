import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { CodeIndexError, type Log } from '../../base/mod.ts';

/** Keys older than this are renewed behind the requests that they serve. */
const FRESH_MILLIS = 600_000;
/** Keys that could not be renewed for so long are no longer trusted: one of them may have been withdrawn. */
const KEPT_MILLIS = 86_400_000;
/** Between two requests to the provider, so that tokens with made-up keys cannot drive us against it. */
const COOL_MILLIS = 30_000;
/** The same while there are no keys at all. */
const RETRY_MILLIS = 3_000;
const ANSWER_MILLIS = 5_000;

/**
 * The public keys of an identity provider, fetched at first need. While the provider is away, the keys that are known go
 * on. Throws `unavailable` where the key could be there but cannot be fetched.
 */
export function openKeySet(url: string, log: Log, now: () => number = Date.now): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | null = null;
  let fetchedAt = -Infinity;
  let askedAt = -Infinity;
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    askedAt = now();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MILLIS), redirect: 'error', headers: { accept: 'application/jwk-set+json, application/json' } });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
      fetchedAt = now();
    } catch (error) {
      log('warn', `The key set ${url} cannot be fetched: ${(error as Error).message}.`);
      throw unavailable(error);
    }
  };
  const renew = (): Promise<void> => (asking ??= ask().finally(() => { asking = null; }));
  return async (header, token) => {
    if (keys === null || now() - fetchedAt > KEPT_MILLIS) {
      if (asking === null && now() - askedAt < RETRY_MILLIS) throw unavailable();
      await renew();
    } else if (now() - fetchedAt > FRESH_MILLIS && now() - askedAt > COOL_MILLIS) {
      renew().catch(() => {}); // It is in the log, and known keys go on.
    }
    try {
      return await (keys as NonNullable<typeof keys>)(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (now() - askedAt > COOL_MILLIS) await renew();
      else if (askedAt > fetchedAt) throw unavailable();
      return (keys as NonNullable<typeof keys>)(header, token);
    }
  };
}

function unavailable(cause?: unknown): CodeIndexError {
  return new CodeIndexError('unavailable', 'The token cannot be checked, because the keys of the identity provider cannot be fetched.', 'Try again in a while; an administrator finds the reason in the log.', { cause });
}
