import { has, rangesOf, single, WORD, type CharSet } from './sets.ts';

/**
 * What a pattern can tell apart, as a small alphabet: all characters that it treats alike become one unit. A text
 * written in it is matched by an engine that knows ASCII words and lines only, and still means what Unicode means.
 */
export interface Alphabet {
  /** The units that stand for the members of each set. */
  readonly units: ReadonlyMap<CharSet, readonly number[]>;
  translate(text: string): Translation;
}

export interface Translation {
  readonly text: string;
  /** For each unit of `text` and its end the offset in the original; null where all offsets are equal. */
  readonly offsets: Uint32Array | null;
}

const NEWLINE = single(10);
const RETURN = single(13);

/** The alphabet for ASCII texts: each character stands for itself. */
export function asciiUnits(sets: readonly CharSet[]): Map<CharSet, readonly number[]> {
  return new Map(sets.map((set) => {
    const units: number[] = [];
    for (let unit = 0; unit < 128; unit++) if (has(set, unit)) units.push(unit);
    return [set, units];
  }));
}

interface Class {
  readonly members: readonly boolean[];
  readonly word: boolean;
  /** An ASCII member, or -1. */
  ascii: number;
  unit: number;
}

export function buildAlphabet(sets: readonly CharSet[], wordSensitive: boolean): Alphabet {
  const told = [...sets, NEWLINE, RETURN, ...(wordSensitive ? [WORD] : [])];
  const ranges = told.map(rangesOf);
  const points = new Set([0, 128]);
  for (const list of ranges) for (let i = 0; i < list.length; i++) points.add((list[i] as number) + (i & 1));
  const starts = Uint32Array.from([...points].filter((point) => point <= 0x10ffff).sort((a, b) => a - b));
  const cursors = new Uint32Array(told.length);
  const classes = new Map<string, Class>();
  const classAt: Class[] = [];
  for (const start of starts) {
    const members = ranges.map((list, set) => {
      while ((cursors[set] as number) < list.length && (list[(cursors[set] as number) + 1] as number) < start) cursors[set] = (cursors[set] as number) + 2;
      const at = cursors[set] as number;
      return at < list.length && (list[at] as number) <= start;
    });
    const key = members.map(Number).join('');
    let found = classes.get(key);
    if (found === undefined) classes.set(key, (found = { members, word: wordSensitive && members[told.length - 1] === true, ascii: -1, unit: -1 }));
    // A return is never shown to the engine: it would take it for the end of a line.
    if (start < 128 && found.ascii < 0 && start !== 13) found.ascii = start;
    classAt.push(found);
  }
  giveUnits([...classes.values()]);
  return {
    units: new Map(sets.map((set, index) => [set, [...classes.values()].filter((each) => each.members[index]).map((each) => each.unit).sort((a, b) => a - b)])),
    translate: translator(starts, Uint16Array.from(classAt, (each) => each.unit)),
  };
}

function giveUnits(classes: readonly Class[]): void {
  const used = new Set<number>();
  for (const each of classes) {
    if (each.ascii < 0) continue;
    each.unit = each.ascii;
    used.add(each.ascii);
  }
  const spareWords: number[] = [];
  for (let unit = 48; unit < 123; unit++) if (/\w/.test(String.fromCharCode(unit)) && !used.has(unit)) spareWords.push(unit);
  let next = 128;
  for (const each of classes) {
    if (each.unit >= 0) continue;
    // Word characters need a unit that the engine takes for one; only a pattern that tells all 63 of ASCII apart runs out.
    each.unit = (each.word ? spareWords.pop() : undefined) ?? next++;
  }
}

function translator(starts: Uint32Array, units: Uint16Array): (text: string) => Translation {
  const unitOf = (codePoint: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= codePoint) low = middle;
      else high = middle - 1;
    }
    return units[low] as number;
  };
  const table = new Uint16Array(65_536);
  for (let at = 0; at < starts.length && (starts[at] as number) < 65_536; at++) {
    table.fill(units[at] as number, starts[at], Math.min(starts[at + 1] ?? 65_536, 65_536));
  }
  const wide = units.some((unit) => unit > 255);
  return (text) => {
    const length = text.length;
    const out = wide ? new Uint16Array(length) : new Uint8Array(length);
    let offsets: Uint32Array | null = null;
    let at = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < length) {
        const low = text.charCodeAt(i + 1);
        if (low >= 0xdc00 && low < 0xe000) {
          if (offsets === null) {
            offsets = new Uint32Array(length + 1);
            for (let k = 0; k <= at; k++) offsets[k] = k;
          }
          offsets[at] = i;
          out[at++] = unitOf((unit - 0xd800) * 0x400 + low - 0xdc00 + 0x10000);
          i++;
          continue;
        }
      }
      if (offsets !== null) offsets[at] = i;
      out[at++] = table[unit] as number;
    }
    if (offsets !== null) offsets[at] = length;
    const bytes = Buffer.from(out.buffer, 0, at * out.BYTES_PER_ELEMENT);
    return { text: bytes.toString(wide ? 'utf16le' : 'latin1'), offsets: offsets === null ? null : offsets.subarray(0, at + 1) };
  };
}
