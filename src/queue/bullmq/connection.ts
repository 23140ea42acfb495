/** Connections to Redis, and what is said where there is none. */
import { Redis } from 'ioredis';
import { CodeIndexError, LIMITS } from '../../base/mod.ts';

export interface RedisPlace {
  /** `redis://` or, with TLS, `rediss://`; may hold a user and a password. */
  readonly url: string;
  /** All keys begin with it; absent: `code-index`. */
  readonly prefix?: string;
}

/** Longest pause between two attempts to come back. */
const RETRY_MILLIS = 1_000;

/** The address as it may be shown: without user and password. */
export function shownPlace({ url }: RedisPlace): string {
  const { protocol, host, pathname } = parsed(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** All keys of one queue lie in one slot of a cluster, because scripts use several at once. */
export function prefixOf({ prefix = 'code-index' }: RedisPlace): string {
  return `{${prefix}}`;
}

/**
 * A connection that comes back by itself. `patient`: commands wait for that as long as it takes, as BullMQ wants it; else
 * they fail at once where there is no connection, and after some seconds where there is no answer.
 */
export function connect(place: RedisPlace, patient: boolean): Redis {
  parsed(place.url);
  const redis = new Redis(place.url, {
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 10), RETRY_MILLIS),
    ...(patient ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: LIMITS.redisMillis, autoResendUnfulfilledCommands: false }),
  });
  // Each has its listeners; one without any would end the process.
  redis.on('error', () => {});
  return redis;
}

/** Waits until it can be used. False where that takes too long; a refusal that waiting does not mend is thrown. */
export async function isReady(redis: Redis, place: RedisPlace, millis: number = LIMITS.redisMillis): Promise<boolean> {
  if (redis.status === 'ready') return true;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      redis.off('ready', ready).off('error', refused);
      settle();
    };
    const ready = (): void => end(() => resolve(true));
    const refused = (error: Error): void => {
      const known = refusal(error, place);
      if (known !== null) end(() => reject(known));
    };
    const timer = setTimeout(() => end(() => resolve(false)), millis);
    redis.on('ready', ready).on('error', refused);
  });
}

/** What went wrong between us and Redis, as a sentence with its way out and without the password. */
export function redisError(thrown: unknown, place: RedisPlace): CodeIndexError {
  if (thrown instanceof CodeIndexError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const known = refusal(error, place);
  if (known !== null) return known;
  if (/^OOM /.test(error.message)) {
    return new CodeIndexError('unavailable', `Redis at ${shownPlace(place)} has no memory left for more jobs.`, 'Give it more with `maxmemory`, or let workers empty the queue.', { cause: thrown });
  }
  if (!isAway(error)) return new CodeIndexError('internal', `Redis at ${shownPlace(place)} answered what a queue cannot use: ${error.message.slice(0, 200)}.`, 'See that it is Redis 6.2 or newer and that nobody else writes the keys of REDIS_PREFIX.', { cause: thrown });
  const why = /timed out/i.test(error.message) ? 'does not answer' : /LOADING/.test(error.message) ? 'is still reading its files' : 'cannot be reached';
  return new CodeIndexError('unavailable', `Redis at ${shownPlace(place)} ${why}, and it keeps the order of the jobs.`, 'Repeat the call when it is back; what was taken before is not lost.', { cause: thrown });
}

/** Whether it was the connection, or a Redis that is only starting, that failed. */
function isAway({ message }: Error): boolean {
  return /connect|closed|writeable|timed out|max retries|LOADING|READONLY|MASTERDOWN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/i.test(message);
}

/** Null for what may mend itself. */
function refusal({ message }: Error, place: RedisPlace): CodeIndexError | null {
  const at = `Redis at ${shownPlace(place)}`;
  if (/WRONGPASS|invalid password/i.test(message)) return new CodeIndexError('unavailable', `${at} refuses the user or the password of REDIS_URL.`, 'Correct REDIS_PASSWORD, or the part before @ in REDIS_URL.');
  if (/NOAUTH/.test(message)) return new CodeIndexError('unavailable', `${at} wants a password, and none was given.`, 'Set REDIS_PASSWORD.');
  if (/NOPERM/.test(message)) return new CodeIndexError('unavailable', `${at} does not let the user of REDIS_URL do what a queue needs: ${message.slice(0, 200)}.`, 'Allow that user `+@all` on the keys of the queue.');
  if (/self-signed|certificate|altname|wrong version number/i.test(message)) return new CodeIndexError('unavailable', `${at} cannot be spoken to over TLS: ${message.slice(0, 200)}.`, 'Use rediss:// where Redis speaks TLS and redis:// where it does not, and name its authority in NODE_EXTRA_CA_CERTS.');
  return null;
}

function parsed(url: string): URL {
  try {
    const read = new URL(url);
    if ((read.protocol === 'redis:' || read.protocol === 'rediss:') && read.hostname !== '' && /^(\/\d*)?$/.test(read.pathname)) return read;
  } catch {
    // What it is said below is all that there is to say; the text may hold a password.
  }
  throw new CodeIndexError('invalid_query', 'REDIS_URL is no address of a Redis server.', 'Write it as redis://host:6379/0, or rediss://host:6379/0 where it speaks TLS; special characters of a password are written as in URLs (%40 for @).');
}
