import { randomBytes } from 'node:crypto';

let last = 0;
let count = 0;

/** An id that nobody guesses; ids sort by the time they were made, also within one millisecond of one process. */
export function newJobId(now: number = Date.now()): string {
  count = now > last ? 0 : count + 1;
  last = Math.max(now, last);
  return `${last.toString(36).padStart(9, '0')}${count.toString(36).padStart(3, '0')}${randomBytes(5).toString('hex')}`;
}

/** The moment in an id. */
export function millisOfJobId(id: string): number {
  return Number.parseInt(id.slice(0, 9), 36);
}
