import type { ErrorCode } from '../../base/mod.ts';

export const EXIT = { answered: 0, fault: 1, usage: 2, notIndexed: 3, partly: 4 } as const;

const OF_ERROR: Readonly<Record<ErrorCode, number>> = {
  invalid_query: EXIT.usage,
  not_found: EXIT.notIndexed,
  not_indexed: EXIT.notIndexed,
  path_not_allowed: EXIT.usage,
  too_large: EXIT.usage,
  timeout: EXIT.fault,
  unauthenticated: EXIT.fault,
  forbidden: EXIT.fault,
  rate_limited: EXIT.fault,
  unavailable: EXIT.fault,
  conflict: EXIT.fault,
  internal: EXIT.fault,
};

export function exitCodeOf(code: ErrorCode): number {
  return OF_ERROR[code];
}
