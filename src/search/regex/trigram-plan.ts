import { trigramsOf } from '../../code/mod.ts';
import type { TrigramPlan } from '../../store/mod.ts';
import { fewMembers } from './sets.ts';
import type { Node } from './syntax.ts';

/**
 * From a regex to a condition on trigrams, by the method of codesearch (Cox 2012): each part of the pattern knows the
 * strings that it matches exactly while they are few, and else how its matches may begin and end, and what every match
 * must hold. The condition may let too many texts through, never too few.
 */
interface Known {
  /** All strings that it can match, or null where they are too many. */
  readonly exact: readonly string[] | null;
  /** Every match begins with one of these, and ends with one of those. */
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  /** Holds for every match, beside what `exact` says. */
  readonly plan: TrigramPlan;
}

const ALL: TrigramPlan = { kind: 'all' };
/** Sets of strings are kept up to this size. */
const MOST_STRINGS = 24;
const MOST_MEMBERS = 12;

const NOTHING: Known = { exact: [''], prefixes: [''], suffixes: [''], plan: ALL };
const ANYTHING: Known = { exact: null, prefixes: [''], suffixes: [''], plan: ALL };

export function planOfPattern(node: Node): TrigramPlan {
  const known = know(node);
  return known.exact === null ? known.plan : both(known.plan, anyOf(known.exact));
}

export function planOfLiteral(literal: string): TrigramPlan {
  // Folding works on UTF-16 units; a letter beyond them may be written with other units in the other case.
  return foldable(literal) ? allOf(literal) : literal.split(/[\u{10000}-\u{10ffff}]/u).map(allOf).reduce(both, ALL);
}

function foldable(literal: string): boolean {
  return !/[\u{10000}-\u{10ffff}]/u.test(literal);
}

function allOf(literal: string): TrigramPlan {
  const keys = trigramsOf(literal);
  return keys.length === 0 ? ALL : { kind: 'and', keys, items: [] };
}

export function both(left: TrigramPlan, right: TrigramPlan): TrigramPlan {
  if (left.kind === 'all') return right;
  if (right.kind === 'all') return left;
  if (left.kind === 'none' || right.kind === 'none') return { kind: 'none' };
  const keys = new Set<number>();
  const items: TrigramPlan[] = [];
  for (const side of [left, right]) {
    if (side.kind === 'and') {
      for (const key of side.keys) keys.add(key);
      items.push(...side.items);
    } else items.push(side);
  }
  return { kind: 'and', keys: [...keys], items };
}

export function either(plans: readonly TrigramPlan[]): TrigramPlan {
  const items = plans.filter((plan) => plan.kind !== 'none');
  if (items.length === 0) return { kind: 'none' };
  if (items.some((plan) => plan.kind === 'all')) return ALL;
  return items.length === 1 ? (items[0] as TrigramPlan) : { kind: 'or', items };
}

function anyOf(strings: readonly string[]): TrigramPlan {
  return either(strings.map(allOf));
}

function cross(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set(left.flatMap((head) => right.map((tail) => head + tail)))];
}

function know(node: Node): Known {
  switch (node.kind) {
    case 'assert': return NOTHING;
    case 'set': {
      const members = fewMembers(node.set, MOST_MEMBERS);
      if (members === null) return ANYTHING;
      const strings = distinct(members);
      if (strings.length === 0) return { ...NOTHING, exact: null, plan: { kind: 'none' } };
      return { exact: strings, prefixes: strings, suffixes: strings, plan: ALL };
    }
    case 'sequence': return node.items.map(know).reduce(follow, NOTHING);
    case 'choice': return node.items.map(know).reduce(orElse);
    case 'repeat': return repeat(node.item, node.least, node.most);
  }
}

/** The index folds case, so spellings that it cannot tell apart are one. */
function distinct(members: readonly number[]): string[] {
  const seen = new Map<string, string>();
  for (const member of members) {
    const text = String.fromCodePoint(member);
    const folded = text.toUpperCase().toLowerCase();
    const key = folded.length === text.length ? folded : text;
    if (!seen.has(key)) seen.set(key, member < 128 ? text.toLowerCase() : text);
  }
  return [...seen.values()];
}

function repeat(item: Node, least: number, most: number): Known {
  if (most === 0) return NOTHING;
  if (least === 0 && most === 1) return orElse(know(item), NOTHING);
  if (least === 0) return ANYTHING;
  const one = know(item);
  let out = one;
  const copies = Math.min(least, 8);
  for (let i = 1; i < copies; i++) out = follow(out, one);
  return copies === most ? out : follow(out, ANYTHING);
}

/** Gives up the exact strings, keeping what they say about trigrams, beginnings and ends. */
function loosen(known: Known): Known {
  if (known.exact === null) return known;
  return {
    exact: null,
    prefixes: ends(known.exact.map((text) => text.slice(0, 2))),
    suffixes: ends(known.exact.map((text) => text.slice(-2))),
    plan: both(known.plan, anyOf(known.exact)),
  };
}

function ends(strings: readonly string[]): readonly string[] {
  const few = [...new Set(strings)];
  return few.length > MOST_STRINGS ? [''] : few;
}

function follow(left: Known, right: Known): Known {
  if (left.exact !== null && right.exact !== null) {
    if (left.exact.length * right.exact.length <= MOST_STRINGS) {
      const exact = cross(left.exact, right.exact);
      return { exact, prefixes: exact, suffixes: exact, plan: both(left.plan, right.plan) };
    }
  }
  const joined = cross(left.exact ?? left.suffixes, right.exact ?? right.prefixes);
  const head = loosen(left);
  const tail = loosen(right);
  return {
    exact: null,
    prefixes: left.exact === null ? left.prefixes : ends(cross(left.exact, right.exact ?? right.prefixes).map((text) => text.slice(0, 2))),
    suffixes: right.exact === null ? right.suffixes : ends(cross(left.exact ?? left.suffixes, right.exact).map((text) => text.slice(-2))),
    plan: [head.plan, tail.plan, joined.length > MOST_STRINGS * 4 ? ALL : anyOf(joined)].reduce(both),
  };
}

function orElse(left: Known, right: Known): Known {
  if (left.exact !== null && right.exact !== null && left.plan.kind === 'all' && right.plan.kind === 'all') {
    const exact = [...new Set([...left.exact, ...right.exact])];
    if (exact.length <= MOST_STRINGS) return { exact, prefixes: exact, suffixes: exact, plan: ALL };
  }
  const one = loosen(left);
  const two = loosen(right);
  return { exact: null, prefixes: ends([...one.prefixes, ...two.prefixes]), suffixes: ends([...one.suffixes, ...two.suffixes]), plan: either([one.plan, two.plan]) };
}
