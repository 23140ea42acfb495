/** Probes of settings: what contradicts, what is weak, what is not there. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ServerSettings } from '../service.ts';
import type { Found, Probe } from './probe.ts';

const LEAST_SECRET_CHARS = 32;
const LEAST_TOKEN_CHARS = 16;
/** Of one text: fewer different ones are a word repeated. */
const LEAST_DIFFERENT_CHARS = 8;
const SOON_DAYS = 21;
const DAY_MILLIS = 86_400_000;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

export const SERVER: readonly Probe[] = [
  {
    name: 'allowed roots', fix: 'Correct MCP_ALLOWED_ROOTS: nothing below a folder that is not there is indexed.',
    run: async ({ settings: { allowedRoots } }) => {
      if (allowedRoots.length === 0) return 'every folder';
      for (const root of allowedRoots) {
        const found = await stat(root).catch(() => null);
        if (found?.isDirectory() !== true) throw new Error(`${root} is no folder that is there`);
      }
      return allowedRoots.join(', ');
    },
  },
  { name: 'settings', fix: 'Correct the settings; `docs/reference/settings.md` explains each.', run: async ({ settings: { server } }) => contradictions(server) },
  { name: 'secrets', fix: 'Make another one with `openssl rand -base64 48`, and give it to those who need it.', run: async ({ settings: { server } }) => secrets(server) },
  {
    name: 'queue', fix: 'Correct REDIS_URL and REDIS_PASSWORD, or start that Redis.',
    run: async ({ settings: { redis } }) => {
      if (redis === undefined) return 'within each server: REDIS_URL is not set';
      const { redisCondition } = await import('../../queue/mod.ts');
      const { failure, warning } = await redisCondition(redis);
      if (failure !== null) throw new Error(failure);
      return warning === null ? 'shared over Redis, which answers' : { found: warning, fix: 'Set `maxmemory-policy noeviction` in redis.conf.' };
    },
  },
  { name: 'certificate', fix: 'Renew the certificate, or correct TLS_CERT_FILE and TLS_KEY_FILE.', run: async ({ settings: { server } }) => certificate(server) },
];

function contradictions(server: ServerSettings | undefined): string {
  if (server === undefined) return 'those of a library';
  const wrong: string[] = [];
  if ((server.tlsCertificateFile === null) !== (server.tlsKeyFile === null)) wrong.push('of TLS_CERT_FILE and TLS_KEY_FILE only one is set');
  if (server.jwtJwksUrl !== null && (server.jwtIssuer === null || server.jwtAudience === null)) wrong.push('JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE');
  if (server.jwtJwksUrl === null && server.jwtSecret === null && (server.jwtIssuer !== null || server.jwtAudience !== null)) wrong.push('JWT_ISSUER or JWT_AUDIENCE is set, and neither JWT_SECRET nor JWT_JWKS_URL');
  if (server.authentication === 'off' && !LOOPBACK.test(server.host)) wrong.push(`AUTHENTICATION is off, and others can reach ${server.host}`);
  if (server.authentication === 'off' && (server.adminToken ?? server.jwtSecret ?? server.jwtJwksUrl) !== null) wrong.push('AUTHENTICATION is off, and a token is set that nobody is asked for');
  if (server.databaseKey !== null && server.databaseKeyFile !== null) wrong.push('DATABASE_KEY and DATABASE_KEY_FILE are both set, and the file wins');
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return 'nothing contradicts';
}

function secrets(server: ServerSettings | undefined): string {
  const given = [['JWT_SECRET', server?.jwtSecret, LEAST_SECRET_CHARS], ['ADMIN_TOKEN', server?.adminToken, LEAST_TOKEN_CHARS]] as const;
  const set = given.filter(([, text]) => typeof text === 'string');
  for (const [name, text, least] of set) {
    if ((text as string).length < least) throw new Error(`${name} has ${(text as string).length} characters; ${least} are the least`);
    if (new Set(text as string).size < LEAST_DIFFERENT_CHARS) throw new Error(`${name} repeats few characters and can be guessed`);
  }
  return set.length === 0 ? 'none are set' : `${set.map(([name]) => name).join(' and ')} long enough`;
}

async function certificate(server: ServerSettings | undefined): Promise<string | Found> {
  if (server === undefined || server.tlsCertificateFile === null || server.tlsKeyFile === null) return 'none: plain HTTP, or TLS in the proxy';
  const own = new X509Certificate(await readFile(server.tlsCertificateFile));
  if (!own.checkPrivateKey(createPrivateKey(await readFile(server.tlsKeyFile)))) throw new Error(`${server.tlsKeyFile} is not the key of ${server.tlsCertificateFile}`);
  const days = Math.floor((Date.parse(own.validTo) - Date.now()) / DAY_MILLIS);
  if (days < 0) throw new Error(`${server.tlsCertificateFile} expired on ${own.validTo}`);
  if (Date.parse(own.validFrom) > Date.now()) throw new Error(`${server.tlsCertificateFile} is not valid before ${own.validFrom}`);
  const found = `${own.subject.replaceAll('\n', ', ')} until ${own.validTo}`;
  return days < SOON_DAYS ? { found: `${found}.`, fix: 'Renew it, and send SIGHUP to the server.' } : found;
}
