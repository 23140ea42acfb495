/** The text of an API token: shown once, kept as a digest alone. */
import { createHash, randomBytes } from 'node:crypto';

/** So that people, scanners of secrets and this program know one when they see it. */
export const TOKEN_PREFIX = 'cidx_';

/** Characters of the `jti` and of the subject of a JSON web token: what providers make has some dozens. */
export const WEB_TOKEN_NAME_CHARS = 200;

/** 256 random bits: nobody guesses one, so a plain digest is enough to keep it by. */
export function newTokenText(): string {
  return `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
}

/** SHA-256. */
export function tokenDigest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
