import type { SymbolQuery } from '../ports.ts';

/** How far the name in `key[0..length)` (UTF-8) is from the wanted one, or -1 where it does not match. */
export type NameTest = (key: Uint8Array, length: number) => number;

/** From this many bytes on a name may be two edits away, below it one. */
const TWO_EDITS_FROM = 6;

export function nameTest(match: SymbolQuery['match'], name: string): NameTest {
  const wanted = Buffer.from(name);
  switch (match) {
    case 'exact':
      return (key, length) => (length === wanted.length && wanted.equals(key.subarray(0, length)) ? 0 : -1);
    case 'prefix':
      return (key, length) => (startsWith(key, length, wanted, 0) ? 0 : -1);
    case 'substring':
      return (key, length) => (holds(key, length, wanted) ? 0 : -1);
    case 'fuzzy':
      return fuzzy(wanted);
  }
}

function startsWith(key: Uint8Array, length: number, wanted: Uint8Array, at: number): boolean {
  if (at + wanted.length > length) return false;
  for (let i = 0; i < wanted.length; i++) if (key[at + i] !== wanted[i]) return false;
  return true;
}

function holds(key: Uint8Array, length: number, wanted: Uint8Array): boolean {
  if (wanted.length === 0) return true;
  const first = wanted[0];
  const last = length - wanted.length;
  for (let at = 0; at <= last; at++) if (key[at] === first && startsWith(key, length, wanted, at)) return true;
  return false;
}

/** Edit distance over bytes, given up as soon as it must be too large. */
function fuzzy(wanted: Uint8Array): NameTest {
  const most = wanted.length < TWO_EDITS_FROM ? 1 : 2;
  const size = wanted.length;
  let previous = new Uint8Array(size + 1);
  let current = new Uint8Array(size + 1);
  const letters = new Uint8Array(256);
  for (const letter of wanted) letters[letter] = 1;
  return (key, length) => {
    if (Math.abs(length - size) > most) return -1;
    // A letter that the wanted name has nowhere costs one edit each, whatever the rest is.
    let strange = 0;
    for (let i = 0; i < length; i++) if (letters[key[i] as number] === 0 && ++strange > most) return -1;
    for (let j = 0; j <= size; j++) previous[j] = j < 255 ? j : 255;
    for (let i = 1; i <= length; i++) {
      const letter = key[i - 1];
      let least = (current[0] = i < 255 ? i : 255);
      for (let j = 1; j <= size; j++) {
        const change = (previous[j - 1] as number) + (wanted[j - 1] === letter ? 0 : 1);
        const value = Math.min(change, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
        current[j] = value < 255 ? value : 255;
        if (value < least) least = value;
      }
      if (least > most) return -1;
      [previous, current] = [current, previous];
    }
    const distance = previous[size] as number;
    return distance <= most ? distance : -1;
  };
}
