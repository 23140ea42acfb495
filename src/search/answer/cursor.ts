import { createHash } from 'node:crypto';
import { CodeIndexError } from '../../base/mod.ts';

/** A place in an answer, handed out as text. It belongs to one question; another question's is refused. */
export function writeCursor(question: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([digest(question), ...position])).toString('base64url');
}

export function readCursor(cursor: string | undefined, question: string, length: number): (string | number)[] | null {
  if (cursor === undefined) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor(cursor);
  }
  if (!Array.isArray(parsed) || parsed.length !== length + 1 || !parsed.every((each) => typeof each === 'string' || Number.isSafeInteger(each))) throw badCursor(cursor);
  const [own, ...position] = parsed as (string | number)[];
  if (own !== digest(question)) throw badCursor(cursor);
  return position;
}

function badCursor(cursor: string): CodeIndexError {
  return new CodeIndexError('invalid_query', `The cursor "${cursor.slice(0, 40)}" belongs to no page of this query.`, 'Repeat the query without a cursor, and take the one that it gives.');
}

function digest(question: string): string {
  return createHash('sha256').update(question).digest('base64url').slice(0, 12);
}
