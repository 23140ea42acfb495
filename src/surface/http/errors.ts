import type { ErrorCode } from '../../base/mod.ts';

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
