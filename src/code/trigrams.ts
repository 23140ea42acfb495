/**
 * Trigrams of a text, folded so that one index answers for every case.
 *
 * Each UTF-16 unit becomes one byte: ASCII in lower case; everything else is folded (upper, then lower case) and
 * hashed into 128-255. A trigram is three such bytes as one number, first byte highest. Trigrams with a line break
 * are left out: lines are matched one at a time. Hashing and folding may make a candidate too many, never one too few.
 */
const NEWLINE = 10;
const RETURN = 13;

/** 0 = not known yet; a folded unit is never 0, because NUL marks a binary file. */
const FOLDED = new Uint8Array(65_536);
for (let unit = 1; unit < 128; unit++) FOLDED[unit] = unit >= 65 && unit <= 90 ? unit + 32 : unit;
FOLDED[0] = 1;

function foldUnit(unit: number): number {
  const known = FOLDED[unit] as number;
  if (known !== 0) return known;
  const character = String.fromCharCode(unit);
  const upper = character.toUpperCase();
  const lower = (upper.length === 1 ? upper : character).toLowerCase();
  const folded = lower.length === 1 ? lower.charCodeAt(0) : unit;
  // The long s and the Kelvin sign fold into ASCII, as case-insensitive patterns expect.
  const byte = folded < 128 ? folded : 128 + (((folded * 0x9e37) >>> 5) & 127);
  FOLDED[unit] = byte;
  return byte;
}

/** The seen-marks of one thread: one bit for each of the 2^24 trigrams. Cleared by the list it produced. */
export class TrigramSet {
  readonly #seen = new Uint32Array(1 << 19);
  #found = new Uint32Array(1 << 16);

  /** The distinct trigrams of `text`, in no order. The array is reused by the next call. */
  of(text: string): Uint32Array {
    const seen = this.#seen;
    let found = this.#found;
    let count = 0;
    let key = 0;
    let run = 0;
    const length = text.length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === NEWLINE || unit === RETURN) {
        run = 0;
        continue;
      }
      const byte = FOLDED[unit] as number;
      key = ((key << 8) | (byte === 0 ? foldUnit(unit) : byte)) & 0xffffff;
      if (++run < 3) continue;
      const word = key >>> 5;
      const mask = 1 << (key & 31);
      const bits = seen[word] as number;
      if ((bits & mask) !== 0) continue;
      seen[word] = bits | mask;
      if (count === found.length) {
        const grown = new Uint32Array(found.length * 2);
        grown.set(found);
        this.#found = found = grown;
      }
      found[count++] = key;
    }
    for (let i = 0; i < count; i++) seen[(found[i] as number) >>> 5] = 0;
    return found.subarray(0, count);
  }
}

/** The trigrams of a literal in order, repeats and those across line breaks left out; empty below three units. */
export function trigramsOf(literal: string): number[] {
  const keys = new Set<number>();
  let key = 0;
  let run = 0;
  for (let i = 0; i < literal.length; i++) {
    const unit = literal.charCodeAt(i);
    if (unit === NEWLINE || unit === RETURN) {
      run = 0;
      continue;
    }
    key = ((key << 8) | foldUnit(unit)) & 0xffffff;
    if (++run >= 3) keys.add(key);
  }
  return [...keys];
}

/** The key of a trigram in a block: three bytes, highest first. `into` may be a buffer to use again. */
export function trigramKey(trigram: number, into: Uint8Array = new Uint8Array(3)): Uint8Array {
  into[0] = trigram >>> 16;
  into[1] = (trigram >>> 8) & 255;
  into[2] = trigram & 255;
  return into;
}
