/** What stands alike in the columns of every driver. */
import { CodeIndexError } from '../base/mod.ts';
import type { Problem } from '../domain/mod.ts';

/** How a masked secret stands in the column of problems, once for each. */
export const SECRET_PROBLEM = '"kind":"secret"';

export function problemsText(problems: readonly Problem[]): string | null {
  return problems.length === 0 ? null : JSON.stringify(problems);
}

/** The bytes of a content id; it must be hexadecimal, or two contents could share one key. */
export function oidBytes(oid: string): Buffer {
  const bytes = Buffer.from(oid, 'hex');
  if (bytes.length === 0 || bytes.length * 2 !== oid.length) {
    throw new CodeIndexError('internal', `"${oid}" is no content id: it is not hexadecimal.`, 'Report this as a bug.');
  }
  return bytes;
}
