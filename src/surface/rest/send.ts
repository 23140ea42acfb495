/** How answers leave: as JSON bytes with an ETag, as `304` where the caller has them, as `202` where a job does the rest. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JobRequest } from '../../domain/mod.ts';
import type { Answered } from '../../service/mod.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** Answers differ by caller and change with every commit: they may be kept, and have to be asked about. */
const CACHE_CONTROL = 'private, no-cache';

export function sendAnswered(request: FastifyRequest, reply: FastifyReply, { bytes, tag, hit }: Answered): FastifyReply {
  void reply.header('x-cache', hit ? 'hit' : 'miss');
  return sendBytes(request, reply, bytes, tag);
}

export function sendValue(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const bytes = Buffer.from(jsonOf(value));
  return sendBytes(request, reply, bytes, createHash('sha256').update(bytes).digest('base64url').slice(0, 27));
}

/** Where a server keeps what was uploaded is nobody's business. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    const request = key === 'request' ? (item as JobRequest | undefined) : undefined;
    return request?.kind === 'upload' ? { ...request, file: basename(request.file) } : item;
  });
}

function sendBytes(request: FastifyRequest, reply: FastifyReply, bytes: Buffer, tag: string): FastifyReply {
  const etag = `W/"${tag}"`;
  void reply.header('etag', etag).header('cache-control', CACHE_CONTROL).header('vary', 'authorization');
  if (request.method === 'GET' && isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send();
  return reply.type(JSON_TYPE).send(bytes);
}

/** Weak comparison, as `If-None-Match` wants it. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const wanted = etag.replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === wanted);
}

/** What changed something: where it is queued, the job is the answer and has an address. */
export function sendChanged(reply: FastifyReply, value: unknown): FastifyReply {
  void reply.header('cache-control', 'no-store').type(JSON_TYPE);
  const job = (value as { readonly job?: { readonly id: string; readonly finishedAt: string | null } }).job;
  if (job?.finishedAt === null) void reply.status(202).header('location', `/api/jobs/${encodeURIComponent(job.id)}`);
  return reply.send(Buffer.from(jsonOf(value)));
}
