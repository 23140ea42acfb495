import { identifiersOf } from '../../words/mod.ts';
import { KEYWORDS, marksOf, type Marks } from './vocabulary.ts';

/** FNV-1a over UTF-16 units. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** Two hashes in order as one. */
export function mix(a: number, b: number): number {
  const mixed = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d) ^ b;
  return Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39) | 0;
}

export const TokenKind = { Word: 0, Number: 1, Text: 2, Operator: 3, Comment: 4 } as const;

const WORD = /[\p{L}_$@][\p{L}\p{N}_$]*[!?]?/uy;
const NUMBER = /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const SUFFIX = /[a-zA-Z_]\w*/y;
const OPERATOR = /<=>|===|!==|>>>=?|<<=|>>=|\*\*=?|\/\/|&&=?|\|\|=?|\?\?=?|\?\.|\+\+|--|[-+*/%&|^]=|==|!=|<=|>=|<<|>>|:=|->|=>|::|\.\.[.<=]?|[-+*/%&|^~!<>=?[\]]/y;
const TYPE_ARGUMENTS = /<(?:[\w\s,.:?[\]*']|&(?!&)|<[\w\s,.:?[\]&*']*>)*>/y;
const CHARACTER = /'(?:\\(?:x[\da-fA-F]+|u\{?[\da-fA-F]+\}?|.)|[^\\'\n])'/uy;
const SAID_SO: Readonly<Record<string, string>> = {
  '===': '==', '!==': '!=', '>>>': '>>', '>>>=': '>>=', ':=': '=', '//': '/', '&&': 'AND', '||': 'OR', '!': 'NOT', '**': 'power',
};
const SILENT = new Set(['->', '=>', '::', '?.', ']']);

/** Reads code of any language as tokens, one after the other; the fields tell of the last one read. */
export class Tokenizer {
  kind: number = TokenKind.Word;
  value = '';
  /** What a keyword does, or null for other words. */
  keyword: string | null = null;
  /** White space before the first token of its line; a tab counts as four. */
  indent = 0;
  readonly #text: string;
  readonly #marks: Marks;
  readonly #python: boolean;
  #at = 0;
  #from = 0;
  #pending: readonly [number, string][] = [];
  #lastWord = -1;

  constructor(text: string, language: string | null) {
    this.#text = text;
    this.#marks = marksOf(language, text);
    this.#python = this.#marks.line.includes('#') && !this.#marks.line.includes('//');
    this.#measure(0);
  }

  wordsInside(): readonly string[] {
    return identifiersOf(this.#text.slice(this.#from, this.#at));
  }

  /** Whether the next sign on the line is this one. */
  followedBy(unit: number): boolean {
    let at = this.#at;
    while (this.#text.charCodeAt(at) === 32) at++;
    return this.#text.charCodeAt(at) === unit;
  }

  /** A word before it and, after its parentheses, a body: C's way to define. */
  isDefinition(): boolean {
    const text = this.#text;
    let before = this.#from - 1;
    for (let unit = 0; before >= 0 && ((unit = text.charCodeAt(before)) === 32 || unit === 42 || unit === 38); ) before--;
    if (before < 0 || before === this.#from - 1 || !/[\w\]>]/.test(text[before] as string)) return false;
    if (/(?:^|\W)(?:return|new|else|throw|in|case|await|not|and|or|if|while|puts|print)$/.test(text.slice(Math.max(0, before - 8), before + 1))) return false;
    let depth = 0;
    const end = Math.min(text.length, this.#at + 400);
    for (let at = this.#at; at < end; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 40) depth++;
      else if (unit === 41 && --depth === 0) return /^[\s\w:,<>&*]*\{/.test(text.slice(at + 1, at + 120));
    }
    return false;
  }

  next(): boolean {
    const pending = this.#pending[0];
    if (pending !== undefined) {
      this.#pending = this.#pending.slice(1);
      [this.kind, this.value] = pending;
      this.keyword = null;
      return true;
    }
    const text = this.#text;
    for (;;) {
      const at = this.#at;
      if (at >= text.length) return false;
      const unit = text.charCodeAt(at);
      if (unit === 10) {
        this.#at++;
        this.#measure(this.#at);
        continue;
      }
      if (unit <= 32) {
        this.#at++;
        continue;
      }
      this.#from = at;
      if (this.#comment(unit)) return true;
      if ((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95 || unit === 36 || unit === 64 || unit > 127) {
        if (this.#word()) return true;
        this.#at++;
        continue;
      }
      if (unit >= 48 && unit <= 57) return this.#number();
      if (unit === 34 || unit === 39 || unit === 96) {
        if (this.#string(unit)) return true;
        this.#at++;
        continue;
      }
      if (this.#operator(unit)) return true;
    }
  }

  #measure(at: number): void {
    let width = 0;
    for (; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 32) width++;
      else if (unit === 9) width += 4;
      else break;
    }
    this.indent = width;
  }

  #comment(unit: number): boolean {
    const text = this.#text;
    for (const [open, close] of this.#marks.block) {
      if (unit === open.charCodeAt(0) && text.startsWith(open, this.#at)) return this.#until(close, this.#at + open.length);
    }
    for (const mark of this.#marks.line) {
      if (unit === mark.charCodeAt(0) && text.startsWith(mark, this.#at)) return this.#until('\n', this.#at);
    }
    // A string of three quotes on its own is Python's way to document.
    if (this.#python && unit === 34 && text.startsWith('"""', this.#at)) return this.#until('"""', this.#at + 3);
    return false;
  }

  #until(close: string, from: number): boolean {
    const end = this.#text.indexOf(close, from);
    this.#at = end < 0 ? this.#text.length : close === '\n' ? end : end + close.length;
    this.kind = TokenKind.Comment;
    this.keyword = null;
    return true;
  }

  #word(): boolean {
    WORD.lastIndex = this.#at;
    const found = WORD.exec(this.#text)?.[0];
    if (found === undefined) return false;
    let value = found.replace(/^[$@]+/, '');
    const next = this.#text.charCodeAt(this.#at + found.length);
    // `a!=b`, and `is_valid?` before `:` of a condition.
    if (/[!?]$/.test(value) && next === 61) value = value.slice(0, -1);
    const taken = found.length - (/[!?]$/.test(found) && next === 61 ? 1 : 0);
    this.#at += taken;
    this.#lastWord = this.#at;
    if (/[!?]$/.test(value)) value = value.slice(0, -1);
    if (value === '') return this.next();
    this.kind = TokenKind.Word;
    this.value = value;
    this.keyword = KEYWORDS.get(value) ?? KEYWORDS.get(value.toLowerCase()) ?? null;
    if (this.keyword === 'AND' || this.keyword === 'OR' || this.keyword === 'NOT') {
      this.kind = TokenKind.Operator;
      this.value = this.keyword;
    }
    return true;
  }

  #number(): boolean {
    NUMBER.lastIndex = this.#at;
    const found = (NUMBER.exec(this.#text) as RegExpExecArray)[0];
    this.#at += found.endsWith('.') ? found.length - 1 : found.length;
    SUFFIX.lastIndex = this.#at;
    this.#at += SUFFIX.exec(this.#text)?.[0].length ?? 0;
    const value = Number(found.replaceAll('_', ''));
    this.kind = TokenKind.Number;
    this.keyword = null;
    this.value = Number.isFinite(value) ? String(value) : found;
    return true;
  }

  #string(quote: number): boolean {
    const text = this.#text;
    this.kind = TokenKind.Text;
    this.keyword = null;
    if (quote === 39 && this.#marks.characters) {
      CHARACTER.lastIndex = this.#at;
      const found = CHARACTER.exec(text)?.[0];
      if (found === undefined) return false;
      this.#at += found.length;
      this.value = found.slice(1, -1);
      return true;
    }
    const mark = String.fromCharCode(quote);
    const three = mark.repeat(3);
    if (text.startsWith(three, this.#at)) {
      const end = text.indexOf(three, this.#at + 3);
      this.value = text.slice(this.#at + 3, end < 0 ? text.length : end);
      this.#at = end < 0 ? text.length : end + 3;
      return true;
    }
    for (let at = this.#at + 1; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 92) at++;
      else if (unit === quote || (unit === 10 && quote !== 96)) {
        this.value = text.slice(this.#at + 1, at);
        this.#at = unit === 10 ? at : at + 1;
        return true;
      }
    }
    return false;
  }

  #operator(unit: number): boolean {
    const text = this.#text;
    if (unit === 60 && this.#lastWord === this.#at) {
      TYPE_ARGUMENTS.lastIndex = this.#at;
      const found = TYPE_ARGUMENTS.exec(text)?.[0];
      // `a<b && c>d` compares; `List<Integer>` names a type.
      if (found !== undefined && found.length <= 60 && /^<[\s\w]*[A-Z_a-z]/.test(found) && !/^\s*[\w"']/.test(text.slice(this.#at + found.length, this.#at + found.length + 1))) {
        this.#at += found.length;
        this.#lastWord = this.#at;
        return false;
      }
    }
    OPERATOR.lastIndex = this.#at;
    const found = OPERATOR.exec(text)?.[0];
    if (found === undefined) {
      this.#at++;
      return false;
    }
    this.#at += found.length;
    if (SILENT.has(found)) return false;
    this.kind = TokenKind.Operator;
    this.keyword = null;
    if (found === '++' || found === '--') {
      this.value = `${found[0]}=`;
      this.#pending = [[TokenKind.Number, '1']];
    } else this.value = SAID_SO[found] ?? found;
    return true;
  }
}
