import { HttpError } from './errors.ts';

/** Why a caller was not believed; one word each, for figures. */
export type Reason = 'missing' | 'malformed' | 'unknown' | 'revoked' | 'expired' | 'not_yet_valid' | 'signature' | 'algorithm' | 'claims';

/** A caller who is not who they say. */
export class Refusal extends HttpError {
  readonly reason: Reason;

  constructor(reason: Reason, message: string, fix: string) {
    super(401, 'unauthenticated', message, fix);
    this.reason = reason;
  }
}

export function refuse(reason: Reason, message: string): Refusal {
  return new Refusal(reason, message, 'Ask an administrator for a token: `code-index tokens create` makes one.');
}
