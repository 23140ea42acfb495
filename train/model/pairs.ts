/** Which two texts belong together: every kind of pair that units of code offer without anybody labelling them. */
import { KINDS, type Units } from './prepare.ts';
import type { Random } from './random.ts';

export const PAIR_KINDS = ['doc', 'name', 'test', 'call', 'same_name', 'heading', 'file', 'changelog'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

export interface Pair {
  readonly kind: PairKind;
  /** Unit numbers. What of them is compared depends on the kind; see texts.ts. */
  readonly left: number;
  readonly right: number;
}

const [FUNCTION, CLASS, SECTION, FILE, CHANGELOG] = KINDS.map((_, index) => index) as [number, number, number, number, number];
/** A name defined more often than this in one package says nothing about which definition is meant. */
const SAME_IN_PACKAGE = 3;
/** Pairs of one name over all packages. */
const SAME_NAME_PAIRS = 40;
const CALLS_OF_ONE = 2;

/** All pairs, by package where both sides are of one. Deterministic for the same units and random source. */
export function pairsOf(units: Units, isHeldOut: (unit: number) => boolean, random: Random): Pair[] {
  const pairs: Pair[] = [];
  const definitions = definitionsByName(units);
  for (let unit = 0; unit < units.count; unit++) {
    if (isHeldOut(unit)) continue;
    const kind = units.kindOf[unit];
    if (kind === SECTION) pairs.push({ kind: 'heading', left: unit, right: unit });
    else if (kind === FILE && words(units, unit, 3) >= 3) pairs.push({ kind: 'file', left: unit, right: unit });
    else if (kind === CHANGELOG) for (const right of defined(units, definitions, unit, units.nameOf[unit] as number)) pairs.push({ kind: 'changelog', left: unit, right });
    else if (kind === FUNCTION || kind === CLASS) codePairs(units, unit, definitions, random, pairs);
  }
  pairs.push(...sameNamePairs(units, definitions, isHeldOut, random));
  return pairs;
}

function codePairs(units: Units, unit: number, definitions: ReadonlyMap<number, readonly number[]>, random: Random, into: Pair[]): void {
  if (words(units, unit, 3) >= 3) into.push({ kind: 'doc', left: unit, right: unit });
  if (words(units, unit, 0) >= 2 && units.testOf[unit] === 0) into.push({ kind: 'name', left: unit, right: unit });
  const calls: number[] = [];
  for (let at = units.callStarts[unit] as number; at < (units.callStarts[unit + 1] as number); at++) {
    const called = units.callAt[at] as number;
    if (called === units.nameOf[unit] || (units.names[called] as string).length < 5) continue;
    const found = defined(units, definitions, unit, called).filter((one) => units.testOf[one] === 0);
    if (found.length > 0) calls.push(found[random.below(found.length)] as number);
  }
  const kind = units.testOf[unit] === 1 ? 'test' : 'call';
  for (const right of random.shuffled(calls).slice(0, CALLS_OF_ONE)) into.push({ kind, left: unit, right });
}

/** Distinct words of one field. */
function words(units: Units, unit: number, field: number): number {
  return (units.starts[unit * 5 + field + 1] as number) - (units.starts[unit * 5 + field] as number);
}

/** Functions and classes by folded name. */
function definitionsByName(units: Units): Map<number, number[]> {
  const byName = new Map<number, number[]>();
  for (let unit = 0; unit < units.count; unit++) {
    const kind = units.kindOf[unit] as number;
    if (kind !== FUNCTION && kind !== CLASS) continue;
    const name = units.nameOf[unit] as number;
    const list = byName.get(name);
    if (list === undefined) byName.set(name, [unit]);
    else list.push(unit);
  }
  return byName;
}

/** What a name means within the package of `unit`, where that is clear. */
function defined(units: Units, definitions: ReadonlyMap<number, readonly number[]>, unit: number, name: number): readonly number[] {
  const found = (definitions.get(name) ?? []).filter((one) => units.packageOf[one] === units.packageOf[unit]);
  return found.length <= SAME_IN_PACKAGE ? found : [];
}

/** The same thing written twice: one name of several words in two packages, in two languages where there are two. */
function sameNamePairs(units: Units, definitions: ReadonlyMap<number, readonly number[]>, isHeldOut: (unit: number) => boolean, random: Random): Pair[] {
  const pairs: Pair[] = [];
  for (const [name, all] of definitions) {
    const text = units.names[name] as string;
    if (text.length < 8 || all.length < 2 || all.length > 400) continue;
    const list = random.shuffled(all.filter((unit) => !isHeldOut(unit) && words(units, unit, 0) >= 2 && units.testOf[unit] === 0));
    let made = 0;
    for (let i = 1; i < list.length && made < SAME_NAME_PAIRS; i++) {
      const left = list[i] as number;
      const other = (one: number): boolean => units.packageOf[one] !== units.packageOf[left];
      const right = list.slice(0, i).find((one) => other(one) && units.languageOf[one] !== units.languageOf[left]) ?? list.slice(0, i).find(other);
      if (right === undefined) continue;
      pairs.push({ kind: 'same_name', left, right });
      made++;
    }
  }
  return pairs;
}
