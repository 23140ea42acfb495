/** A certificate that vouches for itself, made without a program that a machine may lack. */
import { generateKeyPairSync, sign } from 'node:crypto';

function part(tag: number, ...contents: readonly (Buffer | string | readonly number[])[]): Buffer {
  const body = Buffer.concat(contents.map((one) => Buffer.from(one as string)));
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const [SEQUENCE, SET, INTEGER, BITS, OCTETS, TEXT, TIME] = [0x30, 0x31, 0x02, 0x03, 0x04, 0x0c, 0x17] as const;
const identifier = (...bytes: readonly number[]): Buffer => part(0x06, bytes);
const SIGNED_BY = part(SEQUENCE, identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256

/** PEM, for `localhost` and 127.0.0.1, valid until 2049. */
export function makeCertificate(name: string): { readonly certificate: Buffer; readonly key: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const who = part(SEQUENCE, part(SET, part(SEQUENCE, identifier(0x55, 0x04, 0x03), part(TEXT, name))));
  const places = part(SEQUENCE, part(0x82, 'localhost'), part(0x87, [127, 0, 0, 1]));
  const told = part(
    SEQUENCE, part(0xa0, part(INTEGER, [2])), part(INTEGER, [name.length]), SIGNED_BY, who, part(SEQUENCE, part(TIME, '250101000000Z'), part(TIME, '490101000000Z')), who,
    publicKey.export({ type: 'spki', format: 'der' }), part(0xa3, part(SEQUENCE, part(SEQUENCE, identifier(0x55, 0x1d, 0x11), part(OCTETS, places)))),
  );
  const whole = part(SEQUENCE, told, SIGNED_BY, part(BITS, [0], sign('sha256', told, privateKey)));
  const lines = whole.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return { certificate: Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`), key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
}
