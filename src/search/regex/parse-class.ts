import type { Cursor } from './cursor.ts';
import { DIGIT, normalize, single, SPACE, WORD, type CharSet } from './sets.ts';

const NAMED: Readonly<Record<string, readonly number[]>> = {
  alnum: [48, 57, 65, 90, 97, 122], alpha: [65, 90, 97, 122], ascii: [0, 127], blank: [9, 9, 32, 32], cntrl: [0, 31, 127, 127],
  digit: [48, 57], graph: [33, 126], lower: [97, 122], print: [32, 126], punct: [33, 47, 58, 64, 91, 96, 123, 126],
  space: [9, 13, 32, 32], upper: [65, 90], word: [48, 57, 65, 90, 95, 95, 97, 122], xdigit: [48, 57, 65, 70, 97, 102],
};

const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7 };

function negateIf(negated: boolean, set: CharSet): CharSet {
  return negated ? { kind: 'not', item: set } : set;
}

/** A bracket expression, the cursor on its `[`. Nested ones, `&&`, `--` and `~~` work as in Rust's `regex`. */
export function parseClass(cursor: Cursor): CharSet {
  const from = cursor.at;
  cursor.at++;
  const negated = cursor.take('^');
  let left: CharSet | null = null;
  let operator: '&&' | '--' | '~~' | null = null;
  let items: CharSet[] = [];
  const join = (): CharSet => {
    const right: CharSet = items.length === 1 ? (items[0] as CharSet) : { kind: 'union', items };
    items = [];
    return left === null || operator === null ? right : combine(operator, left, right);
  };
  for (let first = true; ; first = false) {
    if (cursor.done) cursor.fail('a `[` is not closed', from);
    if (!first && cursor.take(']')) return negateIf(negated, join());
    const met = (['&&', '--', '~~'] as const).find((each) => cursor.peek(each));
    if (met !== undefined && !(first || (met === '--' && cursor.source[cursor.at + 2] === ']'))) {
      left = join();
      operator = met;
      cursor.at += 2;
      continue;
    }
    items.push(item(cursor));
  }
}

function combine(operator: '&&' | '--' | '~~', left: CharSet, right: CharSet): CharSet {
  if (operator === '&&') return { kind: 'intersection', items: [left, right] };
  if (operator === '--') return { kind: 'intersection', items: [left, { kind: 'not', item: right }] };
  return {
    kind: 'union',
    items: [combine('--', left, right), combine('--', right, left)],
  };
}

function item(cursor: Cursor): CharSet {
  const named = /^\[:(\^?)([a-z]+):\]/.exec(cursor.source.slice(cursor.at, cursor.at + 20));
  const ranges = named === null ? undefined : NAMED[named[2] as string];
  if (named !== null && ranges !== undefined) {
    cursor.at += named[0].length;
    return negateIf(named[1] === '^', { kind: 'ranges', ranges });
  }
  if (cursor.peek('[')) return parseClass(cursor);
  const low = member(cursor);
  if (typeof low !== 'number') return low;
  const next = cursor.source[cursor.at + 1];
  if (!cursor.peek('-') || next === undefined || next === ']' || next === '-') return lone(cursor, low);
  const from = cursor.at;
  cursor.at++;
  const high = member(cursor);
  if (typeof high !== 'number') return cursor.fail('a range ends in a class of characters', from);
  if (high < low) return cursor.fail('a range ends before it begins', from);
  if (low <= 10 && high >= 10 && low === high) cursor.multiline = true;
  return { kind: 'ranges', ranges: [low, high] };
}

function lone(cursor: Cursor, codePoint: number): CharSet {
  if (codePoint === 10) cursor.multiline = true;
  return single(codePoint);
}

function member(cursor: Cursor): number | CharSet {
  if (!cursor.peek('\\')) return cursor.codePoint();
  if (cursor.take('\\b')) return 8;
  return escaped(cursor);
}

/** A backslash outside brackets that stands for characters. */
export function parseEscapedSet(cursor: Cursor): CharSet {
  const found = escaped(cursor);
  return typeof found === 'number' ? lone(cursor, found) : found;
}

function escaped(cursor: Cursor): number | CharSet {
  const from = cursor.at;
  cursor.at++;
  if (cursor.done) return cursor.fail('it ends in a backslash', from);
  const letter = String.fromCodePoint(cursor.codePoint());
  switch (letter) {
    case 'd': case 'D': return negateIf(letter === 'D', DIGIT);
    case 's': case 'S': return negateIf(letter === 'S', SPACE);
    case 'w': case 'W': return negateIf(letter === 'W', WORD);
    case 'p': case 'P': return negateIf(letter === 'P', property(cursor, from));
    case 'x': return hexadecimal(cursor, from, 2);
    case 'u': return hexadecimal(cursor, from, 4);
    case 'U': return hexadecimal(cursor, from, 8);
  }
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (/[0-9]/.test(letter)) return cursor.fail('back references are not supported, because they cannot be matched in linear time', from);
  if (/[A-Za-z]/.test(letter)) return cursor.fail(`\`\\${letter}\` has no meaning`, from);
  return letter.codePointAt(0) as number;
}

function hexadecimal(cursor: Cursor, from: number, digits: number): number {
  const rest = cursor.source.slice(cursor.at, cursor.at + 12);
  const braced = /^\{([0-9A-Fa-f]{1,8})\}/.exec(rest);
  const plain = new RegExp(`^[0-9A-Fa-f]{${digits}}`).exec(rest);
  const found = braced ?? plain;
  if (found === null) return cursor.fail('a hexadecimal number is missing', from);
  cursor.at += found[0].length;
  const value = Number.parseInt(braced?.[1] ?? found[0], 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return cursor.fail('that is no character', from);
  return value;
}

function property(cursor: Cursor, from: number): CharSet {
  const found = /^(?:\{(\^?)([^{}]{1,60})\}|([A-Z]))/.exec(cursor.source.slice(cursor.at, cursor.at + 64));
  if (found === null) return cursor.fail('the name of a Unicode class is missing', from);
  cursor.at += found[0].length;
  const name = (found[2] ?? found[3] ?? '').trim().replaceAll(/\s*[:=]\s*/g, '=');
  for (const candidate of spellings(name)) {
    const source = `\\p{${candidate}}`;
    try {
      new RegExp(source, 'u');
      return negateIf(found[1] === '^', { kind: 'property', source });
    } catch {
      // The next spelling may be the one that JavaScript knows.
    }
  }
  if (name.toLowerCase() === 'any') return { kind: 'ranges', ranges: normalize([0, 0x10ffff]) };
  return cursor.fail(`\`${name}\` is no Unicode class`, from);
}

/** Rust takes names in any case and scripts without `Script=`; JavaScript is strict about both. */
function spellings(name: string): string[] {
  const words = name.split(/[\s_-]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join('_');
  const equal = name.replace(/^(gc|general_category|sc|script|scx)=/i, (all) => ({ g: 'gc=', s: all.toLowerCase() === 'scx=' ? 'scx=' : 'sc=' })[all[0]?.toLowerCase() as 'g' | 's']);
  return [name, equal, words, `sc=${name}`, `sc=${words}`, `gc=${words}`, name.toUpperCase()];
}
