/**
 * Sets of code points. A set is kept as an expression and evaluated on demand: for the 128 ASCII characters, which is
 * all that most texts need, or as ranges over the whole of Unicode, which takes a few milliseconds for a property.
 */
export type CharSet =
  | { readonly kind: 'ranges'; readonly ranges: readonly number[] }
  /** The inside of a bracket expression of JavaScript with the `u` flag, such as `\p{L}`. */
  | { readonly kind: 'property'; readonly source: string }
  | { readonly kind: 'not'; readonly item: CharSet }
  | { readonly kind: 'union'; readonly items: readonly CharSet[] }
  | { readonly kind: 'intersection'; readonly items: readonly CharSet[] }
  /** All characters that are equal to one of `item` when case is ignored (simple case folding). */
  | { readonly kind: 'fold'; readonly item: CharSet };

const LAST_CODE_POINT = 0x10ffff;
export const ANY: CharSet = { kind: 'ranges', ranges: [0, LAST_CODE_POINT] };
export const NOT_NEWLINE: CharSet = { kind: 'ranges', ranges: [0, 9, 11, LAST_CODE_POINT] };
/** As the regex crate of Rust defines them; the same sets that ripgrep uses. */
export const WORD: CharSet = { kind: 'property', source: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}' };
export const DIGIT: CharSet = { kind: 'property', source: '\\p{Nd}' };
export const SPACE: CharSet = { kind: 'property', source: '\\p{White_Space}' };

export function single(codePoint: number): CharSet {
  return { kind: 'ranges', ranges: [codePoint, codePoint] };
}

/** Sorts and joins pairs [low, high, low, high, ..]. */
export function normalize(pairs: readonly number[]): number[] {
  const sorted: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) sorted.push([pairs[i] as number, pairs[i + 1] as number]);
  sorted.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    if (last >= 0 && low <= (out[last] as number) + 1) out[last] = Math.max(out[last] as number, high);
    else out.push(low, high);
  }
  return out;
}

function complement(ranges: readonly number[]): number[] {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] as number) > next) out.push(next, (ranges[i] as number) - 1);
    next = (ranges[i + 1] as number) + 1;
  }
  if (next <= LAST_CODE_POINT) out.push(next, LAST_CODE_POINT);
  return out;
}

function inRanges(ranges: readonly number[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (codePoint < (ranges[middle * 2] as number)) high = middle - 1;
    else if (codePoint > (ranges[middle * 2 + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}

const testers = new Map<string, RegExp>();
const propertyRanges = new Map<string, readonly number[]>();
const evaluated = new WeakMap<CharSet, readonly number[]>();

function tester(source: string): RegExp {
  let found = testers.get(source);
  if (found === undefined) testers.set(source, (found = new RegExp(`[${source}]`, 'u')));
  return found;
}

export function has(set: CharSet, codePoint: number): boolean {
  switch (set.kind) {
    case 'ranges': return inRanges(set.ranges, codePoint);
    case 'property': return tester(set.source).test(String.fromCodePoint(codePoint));
    case 'not': return !has(set.item, codePoint);
    case 'union': return set.items.some((item) => has(item, codePoint));
    case 'intersection': return set.items.every((item) => has(item, codePoint));
    case 'fold': return orbit(codePoint).some((member) => has(set.item, member));
  }
}

let everything = '';

/** Every code point but the surrogates, as one text in which a property is looked for: far faster than one test each. */
function scanProperty(source: string): readonly number[] {
  const known = propertyRanges.get(source);
  if (known !== undefined) return known;
  if (everything === '') {
    const parts: string[] = [];
    for (let high = 0; high <= 0x10f; high++) {
      const units: number[] = [];
      for (let low = 0; low < 0x1000; low++) {
        const codePoint = high * 0x1000 + low;
        if (codePoint < 0xd800 || codePoint > 0xdfff) units.push(codePoint);
      }
      if (units.length > 0) parts.push(String.fromCodePoint(...units));
    }
    everything = parts.join('');
  }
  const out: number[] = [];
  for (const found of everything.matchAll(new RegExp(`[${source}]+`, 'gu'))) {
    // A run of the text may step over the surrogates, which it leaves out; they belong to no property that is asked for.
    const last = found[0].charCodeAt(found[0].length - 1);
    const high = last >= 0xdc00 && last <= 0xdfff ? (found[0].codePointAt(found[0].length - 2) as number) : last;
    out.push(found[0].codePointAt(0) as number, high);
  }
  const ranges = normalize(out);
  propertyRanges.set(source, ranges);
  return ranges;
}

/** The set as sorted, separate ranges over all of Unicode. */
export function rangesOf(set: CharSet): readonly number[] {
  const known = evaluated.get(set);
  if (known !== undefined) return known;
  const ranges = evaluate(set);
  evaluated.set(set, ranges);
  return ranges;
}

function evaluate(set: CharSet): readonly number[] {
  switch (set.kind) {
    case 'ranges': return set.ranges;
    case 'property': return scanProperty(set.source);
    case 'not': return complement(rangesOf(set.item));
    case 'union': return normalize(set.items.flatMap((item) => [...rangesOf(item)]));
    case 'intersection': return complement(normalize(set.items.flatMap((item) => complement(rangesOf(item)))));
    case 'fold': {
      const inner = rangesOf(set.item);
      const extra: number[] = [...inner];
      for (const members of orbits().values()) {
        if (members.some((member) => inRanges(inner, member))) for (const member of members) extra.push(member, member);
      }
      return normalize(extra);
    }
  }
}

/** The members where there are few and they can be told without asking Unicode's tables; else null. */
export function fewMembers(set: CharSet, most: number): number[] | null {
  if (set.kind === 'fold') {
    const inner = fewMembers(set.item, most);
    return inner === null ? null : [...new Set(inner.flatMap((codePoint) => [...orbit(codePoint)]))];
  }
  if (set.kind === 'union') {
    const all = new Set<number>();
    for (const item of set.items) {
      const inner = fewMembers(item, most);
      if (inner === null) return null;
      for (const codePoint of inner) all.add(codePoint);
    }
    return all.size > most ? null : [...all];
  }
  if (set.kind !== 'ranges') return null;
  const out: number[] = [];
  for (let i = 0; i < set.ranges.length; i += 2) {
    const low = set.ranges[i] as number;
    const high = set.ranges[i + 1] as number;
    if (high - low + out.length >= most) return null;
    for (let codePoint = low; codePoint <= high; codePoint++) out.push(codePoint);
  }
  return out;
}

const SAME_FOLDED = /^(.)\1$/iu;

let orbitTable: Map<number, readonly number[]> | undefined;

/**
 * The classes of simple case folding with more than one member, by each class's least member. JavaScript has no call
 * for simple folding, but its `iu` patterns compare by it, so candidates from case mapping are proven by a pattern.
 */
function orbits(): Map<number, readonly number[]> {
  if (orbitTable !== undefined) return orbitTable;
  const groups = new Map<number, Set<number>>();
  const ranges = scanProperty('\\p{Changes_When_Casemapped}\\p{Changes_When_Casefolded}');
  for (let i = 0; i < ranges.length; i += 2) {
    for (let codePoint = ranges[i] as number; codePoint <= (ranges[i + 1] as number); codePoint++) {
      const character = String.fromCodePoint(codePoint);
      for (const mapped of [character.toLowerCase(), character.toUpperCase(), character.toUpperCase().toLowerCase(), character.toLowerCase().toUpperCase()]) {
        const other = mapped.codePointAt(0) as number;
        if (other === codePoint || mapped.length !== String.fromCodePoint(other).length) continue;
        if (!SAME_FOLDED.test(character + String.fromCodePoint(other))) continue;
        const joined = new Set([...(groups.get(codePoint) ?? [codePoint]), ...(groups.get(other) ?? [other])]);
        for (const member of joined) groups.set(member, joined);
      }
    }
  }
  orbitTable = new Map();
  for (const members of new Set(groups.values())) {
    const sorted = [...members].sort((a, b) => a - b);
    orbitTable.set(sorted[0] as number, sorted);
  }
  return orbitTable;
}

let orbitOf: Map<number, readonly number[]> | undefined;

/** All characters equal to this one when case is ignored, itself among them. */
export function orbit(codePoint: number): readonly number[] {
  if (codePoint < 128) {
    const lower = codePoint | 32;
    if (lower < 97 || lower > 122) return [codePoint];
    if (lower === 107) return [75, 107, 0x212a];
    if (lower === 115) return [83, 115, 0x17f];
    return [lower - 32, lower];
  }
  if (orbitOf === undefined) {
    orbitOf = new Map();
    for (const members of orbits().values()) for (const member of members) orbitOf.set(member, members);
  }
  return orbitOf.get(codePoint) ?? [codePoint];
}
