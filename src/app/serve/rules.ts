import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { CodeIndexError } from '../../base/mod.ts';
import type { ApiToken } from '../../domain/mod.ts';
import { isLoopback, type AccessSettings, type HttpRules } from '../../surface/http/mod.ts';
import type { Settings } from '../flags.ts';

const ADMIN_TOKEN_CHARS = 16;
/** As long as the digest that it keys (RFC 7518, 3.2). */
const JWT_SECRET_CHARS = 32;

/** What requests have to keep to. Throws `invalid_query` with the way out for settings that would be unsafe or cannot work. */
export function rulesOf(settings: Settings, tokens: readonly ApiToken[]): HttpRules {
  const { rateLimit, allowedHosts, allowedOrigins, publicUrl } = settings;
  if (publicUrl !== null && !/^https?:$/.test(URL.canParse(publicUrl) ? new URL(publicUrl).protocol : '')) {
    throw refused('PUBLIC_URL is not an http or https address.', 'Set it as https://code.example.org.');
  }
  return { access: accessOf(settings, tokens), rateLimit, allowedHosts, allowedOrigins, tls: tlsOf(settings) };
}

function accessOf(settings: Settings, tokens: readonly ApiToken[]): AccessSettings {
  const { authentication, host, adminToken, jwtSecret, jwtJwksUrl, jwtIssuer, jwtAudience } = settings;
  if (adminToken !== null && adminToken.length < ADMIN_TOKEN_CHARS) {
    throw refused(`ADMIN_TOKEN has ${adminToken.length} characters; ${ADMIN_TOKEN_CHARS} are the least.`, 'Make one with `openssl rand -hex 32`.');
  }
  if (jwtSecret !== null && jwtSecret.length < JWT_SECRET_CHARS) {
    throw refused(`JWT_SECRET has ${jwtSecret.length} characters; ${JWT_SECRET_CHARS} are the least.`, 'Make one with `openssl rand -hex 32`.');
  }
  if (jwtJwksUrl !== null) checkKeySet(jwtJwksUrl, jwtIssuer, jwtAudience);
  const means = adminToken !== null || jwtSecret !== null || jwtJwksUrl !== null;
  const reachable = !isLoopback(host);
  if (reachable && authentication === 'off') {
    throw refused(`AUTHENTICATION=off would let everyone who reaches ${host} read and change what is indexed.`, 'Leave HOST at 127.0.0.1, or configure authentication and remove AUTHENTICATION=off.');
  }
  if (reachable && !means && !tokens.some(isLive)) {
    throw refused(
      `Others can reach ${host}, and nothing says who they are.`,
      'Create a token with `code-index tokens create <name>`, or set JWT_SECRET, JWT_JWKS_URL or ADMIN_TOKEN; or leave HOST at 127.0.0.1.',
    );
  }
  return {
    required: authentication === 'required' || (authentication === 'auto' && (means || reachable)),
    ...(adminToken === null ? {} : { adminToken }),
    ...(jwtSecret === null ? {} : { jwtSecret }),
    ...(jwtJwksUrl === null ? {} : { jwksUrl: jwtJwksUrl }),
    ...(jwtIssuer === null ? {} : { issuer: jwtIssuer }),
    ...(jwtAudience === null ? {} : { audience: jwtAudience }),
  };
}

/** Keys that come over plain HTTP come from whoever stands between. */
function checkKeySet(url: string, issuer: string | null, audience: string | null): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLoopback(parsed.hostname.replace(/^\[|\]$/g, ''))))) {
    throw refused('JWT_JWKS_URL is not an https address.', 'Set it to the address of the key set, for example https://login.example.org/keys.');
  }
  if (issuer === null || audience === null) {
    throw refused(
      `JWT_JWKS_URL is set without ${issuer === null ? 'JWT_ISSUER' : 'JWT_AUDIENCE'}: a token that the provider made for another program would be taken.`,
      'Set JWT_ISSUER and JWT_AUDIENCE, too.',
    );
  }
}

function isLive({ revokedAt, expiresAt }: ApiToken): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());
}

function tlsOf({ tlsCertificateFile, tlsKeyFile }: Settings): HttpRules['tls'] {
  if (tlsCertificateFile === null && tlsKeyFile === null) return null;
  if (tlsCertificateFile === null || tlsKeyFile === null) {
    throw refused(`${tlsCertificateFile === null ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE'} is set alone.`, 'Set TLS_CERT_FILE and TLS_KEY_FILE, or neither.');
  }
  const tls = { certificate: read('TLS_CERT_FILE', tlsCertificateFile), key: read('TLS_KEY_FILE', tlsKeyFile) };
  try {
    createSecureContext({ cert: tls.certificate, key: tls.key });
  } catch (error) {
    throw refused(`The certificate in ${tlsCertificateFile} and the key in ${tlsKeyFile} cannot be used: ${(error as Error).message}.`, 'Both must be PEM, and the key must be that of the certificate.');
  }
  return tls;
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refused(`${variable} cannot be read: ${(error as Error).message}.`, 'Name a file that this user may read.');
  }
}

function refused(message: string, fix: string): CodeIndexError {
  return new CodeIndexError('invalid_query', message, fix);
}

/** Whether callers may name folders of this machine: inside of the roots, or where nobody else reaches the server. */
export function takesLocalPaths({ allowedRoots, host, publicUrl, trustedProxies }: Settings): boolean {
  return allowedRoots.length > 0 || (isLoopback(host) && publicUrl === null && trustedProxies.length === 0);
}

/** What is allowed and yet worth a line at the start. */
export function warningsOf({ host, publicUrl, authentication, adminToken, jwtSecret, jwtJwksUrl }: Settings): string[] {
  const open = isLoopback(host) && authentication !== 'required' && (authentication === 'off' || (adminToken ?? jwtSecret ?? jwtJwksUrl) === null);
  return open && publicUrl !== null ? [`PUBLIC_URL says that others come through ${publicUrl}, and nobody needs a token: set AUTHENTICATION=required, JWT_SECRET, JWT_JWKS_URL or ADMIN_TOKEN.`] : [];
}
