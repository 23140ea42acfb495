import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { Atom, Expression, Filters, ParsedQuery } from '../../domain/mod.ts';
import { tokenize, type Token } from './tokens.ts';

/** A group nested deeper is no query that a person means. */
const DEEPEST = 100;

export interface ParsedRequest extends ParsedQuery {
  readonly caseSensitive: boolean;
  /** Filters, operators and the case switch taken off: what regex mode runs. */
  readonly rest: string;
}

/**
 * Parses the query language. Any string is legal: what is no operator, quote, regex or filter is searched for as it
 * stands, unbalanced quotes and parentheses and operators without operands too.
 * Errors: `invalid_query` (empty without filters, too long).
 */
export function parseQuery(query: string): ParsedRequest {
  requireSize(query);
  const tokens = tokenize(query);
  const caseSensitive = tokens.some((token) => token.kind === 'filter' && token.field === 'case' && token.value.toLowerCase() === 'yes');
  const { filters, left } = takeFilters(tokens);
  const balanced = balance(left);
  const expression = new Builder(balanced, caseSensitive).build();
  const positive = expression === null || holdsPositive(expression);
  const words = left.flatMap((token) => (token.kind === 'word' || token.kind === 'phrase' ? [token.text] : token.kind === 'filter' ? [token.value] : [])).join(' ');
  // Nothing but exclusions: the minus was meant as text.
  const meant = positive || hasFilters(filters) ? expression : literalAll(query.trim().split(/\s+/), caseSensitive);
  if (meant === null && !hasFilters(filters)) throw emptyQuery();
  return {
    expression: meant, filters, words, caseSensitive, rest: withoutFilters(query),
    exact: left.some((token) => token.kind !== 'word') || caseSensitive,
  };
}

/** Regex mode: filters stand at the beginning or the end, all between them is one regex with its spaces. */
export function parseRegexQuery(query: string): ParsedRequest {
  requireSize(query);
  const given = withoutFilters(query);
  // Between slashes, as in the other modes: a person who types `/x/` means x.
  const source = /^\/([^]+)\/$/.exec(given)?.[1] ?? given;
  const at = query.indexOf(given);
  const tokens = given === '' ? tokenize(query) : [...tokenize(query.slice(0, at)), ...tokenize(query.slice(at + given.length))];
  const { filters } = takeFilters(tokens);
  if (source === '' && !hasFilters(filters)) throw emptyQuery();
  const caseSensitive = tokens.some((token) => token.kind === 'filter' && token.field === 'case' && token.value.toLowerCase() === 'yes');
  return {
    expression: source === '' ? null : { kind: 'atom', atom: { kind: 'regex', source, caseSensitive } },
    filters, words: source, caseSensitive, rest: source, exact: true,
  };
}

function requireSize(query: string): void {
  if (query.length > LIMITS.queryChars) {
    throw new CodeIndexError('invalid_query', `The query has ${query.length} characters, more than ${LIMITS.queryChars}.`, 'Search for a shorter, telling part of it.');
  }
  if (query.trim() === '') throw emptyQuery();
}

function emptyQuery(): CodeIndexError {
  return new CodeIndexError('invalid_query', 'The query is empty.', 'Give words, a "phrase", a /regex/ or a filter such as path:src.');
}

const FILTER_AT_START = /^\s*-?(?:(?:repo|repository|path|file|lang|language|branch):(?:"[^"]*"|\S+)|case:(?:yes|no|auto))(?=\s|$)/i;
const FILTER_AT_END = /(?:^|\s)-?(?:(?:repo|repository|path|file|lang|language|branch):(?:"[^"]*"|[^\s"]+)|case:(?:yes|no|auto))\s*$/i;

function withoutFilters(query: string): string {
  let rest = query;
  for (let cut = FILTER_AT_START.exec(rest); cut !== null; cut = FILTER_AT_START.exec(rest)) rest = rest.slice(cut[0].length).replace(/^\s/, '');
  for (let cut = FILTER_AT_END.exec(rest); cut !== null; cut = FILTER_AT_END.exec(rest)) rest = rest.slice(0, cut.index);
  return rest.trim() === '' ? '' : rest;
}

function hasFilters(filters: Filters): boolean {
  return Object.values(filters).some((list: readonly string[]) => list.length > 0);
}

function takeFilters(tokens: readonly Token[]): { filters: Filters; left: Token[] } {
  const lists = { repositories: [], branches: [], paths: [], languages: [], notRepositories: [], notPaths: [], notLanguages: [] } as Record<keyof Filters, string[]>;
  const left: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'filter' || token.field === 'content' || token.field === 'symbol') {
      left.push(token);
      continue;
    }
    const last = left.at(-1);
    const negated = last?.kind === 'not';
    // An operator that joined filters joins nothing any more.
    if (negated || last?.kind === 'or' || last?.kind === 'and') left.pop();
    if (token.field === 'repo') lists[negated ? 'notRepositories' : 'repositories'].push(token.value);
    else if (token.field === 'path') lists[negated ? 'notPaths' : 'paths'].push(token.value);
    else if (token.field === 'lang') lists[negated ? 'notLanguages' : 'languages'].push(token.value);
    else if (token.field === 'branch') lists.branches.push(token.value);
  }
  return { filters: lists, left };
}

/** Parentheses without a partner become text. */
function balance(tokens: readonly Token[]): Token[] {
  const out = [...tokens];
  const open: number[] = [];
  out.forEach((token, at) => {
    if (token.kind === 'open') open.push(at);
    else if (token.kind === 'close' && open.pop() === undefined) out[at] = { kind: 'word', text: ')' };
  });
  for (const at of open) out[at] = { kind: 'word', text: '(' };
  return out;
}

function atomOf(token: Token, caseSensitive: boolean): Atom | null {
  switch (token.kind) {
    case 'regex': return { kind: 'regex', source: token.source, caseSensitive };
    case 'filter': return token.field === 'symbol' ? { kind: 'symbol', name: token.value } : { kind: 'literal', text: token.value, caseSensitive };
    case 'open': case 'close': return null;
    default: return { kind: 'literal', text: token.text, caseSensitive };
  }
}

function literalAll(words: readonly string[], caseSensitive: boolean): Expression {
  const items = words.map((text): Expression => ({ kind: 'atom', atom: { kind: 'literal', text, caseSensitive } }));
  return items.length === 1 ? (items[0] as Expression) : { kind: 'and', items };
}

function holdsPositive(expression: Expression): boolean {
  if (expression.kind === 'atom') return true;
  if (expression.kind === 'not') return false;
  return expression.kind === 'and' ? expression.items.some(holdsPositive) : expression.items.every(holdsPositive);
}

/** Recursive descent: OR binds weaker than AND, which needs no word; an operator without an operand is a word. */
class Builder {
  readonly #tokens: readonly Token[];
  readonly #caseSensitive: boolean;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], caseSensitive: boolean) {
    this.#tokens = tokens;
    this.#caseSensitive = caseSensitive;
  }

  build(): Expression | null {
    return this.#or();
  }

  #or(): Expression | null {
    const items: Expression[] = [];
    for (;;) {
      const item = this.#and();
      if (item !== null) items.push(item);
      if (this.#tokens[this.#at]?.kind !== 'or') break;
      this.#at++;
    }
    return items.length <= 1 ? (items[0] ?? null) : { kind: 'or', items };
  }

  #and(): Expression | null {
    const items: Expression[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === 'close') break;
      if (token.kind === 'or' && items.length > 0 && this.#operandAt(this.#at + 1)) break;
      if (token.kind === 'and' && items.length > 0 && this.#operandAt(this.#at + 1)) {
        this.#at++;
        continue;
      }
      const item = this.#unary(token);
      if (item !== null) items.push(item);
    }
    return items.length <= 1 ? (items[0] ?? null) : { kind: 'and', items };
  }

  #operandAt(at: number): boolean {
    const token = this.#tokens[at];
    return token !== undefined && token.kind !== 'close';
  }

  #unary(token: Token): Expression | null {
    this.#at++;
    if (token.kind === 'not' && this.#operandAt(this.#at)) {
      const next = this.#tokens[this.#at] as Token;
      const item = this.#unary(next);
      return item === null ? null : { kind: 'not', item };
    }
    if (token.kind === 'open') {
      if (++this.#depth > DEEPEST) throw new CodeIndexError('invalid_query', `The query nests more than ${DEEPEST} groups.`, 'Use fewer parentheses, or quote the text.');
      const item = this.#or();
      this.#depth--;
      if (this.#tokens[this.#at]?.kind === 'close') this.#at++;
      return item;
    }
    const atom = atomOf(token, this.#caseSensitive);
    return atom === null ? null : { kind: 'atom', atom };
  }
}
