/** The closed set of error codes. Faces map each code once (exit code, HTTP status, MCP error text). */
export const ERROR_CODES = [
  'invalid_query',
  'not_found',
  'not_indexed',
  'path_not_allowed',
  'too_large',
  'timeout',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'unavailable',
  'conflict',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error that crosses floors on purpose.
 * `message` is one sentence naming the action, the value and the state; `fix` is one sentence naming the way out.
 */
export class CodeIndexError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;

  constructor(code: ErrorCode, message: string, fix: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CodeIndexError';
    this.code = code;
    this.fix = fix;
  }

  toJSON(): { error: { code: ErrorCode; message: string; fix: string } } {
    return { error: { code: this.code, message: this.message, fix: this.fix } };
  }
}

/** Turns anything thrown into a `CodeIndexError`, keeping the original as the cause. Aborts become `timeout`. */
export function asCodeIndexError(thrown: unknown, action: string): CodeIndexError {
  if (thrown instanceof CodeIndexError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return new CodeIndexError('timeout', `${action} was cancelled before it finished.`, 'Repeat the call, or allow it more time.', { cause: thrown });
  }
  return new CodeIndexError('internal', `${action} failed: ${error.message}`, 'Run `code-index doctor` and report this if it stays.', { cause: thrown });
}
