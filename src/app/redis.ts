import type { RedisPlace } from '../queue/mod.ts';
import type { Settings } from './flags.ts';

/** The Redis of the settings, with its password; null where none is set. */
export function redisOf({ redisUrl, redisPassword, redisPrefix }: Settings): Required<RedisPlace> | null {
  return redisUrl === null ? null : { url: withPassword(redisUrl, redisPassword), prefix: redisPrefix };
}

/** An address that cannot be read is told where it is used: without showing it, because it may hold a password. */
function withPassword(url: string, password: string | null): string {
  if (password === null || !URL.canParse(url)) return url;
  const read = new URL(url);
  if (read.password === '') read.password = encodeURIComponent(password);
  return read.href;
}
