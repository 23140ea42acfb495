/** How each name of a C file is used, told from the tokens around it. */
import type { Role } from '../../../domain/mod.ts';
import type { FoundReference } from '../../parse/found.ts';
import { TOKEN, type CLexer } from './c-lexer.ts';

const DOT = 46;
const OPEN_ROUND = 40;
const CLOSE_ROUND = 41;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const STAR = 42;
const COMMA = 44;
const SEMICOLON = 59;
const EQUALS = 61;
const UNDERSCORE = 95;
/** Brackets after a name are looked through for an assignment this far. */
const INDEX_TOKENS = 24;

export function referencesOfC(lexer: CLexer): FoundReference[] {
  const { kinds, starts, ends, count } = lexer;
  const references: FoundReference[] = [];
  for (let token = 0; token < count; token++) {
    if (kinds[token] !== TOKEN.identifier) continue;
    const before = token === 0 ? 0 : (kinds[token - 1] as number);
    const isMember = before === DOT || before === TOKEN.arrow;
    const qualifier = isMember ? receiverOf(kinds, token - 2) : -1;
    references.push({
      role: isMember ? memberRole(kinds, token, count) : nameRole(lexer, token, before),
      start: starts[token] as number, end: ends[token] as number,
      qualifierStart: qualifier < 0 ? -1 : (starts[qualifier] as number), qualifierEnd: qualifier < 0 ? -1 : (ends[qualifier] as number),
      rank: 0,
    });
  }
  return references;
}

/** The name in front of `.` or `->`, through one pair of brackets; -1 where there is none (a designated initializer). */
function receiverOf(kinds: Uint8Array, last: number): number {
  let at = last;
  const closing = at < 0 ? 0 : kinds[at];
  if (closing === CLOSE_SQUARE || closing === CLOSE_ROUND) {
    const opening = closing === CLOSE_SQUARE ? OPEN_SQUARE : OPEN_ROUND;
    let depth = 0;
    const limit = Math.max(0, at - INDEX_TOKENS);
    for (; at >= limit; at--) {
      if (kinds[at] === closing) depth++;
      else if (kinds[at] === opening && --depth === 0) break;
    }
    if (depth !== 0) return -1;
    at--;
  }
  return at >= 0 && kinds[at] === TOKEN.identifier ? at : -1;
}

function memberRole(kinds: Uint8Array, token: number, count: number): Role {
  const after = token + 1 < count ? (kinds[token + 1] as number) : 0;
  if (after === OPEN_ROUND) return 'call';
  return isWritten(kinds, token, after, 0) ? 'write' : 'read';
}

function isWritten(kinds: Uint8Array, token: number, after: number, before: number): boolean {
  if (after === EQUALS || after === TOKEN.compoundAssign || after === TOKEN.step || before === TOKEN.step) return true;
  if (after !== OPEN_SQUARE) return false;
  let depth = 0;
  for (let at = token + 1; at < token + INDEX_TOKENS && at + 1 < kinds.length; at++) {
    if (kinds[at] === OPEN_SQUARE) depth++;
    else if (kinds[at] === CLOSE_SQUARE && --depth === 0) return kinds[at + 1] === EQUALS || kinds[at + 1] === TOKEN.compoundAssign || kinds[at + 1] === TOKEN.step;
  }
  return false;
}

function nameRole(lexer: CLexer, token: number, before: number): Role {
  const { kinds, count } = lexer;
  const after = token + 1 < count ? (kinds[token + 1] as number) : 0;
  if (before === TOKEN.keyword) {
    const keyword = lexer.keyword(token - 1);
    if (keyword === 'struct' || keyword === 'union' || keyword === 'enum') return 'type';
  }
  if (after === OPEN_ROUND) return 'call';
  if (after === TOKEN.identifier) return looksLikeAttribute(lexer, token) ? 'read' : before === TOKEN.keyword && isStatementWord(lexer, token - 1) ? 'read' : 'type';
  if (after === STAR && isPointerType(lexer, token, before)) return 'type';
  if (after === CLOSE_ROUND && before === OPEN_ROUND && isCast(lexer, token)) return 'type';
  if (isWritten(kinds, token, after, before)) return 'write';
  return 'read';
}

/** `__init`, `__user`, `EXPORT`: words of macros that stand between a type and a name. */
function looksLikeAttribute({ text, starts, ends }: CLexer, token: number): boolean {
  const start = starts[token] as number;
  if (text.charCodeAt(start) === UNDERSCORE && text.charCodeAt(start + 1) === UNDERSCORE) {
    // The kernel's own types of this form: `__u32`, `__be16`, `__le64`, `__s8`.
    return !/^__(?:u|s|be|le|kernel_\w*?)\d*(?:_t)?$/.test(text.slice(start, ends[token]));
  }
  return false;
}

function isStatementWord(lexer: CLexer, token: number): boolean {
  const keyword = lexer.keyword(token);
  return keyword === 'return' || keyword === 'goto' || keyword === 'case' || keyword === 'else' || keyword === 'do' || keyword === 'sizeof';
}

/** `type *name` and `(type *)`, but not `a * b`: told by what follows the stars, and by the space that C programmers put. */
function isPointerType(lexer: CLexer, token: number, before: number): boolean {
  const { kinds, starts, ends, count } = lexer;
  let at = token + 1;
  while (at < count && (kinds[at] === STAR || lexer.keyword(at) === 'const' || lexer.keyword(at) === 'volatile')) at++;
  const next = at < count ? (kinds[at] as number) : 0;
  if (next === CLOSE_ROUND || next === COMMA) return true;
  if (next !== TOKEN.identifier && next !== OPEN_ROUND) return false;
  const opensStatement = before === SEMICOLON || before === OPEN_BRACE || before === CLOSE_BRACE || before === TOKEN.keyword || before === 0;
  const isSpaced = (starts[token + 1] as number) > (ends[token] as number) && starts[at] === ends[at - 1];
  return isSpaced && (opensStatement || before === OPEN_ROUND || before === COMMA || before === TOKEN.identifier || before === CLOSE_ROUND);
}

/** `(name)` in front of a value, where no function is called. */
function isCast(lexer: CLexer, token: number): boolean {
  const { kinds, count } = lexer;
  const callee = token >= 2 ? (kinds[token - 2] as number) : 0;
  if (callee === TOKEN.identifier || callee === CLOSE_ROUND || callee === TOKEN.keyword && !isStatementWord(lexer, token - 2)) return false;
  const value = token + 2 < count ? (kinds[token + 2] as number) : 0;
  return value === TOKEN.identifier || value === TOKEN.number || value === TOKEN.string || value === OPEN_ROUND || value === OPEN_BRACE;
}
