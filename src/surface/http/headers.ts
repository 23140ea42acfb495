/** Headers of every answer, whoever writes it: set on the raw response, so that they stand when a route takes it over. */
import type { FastifyReply, FastifyRequest } from 'fastify';

const ALWAYS: readonly (readonly [string, string])[] = [
  // Answers are data. The page replaces this by its own policy.
  ['content-security-policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
];

const READABLE = 'etag, link, location, mcp-protocol-version, mcp-session-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, www-authenticate, x-request-id';

export function setHeaders(request: FastifyRequest, reply: FastifyReply, secure: boolean): void {
  const { raw } = reply;
  raw.setHeader('x-request-id', request.id);
  for (const [name, value] of ALWAYS) raw.setHeader(name, value);
  if (secure) raw.setHeader('strict-transport-security', 'max-age=31536000');
}

/** Lets pages of one other origin read the answer. */
export function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.raw.setHeader('access-control-allow-origin', origin);
  reply.raw.setHeader('access-control-expose-headers', READABLE);
  reply.raw.setHeader('vary', 'Origin');
}

/** A browser asks whether a page may send this. */
export function isPreflight(request: FastifyRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

export function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const wanted = String(request.headers['access-control-request-headers'] ?? '');
  void reply.headers({
    'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
    'access-control-allow-headers': /^[\w ,-]*$/.test(wanted) ? wanted : '',
    'access-control-max-age': '600',
  }).status(204).send();
}
