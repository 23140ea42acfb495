/**
 * An S3-compatible store of a test's own, in memory: put, get, list (in pages), delete, with the signature of every request
 * checked as a real one checks it (version 4), so that a client that passes here signs right.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const ACCESS_KEY_ID = 'TESTKEY';
/** Has the signs that quoting in shells and configurations gets wrong. */
const SECRET_ACCESS_KEY = 'se"cret\\key/+$x `y`';
const REGION = 'test-region-1';
const BUCKET = 'backups';
/** Small, so that lists of a few objects come in several pages. */
const PAGE = 3;
const CLOCK_SKEW_MILLIS = 900_000;

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** `PUT postgres/name`, in order. */
  readonly asked: string[];
  /** The variables that the scripts of `deploy/` read. */
  readonly variables: Readonly<Record<string, string>>;
  /** What answers instead of the store; `null`: the store. Called after the signature was checked. */
  fault: ((method: string, key: string) => { readonly status: number; readonly code: string } | null) | null;
}

export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => void answer(request, response, s3));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const s3: S3Server = {
    endpoint, objects, asked: [], fault: null,
    variables: { S3_ENDPOINT: endpoint, S3_BUCKET: BUCKET, S3_REGION: REGION, S3_ACCESS_KEY_ID: ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY },
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  return s3;
}

async function answer(request: IncomingMessage, response: ServerResponse, s3: S3Server): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const { pathname, searchParams } = new URL(request.url ?? '/', s3.endpoint);
  const refuse = (status: number, code: string): void => void response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Told by the test.</Message></Error>`);
  const fault = signatureFault(request, body);
  if (fault !== null) return refuse(403, fault);
  const [, bucket, ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const method = request.method ?? '';
  s3.asked.push(`${method} ${key}`);
  const told = s3.fault?.(method, key) ?? null;
  if (told !== null) return refuse(told.status, told.code);
  if (bucket !== BUCKET) return refuse(404, 'NoSuchBucket');
  if (method === 'PUT') {
    s3.objects.set(key, body);
    return void response.writeHead(200).end();
  }
  if (method === 'DELETE') {
    s3.objects.delete(key);
    return void response.writeHead(204).end();
  }
  if (method !== 'GET') return refuse(405, 'MethodNotAllowed');
  if (key === '') return void response.end(listing(s3, searchParams));
  const found = s3.objects.get(key);
  return found === undefined ? refuse(404, 'NoSuchKey') : void response.end(found);
}

function listing(s3: S3Server, asked: URLSearchParams): string {
  const after = Buffer.from(asked.get('continuation-token') ?? '', 'base64').toString('utf8');
  const keys = [...s3.objects.keys()].filter((key) => key.startsWith(asked.get('prefix') ?? '') && key > after).sort();
  const page = keys.slice(0, PAGE);
  const more = keys.length > PAGE ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${Buffer.from(page.at(-1) as string).toString('base64')}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
  return `<?xml version="1.0"?><ListBucketResult>${more}${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`;
}

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The code that a real store answers with; null: the request is from who has the secret, is fresh, and is whole. */
function signatureFault(request: IncomingMessage, body: Buffer): string | null {
  const given = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '');
  if (given === null) return 'AccessDenied';
  const [, id, day, region, names, signature] = given as unknown as [string, string, string, string, string, string];
  if (id !== ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  if (region !== REGION) return 'AuthorizationHeaderMalformed';
  const time = String(request.headers['x-amz-date']);
  const moment = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - moment) < CLOCK_SKEW_MILLIS) || !time.startsWith(day)) return 'RequestTimeTooSkewed';
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) return 'AccessDenied';
  const digest = String(request.headers['x-amz-content-sha256']);
  if (digest !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const [place = '', question = ''] = (request.url ?? '').split('?');
  const canonical = [
    request.method, place, question.split('&').filter((one) => one !== '').sort().join('&'),
    ...signed.map((name) => `${name}:${String(request.headers[name]).trim()}`), '', names, digest,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ['aws4_request', 's3', region, day].reduceRight((made, part) => hmac(made, part), Buffer.from(`AWS4${SECRET_ACCESS_KEY}`) as Buffer);
  const wanted = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`);
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex')) ? null : 'SignatureDoesNotMatch';
}
