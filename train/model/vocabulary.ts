import type { Units } from './prepare.ts';

/** A word of fewer packages is somebody's own name. */
const LEAST_PACKAGES = 3;

export interface Vocabulary {
  /** Most frequent first. */
  readonly words: readonly string[];
  /** Share of units that hold each word. */
  readonly shares: Float64Array;
}

/** The words of most packages and units, `size` at most. */
export function vocabularyOf(units: Units, size: number): Vocabulary {
  const inUnits = new Uint32Array(units.words.length);
  const inPackages = new Uint32Array(units.words.length);
  const lastUnit = new Int32Array(units.words.length).fill(-1);
  const lastPackage = new Int32Array(units.words.length).fill(-1);
  for (let unit = 0; unit < units.count; unit++) {
    const of = units.packageOf[unit] as number;
    for (let at = units.starts[unit * 5] as number; at < (units.starts[unit * 5 + 5] as number); at++) {
      const word = units.wordAt[at] as number;
      if (lastUnit[word] === unit) continue;
      lastUnit[word] = unit;
      inUnits[word]!++;
      // Units of one package follow each other.
      if (lastPackage[word] !== of) inPackages[word]!++;
      lastPackage[word] = of;
    }
  }
  const chosen = [...units.words.keys()]
    .filter((word) => (inPackages[word] as number) >= LEAST_PACKAGES && (units.words[word] as string).length <= 24)
    .sort((a, b) => (inUnits[b] as number) - (inUnits[a] as number) || ((units.words[a] as string) < (units.words[b] as string) ? -1 : 1))
    .slice(0, size);
  return { words: chosen.map((word) => units.words[word] as string), shares: Float64Array.from(chosen, (word) => (inUnits[word] as number) / units.count) };
}
