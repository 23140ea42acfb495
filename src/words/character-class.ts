/** What a UTF-16 unit is to an identifier. */
export const SEPARATOR = 0;
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 3;
export const UNDERSCORE = 4;
const BEYOND = 5;

const CLASS = new Uint8Array(65_536).fill(255);
for (let unit = 0; unit < 128; unit++) {
  CLASS[unit] = SEPARATOR;
  if (unit >= 97 && unit <= 122) CLASS[unit] = LOWER;
  else if (unit >= 65 && unit <= 90) CLASS[unit] = UPPER;
  else if (unit >= 48 && unit <= 57) CLASS[unit] = DIGIT;
  else if (unit === 95 || unit === 36) CLASS[unit] = UNDERSCORE;
}

/** Letters of other scripts belong to words, punctuation beyond ASCII does not; each unit is asked once. */
const UPPER_LETTER = /\p{Lu}/u;
const LOWER_LETTER = /\p{Ll}/u;
const LETTER = /[\p{L}\p{M}\p{N}]/u;

export function classOf(unit: number): number {
  const known = CLASS[unit] as number;
  if (known !== 255) return known;
  const found = (unit >= 0xd800 && unit < 0xe000) ? BEYOND : classOfLetter(String.fromCharCode(unit));
  CLASS[unit] = found;
  return found;
}

function classOfLetter(letter: string): number {
  if (UPPER_LETTER.test(letter)) return UPPER;
  if (LOWER_LETTER.test(letter)) return LOWER;
  return LETTER.test(letter) ? BEYOND : SEPARATOR;
}
