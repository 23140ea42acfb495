import { readFileSync } from 'node:fs';
import { CodeIndexError } from '../base/mod.ts';

/** The key in a file: its first line, without blanks at the ends. Throws `unavailable` naming the file. */
export function keyInFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new CodeIndexError('unavailable', `The key file ${file} cannot be read: ${(thrown as Error).message}.`, 'Name a file that this user may read.', { cause: thrown });
  }
  const [first = ''] = text.split('\n');
  const key = first.trim();
  if (key === '') throw new CodeIndexError('unavailable', `The first line of the key file ${file} is empty.`, 'Make a key with `openssl rand -base64 32 > <file>` and let only this user read it.');
  return key;
}
