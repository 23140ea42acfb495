/**
 * Tokens of C, read without a preprocessor and without ever failing.
 *
 * Two views: all tokens, for references; and `structure`, the tokens that declarations are read from. Bodies of macros
 * are in the first only. Of the branches of an `#if`, every one whose brackets close is in both, so that definitions of
 * all configurations are found; where a branch leaves a bracket open, only the first counts for the structure.
 */
import type { ImportFact } from '../../../domain/mod.ts';
import type { FoundSymbol } from '../../parse/found.ts';

/** Kinds of tokens; a single punctuation mark is its own character code. */
export const TOKEN = { identifier: 1, keyword: 2, string: 3, number: 4, arrow: 200, compoundAssign: 201, comparison: 202, step: 203, ellipsis: 204 } as const;

const KEYWORDS = [
  'auto', 'break', 'case', 'char', 'const', 'continue', 'default', 'do', 'double', 'else', 'enum', 'extern', 'float', 'for', 'goto', 'if',
  'inline', 'int', 'long', 'register', 'restrict', 'return', 'short', 'signed', 'sizeof', 'static', 'struct', 'switch', 'typedef', 'union',
  'unsigned', 'void', 'volatile', 'while', '_Bool', '_Complex', '_Alignas', '_Alignof', '_Atomic', '_Noreturn', '_Static_assert', '_Thread_local',
  '__attribute__', '__attribute', '__asm__', '__asm', 'asm', '__volatile__', '__inline', '__inline__', '__extension__', '__restrict', '__const',
  'typeof', '__typeof__', '__typeof', '__declspec', 'bool',
] as const;
export type Keyword = (typeof KEYWORDS)[number];

const SLOTS = 4_096;
/** Index + 1 of the keyword whose hash falls on a slot; keywords share none (checked below). */
const KEYWORD_SLOTS = new Uint8Array(SLOTS);
KEYWORDS.forEach((keyword, index) => {
  let hash = 0;
  for (let i = 0; i < keyword.length; i++) hash = (Math.imul(hash, 137) + keyword.charCodeAt(i)) | 0;
  const slot = hash & (SLOTS - 1);
  if (KEYWORD_SLOTS[slot] !== 0) throw new Error(`the keywords ${keyword} and ${KEYWORDS[(KEYWORD_SLOTS[slot] as number) - 1]} share a slot`);
  KEYWORD_SLOTS[slot] = index + 1;
});

/** 1: may start a name; 2: may go on one; anything above ASCII may do both. */
const NAME_UNITS = new Uint8Array(128);
for (let unit = 0; unit < 128; unit++) {
  const character = String.fromCharCode(unit);
  if (/[A-Za-z_$]/.test(character)) NAME_UNITS[unit] = 1;
  else if (/[0-9]/.test(character)) NAME_UNITS[unit] = 2;
}

/** One open `#if`: what the structure looked like when its current branch began. */
interface Branch {
  from: number;
  braces: number;
  rounds: number;
  /** The first branch that counts left a bracket open: the others are not read for structure. */
  firstUneven: boolean;
  isFirst: boolean;
  /** `#if 0`. */
  isDead: boolean;
}

const NEWLINE = 10;

export class CLexer {
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  /** For keywords: their number; else 0. */
  words: Uint8Array;
  count = 0;
  /** Indexes of tokens. */
  structure: Int32Array;
  structureCount = 0;
  readonly comments: number[] = [];
  readonly macros: FoundSymbol[] = [];
  readonly imports: ImportFact[] = [];
  /** Offsets of lines that start a token; a token is first in its line when a line break lies before it. */
  readonly text: string;
  readonly #branches: Branch[] = [];
  #braces = 0;
  #rounds = 0;
  #at = 0;
  #line = 1;
  #lineAt = 0;

  constructor(text: string) {
    const room = Math.max(64, text.length >>> 2);
    this.text = text;
    this.kinds = new Uint8Array(room);
    this.words = new Uint8Array(room);
    this.starts = new Int32Array(room);
    this.ends = new Int32Array(room);
    this.structure = new Int32Array(room);
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.#run(text.length, false);
    while (this.#branches.length > 0) this.#closeBranch(this.#branches.pop() as Branch);
  }

  keyword(token: number): Keyword | null {
    return this.kinds[token] === TOKEN.keyword ? (KEYWORDS[this.words[token] as number] as Keyword) : null;
  }

  /** Reads to `limit`; inside a directive, to the end of its logical line, and nothing of it is structure. */
  #run(limit: number, isDirective: boolean): void {
    const text = this.text;
    let isLineStart = !isDirective;
    while (this.#at < limit) {
      const at = this.#at;
      const unit = text.charCodeAt(at);
      if (unit === NEWLINE) {
        if (isDirective) return;
        isLineStart = true;
        this.#at++;
      } else if (unit <= 32) this.#at++;
      else if (unit === 92) this.#at = text.charCodeAt(at + 1) === 13 ? at + 3 : at + 2;
      else if (unit === 47 && (text.charCodeAt(at + 1) === 42 || text.charCodeAt(at + 1) === 47)) this.#comment(text.charCodeAt(at + 1) === 42);
      else if (unit === 35 && isLineStart) this.#directive();
      else {
        isLineStart = false;
        this.#token(unit, isDirective);
      }
    }
  }

  #comment(isBlock: boolean): void {
    const start = this.#at;
    let end: number;
    if (isBlock) {
      end = this.text.indexOf('*/', start + 2);
      end = end === -1 ? this.text.length : end + 2;
    } else {
      end = this.#endOfLine(start);
    }
    this.comments.push(start, end);
    this.#at = end;
  }

  /** The line break that ends a logical line, or the text's end; a break after a backslash does not end it. */
  #endOfLine(from: number): number {
    let end = this.text.indexOf('\n', from);
    while (end !== -1 && this.text.charCodeAt(this.text.charCodeAt(end - 1) === 13 ? end - 2 : end - 1) === 92) end = this.text.indexOf('\n', end + 1);
    return end === -1 ? this.text.length : end;
  }

  #token(unit: number, isDirective: boolean): void {
    const text = this.text;
    const start = this.#at;
    let end = start + 1;
    let kind: number = unit;
    let word = 0;
    const unitClass = unit < 128 ? (NAME_UNITS[unit] as number) : 1;
    if (unitClass === 1) {
      let hash = unit;
      for (let next = text.charCodeAt(end); next < 128 ? NAME_UNITS[next] !== 0 : next >= 128; next = text.charCodeAt(++end)) hash = (Math.imul(hash, 137) + next) | 0;
      kind = TOKEN.identifier;
      const slot = KEYWORD_SLOTS[hash & (SLOTS - 1)] as number;
      if (slot !== 0) {
        const keyword = KEYWORDS[slot - 1] as string;
        if (keyword.length === end - start && text.startsWith(keyword, start)) [kind, word] = [TOKEN.keyword, slot - 1];
      }
    } else if (unitClass === 2) {
      kind = TOKEN.number;
      for (let next = text.charCodeAt(end); (next < 128 && NAME_UNITS[next] !== 0) || next === 46; next = text.charCodeAt(++end));
    } else if (unit === 34 || unit === 39) {
      kind = TOKEN.string;
      end = this.#endOfString(start, unit);
    } else {
      const next = text.charCodeAt(end);
      if (unit === 45 && next === 62) [kind, end] = [TOKEN.arrow, end + 1];
      else if ((unit === 43 || unit === 45) && next === unit) [kind, end] = [TOKEN.step, end + 1];
      else if (next === 61) {
        if (unit === 61 || unit === 33 || unit === 60 || unit === 62) [kind, end] = [TOKEN.comparison, end + 1];
        else if (unit === 43 || unit === 45 || unit === 42 || unit === 47 || unit === 37 || unit === 38 || unit === 124 || unit === 94) [kind, end] = [TOKEN.compoundAssign, end + 1];
      } else if ((unit === 60 || unit === 62) && next === unit) [kind, end] = text.charCodeAt(end + 1) === 61 ? [TOKEN.compoundAssign, end + 2] : [TOKEN.comparison, end + 1];
      else if (unit === 46 && next === 46) [kind, end] = [TOKEN.ellipsis, end + 2];
    }
    this.#at = end;
    this.#push(kind, word, start, end, isDirective);
  }

  /** A string ends at its quote, at the latest at the end of its logical line. */
  #endOfString(start: number, quote: number): number {
    const text = this.text;
    for (let at = start + 1; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === quote) return at + 1;
      if (unit === 92) at++;
      else if (unit === NEWLINE) return at;
    }
    return text.length;
  }

  #push(kind: number, word: number, start: number, end: number, isDirective: boolean): void {
    if (this.count === this.kinds.length) this.#grow();
    const token = this.count++;
    this.kinds[token] = kind;
    this.words[token] = word;
    this.starts[token] = start;
    this.ends[token] = end;
    if (isDirective) return;
    this.structure[this.structureCount++] = token;
    if (kind === 123) this.#braces++;
    else if (kind === 125) this.#braces--;
    else if (kind === 40) this.#rounds++;
    else if (kind === 41) this.#rounds--;
  }

  #grow(): void {
    const room = this.kinds.length * 2;
    const grown = <T extends Uint8Array | Int32Array>(made: T, from: T): T => {
      made.set(from);
      return made;
    };
    this.kinds = grown(new Uint8Array(room), this.kinds);
    this.words = grown(new Uint8Array(room), this.words);
    this.starts = grown(new Int32Array(room), this.starts);
    this.ends = grown(new Int32Array(room), this.ends);
    this.structure = grown(new Int32Array(room), this.structure);
  }

  #directive(): void {
    const start = this.#at;
    const text = this.text;
    let at = start + 1;
    while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
    let end = at;
    while ((NAME_UNITS[text.charCodeAt(end)] as number) > 0) end++;
    const name = text.slice(at, end);
    this.#at = end;
    if (name === 'define') this.#define(start);
    else if (name === 'include' || name === 'import' || name === 'include_next') this.#include(end);
    else if (name === 'if' || name === 'ifdef' || name === 'ifndef') this.#open(name === 'if' && /^[ \t]+0[ \t]*[\r\n/]/.test(text.slice(end, end + 40)));
    else if (name === 'else' || name === 'elif') this.#next();
    else if (name === 'endif') {
      const branch = this.#branches.pop();
      if (branch !== undefined) this.#closeBranch(branch);
    } else if (name === 'error' || name === 'warning' || name === 'pragma' || name === 'line') this.#at = this.#endOfLine(end);
    // What is left of the line (conditions, the body of a macro) is read for references.
    this.#run(text.length, true);
  }

  #define(start: number): void {
    const text = this.text;
    let at = this.#at;
    while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
    let end = at;
    for (let unit = text.charCodeAt(end); unit < 128 ? NAME_UNITS[unit] !== 0 : unit >= 128; unit = text.charCodeAt(++end));
    if (end === at) return;
    this.#at = at;
    let until = this.#endOfLine(end);
    const whole = until;
    if (text.charCodeAt(until - 1) === 13) until--;
    const firstBreak = text.indexOf('\n', end);
    const line = firstBreak !== -1 && firstBreak < whole ? firstBreak - (text.charCodeAt(firstBreak - 1) === 13 ? 2 : 1) : until;
    this.macros.push({
      kind: 'macro', start, end: until, nameStart: at, nameEnd: end, bodyStart: line, docStart: -1, docEnd: -1, marked: false, ownerStart: -1, ownerEnd: -1, rank: 0,
    });
  }

  #include(from: number): void {
    const end = this.#endOfLine(from);
    const found = /^[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>)/.exec(this.text.slice(from, Math.min(end, from + 400)));
    const source = found?.[1] ?? found?.[2];
    if (source !== undefined && source !== '') {
      this.imports.push({ source, name: '', alias: '', line: this.#lineOf(from) });
      this.#at = end;
    }
  }

  /** The 1-based line of an offset; offsets only grow. */
  #lineOf(offset: number): number {
    for (let at = this.text.indexOf('\n', this.#lineAt); at !== -1 && at < offset; at = this.text.indexOf('\n', at + 1)) {
      this.#line++;
      this.#lineAt = at + 1;
    }
    return this.#line;
  }

  #open(isDead: boolean): void {
    this.#branches.push({ from: this.structureCount, braces: this.#braces, rounds: this.#rounds, firstUneven: false, isFirst: true, isDead });
  }

  #next(): void {
    const branch = this.#branches[this.#branches.length - 1];
    if (branch === undefined) return;
    const wasDead = branch.isDead;
    this.#closeBranch(branch);
    // Where the first branch left brackets open, its depth is where the rest of the file goes on.
    [branch.from, branch.braces, branch.rounds] = [this.structureCount, this.#braces, this.#rounds];
    if (!wasDead) branch.isFirst = false;
    branch.isDead = false;
  }

  #closeBranch(branch: Branch): void {
    const isUneven = this.#braces !== branch.braces || this.#rounds !== branch.rounds;
    if (branch.isDead || (!branch.isFirst && (isUneven || branch.firstUneven))) {
      [this.structureCount, this.#braces, this.#rounds] = [branch.from, branch.braces, branch.rounds];
    } else if (branch.isFirst) branch.firstUneven = isUneven;
  }
}
