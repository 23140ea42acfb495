import type { CharSet } from './sets.ts';
import type { Assertion, Node } from './syntax.ts';

/** `v8`: JavaScript without the `u` flag, with `m`. `re2`: RE2JS with its multi-line flag and look-behinds. */
export type Dialect = 'v8' | 're2';

/** Unrolled repeats make patterns grow; past this size a single match could take seconds. */
export const MOST_NODES = 5_000;

/** Options nested deeper would overflow the engine's own recursion. */
const MOST_NESTED = 50;

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  line_start: '^',
  line_end: '$',
  text_start: '(?<![^])',
  text_end: '(?![^])',
  word_boundary: '\\b',
  not_word_boundary: '\\B',
  word_start: '(?<!\\w)\\b',
  word_end: '\\b(?<=\\w)',
};

/** The nodes that `emit` will write, repeats unrolled. */
export function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'set': case 'assert': return 1;
    case 'sequence': case 'choice': return node.items.reduce((sum, item) => sum + sizeOf(item), 1);
    case 'repeat': return sizeOf(node.item) * Math.max(1, node.most === Infinity ? node.least : node.most);
  }
}

/** Optional parts that will stand one after the other, not one in the other: `a?a?a?` has three. */
export function optionsOf(node: Node): number {
  switch (node.kind) {
    case 'set': case 'assert': return 0;
    case 'sequence': return node.items.reduce((sum, item) => sum + optionsOf(item), 0);
    case 'choice': return node.items.reduce((sum, item) => sum + optionsOf(item), node.items.some(canBeEmpty) ? 1 : 0);
    case 'repeat': {
      const { item, least, most } = node;
      const optional = most === Infinity ? 0 : most - least;
      const own = optional === 1 ? 1 : optional > MOST_NESTED ? optional : 0;
      return own + optionsOf(item) * Math.max(1, most === Infinity ? least : most);
    }
  }
}

function canBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'set': return false;
    case 'assert': return true;
    case 'sequence': return node.items.every(canBeEmpty);
    case 'choice': return node.items.some(canBeEmpty);
    case 'repeat': return node.least === 0 || canBeEmpty(node.item);
  }
}

/**
 * Writes the tree as a pattern in which every set stands as its units. Counted repeats are unrolled, because the
 * linear engine of V8 takes no counts above 16.
 */
export function emit(node: Node, units: ReadonlyMap<CharSet, readonly number[]>, dialect: Dialect): string {
  const write = (each: Node): string => {
    switch (each.kind) {
      case 'set': return writeSet(units.get(each.set) ?? [], dialect);
      case 'assert':
        if (dialect === 're2' && each.what === 'text_start') return '\\A';
        if (dialect === 're2' && each.what === 'text_end') return '\\z';
        return ASSERTIONS[each.what];
      case 'sequence': return each.items.map((item) => (item.kind === 'choice' ? `(?:${write(item)})` : write(item))).join('');
      case 'choice': return each.items.map(write).join('|');
      case 'repeat': return writeRepeat(each.item.kind === 'set' ? write(each.item) : `(?:${write(each.item)})`, each.least, each.most, each.greedy ? '' : '?');
    }
  };
  return write(node);
}

function writeRepeat(item: string, least: number, most: number, lazy: string): string {
  if (most === Infinity) return least === 0 ? `${item}*${lazy}` : `${item.repeat(least - 1)}${item}+${lazy}`;
  const optional = most - least;
  // Nested options leave one way to match; too deep a nest would overflow the engine's own recursion.
  const rest = optional > MOST_NESTED
    ? `${item}?${lazy}`.repeat(optional)
    : `(?:${item}`.repeat(optional) + `)?${lazy}`.repeat(optional);
  const whole = item.repeat(least) + rest;
  return whole === '' ? '(?:)' : whole;
}

function writeSet(units: readonly number[], dialect: Dialect): string {
  if (units.length === 0) return dialect === 'v8' ? '[]' : '[^\\x00-\\x{10FFFF}]';
  if (units.length === 1) return writeUnit(units[0] as number, dialect);
  let out = '[';
  for (let i = 0; i < units.length; i++) {
    const from = i;
    while (i + 1 < units.length && units[i + 1] === (units[i] as number) + 1) i++;
    out += writeUnit(units[from] as number, dialect);
    if (i > from) out += `${i > from + 1 ? '-' : ''}${writeUnit(units[i] as number, dialect)}`;
  }
  return `${out}]`;
}

function writeUnit(unit: number, dialect: Dialect): string {
  const character = String.fromCharCode(unit);
  if (/[A-Za-z0-9_]/.test(character)) return character;
  const digits = unit.toString(16);
  if (unit < 256) return `\\x${digits.padStart(2, '0')}`;
  return dialect === 'v8' ? `\\u${digits.padStart(4, '0')}` : `\\x{${digits}}`;
}
