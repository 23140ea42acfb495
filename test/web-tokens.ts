/** JSON web tokens made by hand, as an attacker makes them: nothing here keeps anybody from signing nonsense. */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const encoded = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const inMinutes = (minutes: number): number => Math.floor(Date.now() / 1_000) + minutes * 60;

/** Signs with what the header says; `none` is not signed at all. */
export function webToken(header: { readonly alg: string; readonly kid?: string; readonly [name: string]: unknown }, claims: unknown, key: string | Buffer | KeyObject): string {
  const text = `${encoded({ typ: 'JWT', ...header })}.${encoded(claims)}`;
  if (header.alg.toLowerCase() === 'none') return `${text}.`;
  if (header.alg.startsWith('HS')) return `${text}.${createHmac(`sha${header.alg.slice(2)}`, key as string).update(text).digest('base64url')}`;
  return `${text}.${sign('sha256', Buffer.from(text), header.alg === 'ES256' ? { key: key as KeyObject, dsaEncoding: 'ieee-p1363' } : (key as KeyObject)).toString('base64url')}`;
}

export interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly rsa: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly elliptic: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** How often its key set was fetched. */
  fetched(): number;
  /** It answers 500 from now on, or is well again. */
  fail(failing: boolean): void;
}

/** An identity provider with two keys, `one` (RSA) and `two` (P-256). */
export async function openProvider(): Promise<Provider> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let fetched = 0;
  let failing = false;
  const server = createServer((_request, response) => {
    fetched++;
    if (failing) response.writeHead(500).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }, { ...elliptic.publicKey.export({ format: 'jwk' }), kid: 'two', use: 'sig' }] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, rsa, elliptic,
    fetched: () => fetched,
    fail(next) { failing = next; },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
