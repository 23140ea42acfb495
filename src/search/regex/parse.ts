import { Cursor } from './cursor.ts';
import { parseClass, parseEscapedSet } from './parse-class.ts';
import { NOT_NEWLINE, ANY, single, type CharSet } from './sets.ts';
import { EMPTY, type Assertion, type Node, type Pattern } from './syntax.ts';

/** Nesting deeper than this is no pattern that a person means, and the tree is walked by recursion. */
const DEEPEST = 200;
const MOST_REPEATS = 1_000;

interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  extended: boolean;
  swapGreed: boolean;
}

/**
 * Parses the regex syntax of ripgrep (Rust's `regex`): Unicode classes, `\b`, flags, lazy and bounded repeats; no
 * look-around and no back references, which no linear-time engine can offer. `{` that begins no repeat is a plain brace.
 * Throws `invalid_query` with the place of the fault.
 */
export function parsePattern(source: string, options: { caseSensitive: boolean }): Pattern {
  const parser = new Parser(source);
  const node = parser.whole({ ignoreCase: !options.caseSensitive, dotAll: false, extended: false, swapGreed: false });
  return { node, multiline: parser.multiline };
}

class Parser extends Cursor {
  #depth = 0;

  whole(flags: Flags): Node {
    const node = this.#choice(flags);
    if (!this.done) this.fail('a closing parenthesis has no opening one');
    return node;
  }

  #choice(flags: Flags): Node {
    if (++this.#depth > DEEPEST) this.fail(`groups are nested deeper than ${DEEPEST}`);
    const branches: Node[] = [];
    let items: Node[] = [];
    const own = { ...flags };
    while (!this.done && !this.peek(')')) {
      if (this.take('|')) {
        branches.push(sequence(items));
        items = [];
      } else if (!own.extended || !this.#skipSpace()) {
        const item = this.#item(own);
        if (item !== null) items.push(item);
      }
    }
    this.#depth--;
    branches.push(sequence(items));
    return branches.length === 1 ? (branches[0] as Node) : { kind: 'choice', items: branches };
  }

  #skipSpace(): boolean {
    const from = this.at;
    while (!this.done && /\s/.test(this.source[this.at] as string)) this.at++;
    if (this.peek('#')) while (!this.done && this.source[this.at] !== '\n') this.at++;
    return this.at > from;
  }

  /** One atom with its repeats; null for a change of flags, which `flags` takes up. */
  #item(flags: Flags): Node | null {
    const from = this.at;
    let node = this.#atom(flags);
    if (node === null) return null;
    for (;;) {
      if (flags.extended) this.#skipSpace();
      const bounds = this.#bounds();
      if (bounds === null) return node;
      const [least, most] = bounds;
      if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)) this.fail(`a repeat counts further than ${MOST_REPEATS}`, from);
      if (most < least) this.fail('a repeat ends before it begins', from);
      const lazy = this.take('?');
      node = { kind: 'repeat', item: node, least, most, greedy: lazy === flags.swapGreed };
    }
  }

  #bounds(): readonly [number, number] | null {
    if (this.take('*')) return [0, Infinity];
    if (this.take('+')) return [1, Infinity];
    if (this.take('?')) return [0, 1];
    if (!this.peek('{')) return null;
    const found = /^\{\s*(\d{1,9})?\s*(,)?\s*(\d{1,9})?\s*\}/.exec(this.source.slice(this.at, this.at + 40));
    if (found === null || (found[1] === undefined && (found[2] === undefined || found[3] === undefined))) return null;
    this.at += found[0].length;
    const least = found[1] === undefined ? 0 : Number(found[1]);
    if (found[2] === undefined) return [least, least];
    return [least, found[3] === undefined ? Infinity : Number(found[3])];
  }

  #set(set: CharSet, flags: Flags): Node {
    return { kind: 'set', set: flags.ignoreCase ? ignoringCase(set) : set };
  }

  #atom(flags: Flags): Node | null {
    const from = this.at;
    const head = this.source[this.at] as string;
    if (head === '(') return this.#group(flags);
    if (head === '[') return this.#set(parseClass(this), flags);
    if (head === '\\') return this.#escape(flags);
    if (head === '*' || head === '+' || head === '?') this.fail(`\`${head}\` has nothing to repeat`, from);
    const codePoint = this.codePoint();
    if (head === '.') {
      if (flags.dotAll) this.multiline = true;
      return { kind: 'set', set: flags.dotAll ? ANY : NOT_NEWLINE };
    }
    if (head === '^') return { kind: 'assert', what: 'line_start' };
    if (head === '$') return { kind: 'assert', what: 'line_end' };
    if (codePoint === 10) this.multiline = true;
    return this.#set(single(codePoint), flags);
  }

  #escape(flags: Flags): Node {
    const assertion = this.#assertion();
    if (assertion !== null) return { kind: 'assert', what: assertion };
    return this.#set(parseEscapedSet(this), flags);
  }

  #assertion(): Assertion | null {
    if (this.take('\\b{start}') || this.take('\\<')) return 'word_start';
    if (this.take('\\b{end}') || this.take('\\>')) return 'word_end';
    if (this.take('\\b')) return 'word_boundary';
    if (this.take('\\B')) return 'not_word_boundary';
    if (this.take('\\A')) return 'text_start';
    if (this.take('\\z')) return 'text_end';
    return null;
  }

  #group(flags: Flags): Node | null {
    const from = this.at;
    this.at++;
    if (this.peek('?=') || this.peek('?!') || this.peek('?<=') || this.peek('?<!')) {
      this.fail('look-around is not supported, because it cannot be matched in linear time', from);
    }
    let inner = flags;
    const named = /^\?P?<[\p{L}_][\p{L}\p{N}_.[\]]*>/u.exec(this.source.slice(this.at, this.at + 100));
    if (named !== null) this.at += named[0].length;
    else if (this.take('?')) {
      const changed = this.#flags(flags);
      if (this.take(')')) {
        Object.assign(flags, changed);
        return null;
      }
      if (!this.take(':')) this.fail('a group begins with `?` and no flags', from);
      inner = changed;
    }
    const node = this.#choice(inner);
    if (!this.take(')')) this.fail('a parenthesis is not closed', from);
    return node;
  }

  #flags(flags: Flags): Flags {
    const out = { ...flags };
    let on = true;
    for (;;) {
      const letter = this.source[this.at];
      if (letter === '-') on = false;
      else if (letter === 'i') out.ignoreCase = on;
      else if (letter === 's') out.dotAll = on;
      else if (letter === 'x') out.extended = on;
      else if (letter === 'U') out.swapGreed = on;
      else if (letter === 'u' && !on) this.fail('the flag `-u` is not supported, because texts are Unicode');
      else if (letter !== 'm' && letter !== 'u') return out;
      this.at++;
    }
  }
}

function sequence(items: readonly Node[]): Node {
  if (items.length === 0) return EMPTY;
  return items.length === 1 ? (items[0] as Node) : { kind: 'sequence', items };
}

/** Case is ignored before a class is negated or cut: `[^a]` without case leaves `A` out too. */
function ignoringCase(set: CharSet): CharSet {
  if (set.kind === 'not') return { kind: 'not', item: ignoringCase(set.item) };
  if (set.kind === 'union' || set.kind === 'intersection') return { kind: set.kind, items: set.items.map(ignoringCase) };
  return { kind: 'fold', item: set };
}
