import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';

/** An archive that arrived whole. Removed when disposed of, unless it was handed over. */
export interface Upload extends AsyncDisposable {
  /** Absolute, with the ending of its kind. */
  readonly file: string;
  /** The file belongs to somebody else now. */
  handOver(): void;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/zip': '.zip',
  'application/x-zip-compressed': '.zip',
  'application/x-tar': '.tar',
  'application/gzip': '.tar.gz',
  'application/x-gzip': '.tar.gz',
  'application/x-compressed-tar': '.tar.gz',
};
/** Enough to tell the kinds apart: the mark of a tar is at 257. */
const HEAD_BYTES = 512;

/**
 * Streams the body into `<dataDir>/uploads/<random>`. Errors: `too_large` as soon as more than `maxBytes` came,
 * `invalid_query` for a body that is no archive; then, and when the caller goes, nothing is left behind.
 */
export async function receiveUpload(request: FastifyRequest, dataDir: string, maxBytes: number, signal: AbortSignal): Promise<Upload> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const folder = path.join(dataDir, 'uploads');
  await mkdir(folder, { recursive: true });
  const part = path.join(folder, `${randomBytes(16).toString('hex')}.part`);
  const gate = new Gate(maxBytes);
  try {
    const body = request.body as Readable | null | undefined;
    if (body === null || body === undefined) throw noArchive('The body is empty.');
    const leave = (): void => {
      if (!body.readableEnded) gate.destroy(new DOMException('the client is gone', 'AbortError'));
    };
    body.once('error', leave).once('close', leave);
    // Not part of the pipeline, which would cut the connection before the caller is told why.
    body.pipe(gate);
    await pipeline(gate, createWriteStream(part, { flags: 'wx', mode: 0o600 }), { signal });
    const ending = endingOf(gate.head, type);
    const file = part.replace(/\.part$/, ending);
    await rename(part, file);
    let handedOver = false;
    return {
      file,
      handOver: () => {
        handedOver = true;
      },
      async [Symbol.asyncDispose](): Promise<void> {
        if (!handedOver) await rm(file, { force: true });
      },
    };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Lets through so many bytes, and keeps the first of them. */
class Gate extends Transform {
  readonly #most: number;
  #passed = 0;
  head: Buffer = Buffer.alloc(0);

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#passed += chunk.length;
    if (this.#passed > this.#most) return done(tooLarge(this.#most));
    if (this.head.length < HEAD_BYTES) this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD_BYTES - this.head.length)]);
    done(null, chunk);
  }
}

/** What the bytes say; where the caller says something else, one of the two is wrong. */
function endingOf(head: Buffer, type: string): string {
  const found = head.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004' ? '.zip'
    : head[0] === 0x1f && head[1] === 0x8b ? '.tar.gz'
      : head.subarray(257, 262).toString('latin1') === 'ustar' ? '.tar' : null;
  if (found === null) throw noArchive('The body is no tar, tar.gz or zip archive.');
  const said = ENDINGS[type];
  if (said !== undefined && said !== found) throw noArchive(`The body is a ${found} archive, and its content type says ${type}.`);
  return found;
}

function noArchive(message: string): CodeIndexError {
  return new CodeIndexError('invalid_query', message, 'Send the bytes of a .tar, .tar.gz or .zip file: curl --data-binary @project.tar.gz -H "content-type: application/gzip".');
}

function tooLarge(maxBytes: number): CodeIndexError {
  return new CodeIndexError('too_large', `The archive has more than ${maxBytes} bytes.`, 'Leave out what is not source code, or raise MAX_UPLOAD_BYTES.');
}
