/** Errors as answers: a status, `{error: {code, message, fix}}`, and what HTTP wants beside them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodeIndexError, asCodeIndexError, type ErrorCode, type Log } from '../../base/mod.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_query: 400,
  unauthenticated: 401,
  forbidden: 403,
  path_not_allowed: 403,
  not_found: 404,
  not_indexed: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
};

export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** An error of the protocol, whose status says more than its code. */
export class HttpError extends CodeIndexError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string, fix: string) {
    super(code, message, fix);
    this.status = status;
  }
}

/** The address without its query, which may hold what is nobody's business. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Turns anything that a route or fastify threw into the error that is answered. */
function errorOf(thrown: unknown, request: FastifyRequest): CodeIndexError {
  if (thrown instanceof CodeIndexError) return thrown;
  return ofFramework(thrown as Framework) ?? asCodeIndexError(thrown, `${request.method} ${pathOf(request)}`);
}

export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, { log, production }: { readonly log: Log; readonly production: boolean }): void {
  const error = errorOf(thrown, request);
  if (error.code === 'internal') {
    const cause = error.cause instanceof Error ? error.cause : error;
    log('error', error.message, { request: request.id, stack: cause.stack });
  }
  void reply.status(error instanceof HttpError ? error.status : STATUS[error.code]).send(shown(error, request.id, production));
}

/** Details of our own faults may tell about the machine; in production the log alone has them. */
function shown(error: CodeIndexError, id: string, production: boolean): object {
  if (error.code !== 'internal' || !production) return error.toJSON();
  return new CodeIndexError('internal', `The server failed at request ${id}.`, 'Its log has the reason beside that request id; report it if it stays.').toJSON();
}

interface Framework {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/** What fastify refuses itself: its status is right, its sentences are for programmers. */
function ofFramework({ code, statusCode, message }: Framework): HttpError | null {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HttpError(413, 'too_large', 'The body of the request is too large.', 'Send less at once.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HttpError(415, 'invalid_query', 'The body has a type that is not read here.', 'Send it with content-type: application/json.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new HttpError(400, 'invalid_query', 'The body is not JSON.', 'Send one JSON object.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new HttpError(400, 'invalid_query', 'The body is not as long as Content-Length says.', 'Send the length that it has.');
    case 'FST_ERR_BAD_URL':
      return new HttpError(400, 'invalid_query', 'The address cannot be read.', 'Encode its characters as %XX of UTF-8.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new HttpError(414, 'too_large', 'A part of the address is too long.', 'Shorten it.');
  }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return null;
  return new HttpError(statusCode, 'invalid_query', `The request cannot be read: ${String(message)}.`, 'See /openapi.json for what there is.');
}
