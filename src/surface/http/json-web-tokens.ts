import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { CodeIndexError, type Log } from '../../base/mod.ts';
import { ACCESS_ROLES, type AccessRole, type Identity, type WebTokenRevocation } from '../../domain/mod.ts';
import { WEB_TOKEN_NAME_CHARS } from '../../service/mod.ts';
import { openKeySet } from './key-set.ts';
import type { AccessSettings } from './port.ts';
import { refuse } from './refusal.ts';

/** Clocks of two machines differ; more than a minute is a fault of one of them. */
const SKEW_SECONDS = 60;
const REPOSITORIES = 10_000;
/** A signature takes a third of a millisecond to verify: what was verified holds for so long, though a key be withdrawn meanwhile. */
const VERIFIED_MILLIS = 5_000;
const VERIFIED = 2_000;

/** What a token was given as, beside whose it is. */
interface Claims {
  readonly identity: Identity;
  readonly id: string | null;
  readonly subject: string;
  /** Milliseconds; null where it does not say. */
  readonly issuedAt: number | null;
}

/** Looks up what is revoked; asked for every request, so that a revocation holds at once. */
export type Revocations = (token: { readonly id: string | null; readonly subject: string }) => Promise<readonly WebTokenRevocation[]>;

/** Proves the bearer of a JSON web token; null where none are taken. */
export function openJsonWebTokens({ jwtSecret, jwksUrl, issuer, audience }: AccessSettings, log: Log, revocations: Revocations): ((text: string, digest: Buffer) => Promise<Identity>) | null {
  if (jwtSecret === undefined && jwksUrl === undefined) return null;
  if (jwksUrl !== undefined && (issuer === undefined || audience === undefined)) {
    throw new CodeIndexError('invalid_query', 'With a key set, tokens for any other program of the same provider would be taken.', 'Set JWT_ISSUER and JWT_AUDIENCE beside JWT_JWKS_URL.');
  }
  const secret = jwtSecret === undefined ? null : new TextEncoder().encode(jwtSecret);
  const keySet = jwksUrl === undefined ? null : openKeySet(jwksUrl, log);
  const claims = { clockTolerance: SKEW_SECONDS, requiredClaims: ['sub', 'exp'], ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) };
  // Each source of keys has its own algorithms: a public key is never a secret, and `none` belongs to no source.
  const verify = async (text: string): Promise<JWTPayload> => {
    const { alg } = decodeProtectedHeader(text);
    if (alg === 'HS256' && secret !== null) return (await jwtVerify(text, secret, { ...claims, algorithms: ['HS256'] })).payload;
    if ((alg === 'RS256' || alg === 'ES256') && keySet !== null) return (await jwtVerify(text, keySet as JWTVerifyGetKey, { ...claims, algorithms: [alg] })).payload;
    throw refuse('algorithm', `Tokens signed by ${JSON.stringify(String(alg).slice(0, 20))} are not taken here.`);
  };
  const verified = new Map<string, { readonly claims: Claims; readonly until: number }>();
  const claimsOf = async (text: string, digest: Buffer): Promise<Claims> => {
    const key = digest.toString('base64');
    const known = verified.get(key);
    if (known !== undefined && known.until > Date.now()) return known.claims;
    try {
      const payload = await verify(text);
      const found = checked(payload);
      if (verified.size >= VERIFIED) verified.clear();
      verified.set(key, { claims: found, until: Math.min(Date.now() + VERIFIED_MILLIS, ((payload.exp as number) + SKEW_SECONDS) * 1_000) });
      return found;
    } catch (error) {
      if (error instanceof CodeIndexError) throw error;
      throw refusalOf(error);
    }
  };
  return async (text, digest) => {
    const { identity, ...token } = await claimsOf(text, digest);
    if ((await revocations(token)).some((one) => concerns(one, token.issuedAt))) throw refuse('revoked', 'The token was revoked.');
    return identity;
  };
}

/** Whoever revokes all of a subject goes on with newer ones; a token that does not say when it was given may be an old one. */
function concerns({ by, revokedAt }: WebTokenRevocation, issuedAt: number | null): boolean {
  return by === 'id' || issuedAt === null || issuedAt <= Date.parse(revokedAt);
}

function checked(payload: JWTPayload): Claims {
  const { jti, iat } = payload;
  if (jti !== undefined && (typeof jti !== 'string' || jti === '' || jti.length > WEB_TOKEN_NAME_CHARS)) throw refuse('claims', `The claim \`jti\` of the token is not a text of at most ${WEB_TOKEN_NAME_CHARS} characters.`);
  const identity = identityOf(payload);
  return { identity, id: jti ?? null, subject: identity.name, issuedAt: typeof iat === 'number' ? iat * 1_000 : null };
}

function identityOf({ sub, role = 'reader', repositories }: JWTPayload): Identity {
  if (typeof sub !== 'string' || sub === '' || sub.length > 200 || /\p{Cc}/u.test(sub)) throw refuse('claims', 'The claim `sub` of the token names nobody.');
  if (!ACCESS_ROLES.includes(role as AccessRole)) throw refuse('claims', `The claim \`role\` of the token is none of ${ACCESS_ROLES.join(', ')}.`);
  if (repositories !== undefined && !isNames(repositories)) throw refuse('claims', 'The claim `repositories` of the token is not a list of names.');
  return { id: `jwt:${sub}`, name: sub, role: role as AccessRole, repositories: repositories === undefined ? null : repositories };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= REPOSITORIES && value.every((one) => typeof one === 'string');
}

function refusalOf(error: unknown): CodeIndexError {
  if (error instanceof errors.JWTExpired) return refuse('expired', 'The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return refuse('not_yet_valid', 'The token is not valid yet.');
    return refuse('claims', `The claim \`${error.claim}\` of the token is missing or not the one wanted here.`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) return refuse('signature', 'The token is not signed by a key that is trusted here.');
  return refuse('malformed', 'The token cannot be read.');
}
