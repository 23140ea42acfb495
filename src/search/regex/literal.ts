import type { Searcher } from './engine.ts';
import { orbit } from './sets.ts';

/** Finds a literal: by `indexOf` where case matters, else by a pattern of one small set a character. */
export function compileLiteral(literal: string, caseSensitive: boolean): Searcher {
  return caseSensitive || !hasCase(literal) ? new ExactSearcher(literal) : new FoldedSearcher(literal);
}

function hasCase(literal: string): boolean {
  for (const character of literal) if (orbit(character.codePointAt(0) as number).length > 1) return true;
  return false;
}

class ExactSearcher implements Searcher {
  start = 0;
  end = 0;
  readonly #literal: string;
  #text = '';

  constructor(literal: string) {
    this.#literal = literal;
  }

  reset(text: string): void {
    this.#text = text;
  }

  next(from: number): boolean {
    const found = this.#text.indexOf(this.#literal, from);
    if (found < 0) return false;
    this.start = found;
    this.end = found + this.#literal.length;
    return true;
  }
}

class FoldedSearcher implements Searcher {
  start = 0;
  end = 0;
  readonly #ascii: RegExp;
  readonly #all: RegExp;
  #regex: RegExp;
  #text = '';

  constructor(literal: string) {
    const characters = Array.from(literal, (character) => character.codePointAt(0) as number);
    const all = characters.map((codePoint) => oneOf(orbit(codePoint))).join('');
    const ascii = characters.map((codePoint) => oneOf(orbit(codePoint).filter((member) => member < 128 || codePoint > 127))).join('');
    this.#all = new RegExp(all, 'g');
    this.#ascii = ascii === all ? this.#all : new RegExp(ascii, 'g');
    this.#regex = this.#all;
  }

  reset(text: string): void {
    this.#text = text;
    // `k` and `s` are also spelled by two characters beyond ASCII; leaving them out makes the search twice as fast.
    this.#regex = this.#ascii === this.#all || Buffer.byteLength(text) === text.length ? this.#ascii : this.#all;
  }

  next(from: number): boolean {
    const regex = this.#regex;
    regex.lastIndex = from;
    const found = regex.exec(this.#text);
    if (found === null) return false;
    this.start = found.index;
    this.end = found.index + found[0].length;
    return true;
  }
}

function oneOf(codePoints: readonly number[]): string {
  const spelled = codePoints.map((codePoint) => Array.from({ length: codePoint > 0xffff ? 2 : 1 }, (_, at) =>
    `\\u${String.fromCodePoint(codePoint).charCodeAt(at).toString(16).padStart(4, '0')}`).join(''));
  if (spelled.length === 1) return spelled[0] as string;
  return codePoints.some((codePoint) => codePoint > 0xffff) ? `(?:${spelled.join('|')})` : `[${spelled.join('')}]`;
}
