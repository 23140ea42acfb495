import { setFlagsFromString } from 'node:v8';
import { RE2JS, type Matcher } from 're2js';
import { CodeIndexError } from '../../base/mod.ts';
import { asciiUnits, buildAlphabet, type Alphabet } from './alphabet.ts';
import { emit, MOST_NODES, optionsOf, sizeOf } from './emit.ts';
import { needleOf } from './needle.ts';
import { fewMembers, single, type CharSet } from './sets.ts';
import { nodesOf, type Node, type Pattern } from './syntax.ts';

/**
 * Linear time on V8's own engine: with this switch a pattern that backtracks too often is finished by V8's linear
 * engine instead. It is 20 to 100 times faster than RE2JS on source code (measured: 380-1,100 MB/s against 6-70 MB/s).
 * It holds only for patterns that the linear engine accepts, so each is tried with the flag `l` first; what it refuses
 * (and every pattern, on a V8 without the switch) goes to RE2JS, which is always linear.
 */
setFlagsFromString('--enable-experimental-regexp-engine');
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
// A match over a large file backtracks a little very often; a million steps are a few milliseconds.
setFlagsFromString('--regexp-backtracks-before-fallback=1000000');

/** A single search that takes longer than reading at this pace has backtracked a lot. */
const SLOW_MILLIS = 3;
const SLOW_CHARS_PER_MILLI = 20_000;
/** Compiling and collecting garbage are slow a few times, too. */
const SLOW_MOST = 3;
const SLOW_SHARE = 50;

/** V8 looks ahead over each of these both ways when it compiles: 16 take 2 ms, 25 take 120, 50 half a minute. */
const MOST_OPTIONS = 16;
/** The linear engine steps through all of them at every character: a thousand held up one file for seconds. */
const FAR_TOO_MANY_OPTIONS = 300;

/** Finds stretches in one text after the other. Not shared between running searches. */
export interface Searcher {
  /** The stretch last found: offsets in the text given to `reset`. */
  readonly start: number;
  readonly end: number;
  reset(text: string): void;
  /** The leftmost match at or after `from`. */
  next(from: number): boolean;
}

type Finder = (text: string) => (from: number) => readonly [number, number] | null;

const NEWLINE = single(10);

/** Compiles a pattern. One match never reaches over a line break unless the pattern is `multiline`. */
export function compilePattern(pattern: Pattern, source: string): Searcher {
  const node = pattern.multiline ? pattern.node : withoutNewline(pattern.node);
  if (sizeOf(node) > MOST_NODES || optionsOf(node) > FAR_TOO_MANY_OPTIONS) {
    throw new CodeIndexError('invalid_query', `The regex \`${source.slice(0, 80)}\` is too large once its repeats are written out.`, 'Use smaller repeat counts.');
  }
  // What matches within one line can be looked for in the few lines that hold its needle.
  const inLine = !pattern.multiline && ![...nodesOf(node)].some((each) => each.kind === 'assert' && each.what.startsWith('text_'));
  const needle = inLine ? needleOf(node) : null;
  return needle === null ? new RegexSearcher(node) : new LineSearcher(needle, new RegexSearcher(node));
}

/** Finds a needle first, then holds the pattern against its line alone. */
class LineSearcher implements Searcher {
  start = 0;
  end = 0;
  readonly #needle: RegExp;
  readonly #pattern: Searcher;
  #text = '';
  /** The line that the pattern was last given. */
  #lineStart = -1;
  #lineEnd = -1;

  constructor(needle: RegExp, pattern: Searcher) {
    this.#needle = needle;
    this.#pattern = pattern;
  }

  reset(text: string): void {
    this.#text = text;
    this.#lineStart = -1;
    this.#lineEnd = -1;
  }

  next(from: number): boolean {
    const text = this.#text;
    for (let at = from; ;) {
      this.#needle.lastIndex = at;
      const needle = this.#needle.exec(text);
      if (needle === null) return false;
      if (needle.index < this.#lineStart || needle.index >= this.#lineEnd) this.#takeLine(needle.index);
      const lineStart = this.#lineStart;
      if (this.#pattern.next(Math.max(at - lineStart, 0))) {
        this.start = lineStart + this.#pattern.start;
        this.end = lineStart + this.#pattern.end;
        return true;
      }
      at = this.#lineEnd;
    }
  }

  #takeLine(at: number): void {
    const text = this.#text;
    const end = text.indexOf('\n', at);
    this.#lineStart = text.lastIndexOf('\n', at) + 1;
    this.#lineEnd = end < 0 ? text.length : end;
    this.#pattern.reset(text.slice(this.#lineStart, this.#lineEnd));
  }
}

function withoutNewline(node: Node): Node {
  switch (node.kind) {
    case 'set': {
      const few = fewMembers(node.set, 8);
      if (few !== null && !few.includes(10)) return node;
      return { kind: 'set', set: { kind: 'intersection', items: [node.set, { kind: 'not', item: NEWLINE }] } };
    }
    case 'sequence': case 'choice': return { kind: node.kind, items: node.items.map(withoutNewline) };
    case 'repeat': return { ...node, item: withoutNewline(node.item) };
    case 'assert': return node;
  }
}

class RegexSearcher implements Searcher {
  start = 0;
  end = 0;
  readonly #node: Node;
  readonly #sets: readonly CharSet[];
  readonly #lineSensitive: boolean;
  readonly #wordSensitive: boolean;
  /** Means the same on every text, because it names ASCII characters alone. */
  readonly #plain: boolean;
  readonly #ascii: Finder;
  #alphabet: Alphabet | undefined;
  #other: Finder | undefined;
  #find: (from: number) => readonly [number, number] | null = () => null;
  #offsets: Uint32Array | null = null;

  constructor(node: Node) {
    const nodes = [...nodesOf(node)];
    this.#node = node;
    this.#sets = [...new Set(nodes.flatMap((each) => (each.kind === 'set' ? [each.set] : [])))];
    const asserts = nodes.flatMap((each) => (each.kind === 'assert' ? [each.what] : []));
    this.#lineSensitive = asserts.some((what) => what === 'line_start' || what === 'line_end');
    this.#wordSensitive = asserts.some((what) => what.includes('word'));
    this.#plain = asserts.length === 0 && this.#sets.every((set) => fewMembers(set, 130)?.every((member) => member < 128) ?? false);
    this.#ascii = finderOf(node, asciiUnits(this.#sets));
  }

  reset(text: string): void {
    this.#offsets = null;
    // Every character beyond ASCII takes more UTF-8 bytes than UTF-16 units.
    const ascii = this.#plain || Buffer.byteLength(text) === text.length;
    if (ascii && !(this.#lineSensitive && text.includes('\r'))) {
      this.#find = this.#ascii(text);
      return;
    }
    this.#alphabet ??= buildAlphabet(this.#sets, this.#wordSensitive);
    this.#other ??= finderOf(this.#node, this.#alphabet.units);
    const translation = this.#alphabet.translate(text);
    this.#offsets = translation.offsets;
    this.#find = this.#other(translation.text);
  }

  next(from: number): boolean {
    const offsets = this.#offsets;
    const found = this.#find(offsets === null ? from : lowerBound(offsets, from));
    if (found === null) return false;
    this.start = offsets === null ? found[0] : (offsets[found[0]] as number);
    this.end = offsets === null ? found[1] : (offsets[found[1]] as number);
    return true;
  }
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function finderOf(node: Node, units: ReadonlyMap<CharSet, readonly number[]>): Finder {
  const source = emit(node, units, 'v8');
  if (runsLinear(source)) {
    let linear = optionsOf(node) > MOST_OPTIONS;
    let calls = 0;
    let slow = 0;
    let regex = new RegExp(source, linear ? 'glm' : 'gm');
    return (text) => (from) => {
      const begun = performance.now();
      regex.lastIndex = from;
      const found = regex.exec(text);
      // The fallback of V8 holds for one call: a pattern that needs it once would pay a million steps for every text.
      calls++;
      if (!linear && performance.now() - begun > SLOW_MILLIS + ((found?.index ?? text.length) - from) / SLOW_CHARS_PER_MILLI && ++slow > SLOW_MOST && slow * SLOW_SHARE > calls) {
        linear = true;
        regex = new RegExp(source, 'glm');
      }
      return found === null ? null : [found.index, found.index + found[0].length];
    };
  }
  const pattern = RE2JS.compile(emit(node, units, 're2'), RE2JS.MULTILINE | RE2JS.LOOKBEHINDS);
  return (text) => {
    const matcher: Matcher = pattern.matcher(text);
    return (from) => (from <= text.length && matcher.find(from) ? [matcher.start(), matcher.end()] : null);
  };
}

function runsLinear(source: string): boolean {
  try {
    new RegExp(source, 'glm');
    return true;
  } catch {
    return false;
  }
}
