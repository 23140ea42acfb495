/** A query cut into tokens. Anything that is not surely an operator, a quote or a filter is a word. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'phrase'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string }
  | { readonly kind: 'filter'; readonly field: Field; readonly value: string }
  | { readonly kind: 'not' | 'or' | 'and' | 'open' | 'close'; readonly text: string };

export const FIELDS = ['repo', 'path', 'lang', 'symbol', 'content', 'branch', 'case'] as const;
export type Field = (typeof FIELDS)[number];

const ALIASES: Readonly<Record<string, Field>> = {
  repo: 'repo', repository: 'repo', r: 'repo', path: 'path', file: 'path', f: 'path', lang: 'lang', language: 'lang', symbol: 'symbol', sym: 'symbol',
  content: 'content', branch: 'branch', case: 'case',
};

const OPERATORS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { AND: 'and', OR: 'or', NOT: 'not' };

export function tokenize(query: string): Token[] {
  const grouping = /(?:^|[\s(])(?:AND|OR|NOT)(?=[\s(])|(?:^|\s)-\(/.test(query);
  const tokens: Token[] = [];
  let at = 0;
  const boundary = (end: number): boolean => end >= query.length || /\s/.test(query[end] as string) || (grouping && query[end] === ')');
  while (at < query.length) {
    if (/\s/.test(query[at] as string)) {
      at++;
      continue;
    }
    if (grouping && query[at] === '(') {
      tokens.push({ kind: 'open', text: '(' });
      at++;
      continue;
    }
    if (grouping && query[at] === ')') {
      tokens.push({ kind: 'close', text: ')' });
      at++;
      continue;
    }
    const negated = query[at] === '-' && /["/(\p{L}_]/u.test(query[at + 1] ?? '') && (query[at + 1] !== '(' || grouping);
    if (negated) {
      tokens.push({ kind: 'not', text: '-' });
      at++;
      if (query[at] === '(') continue;
    }
    const found = quoted(query, at, boundary) ?? regex(query, at, boundary) ?? filter(query, at, boundary);
    if (found !== null) {
      tokens.push(found.token);
      at = found.end;
      continue;
    }
    const end = wordEnd(query, at, grouping);
    const text = query.slice(at, end);
    const operator = negated ? undefined : OPERATORS[text];
    tokens.push(operator === undefined ? { kind: 'word', text } : { kind: operator, text });
    at = end;
  }
  return tokens;
}

interface Found {
  readonly token: Token;
  readonly end: number;
}

/** In a query with groups a closing parenthesis ends a word unless the word opened it itself, as in `f()`. */
function wordEnd(query: string, from: number, grouping: boolean): number {
  let depth = 0;
  let at = from;
  for (; at < query.length && !/\s/.test(query[at] as string); at++) {
    if (query[at] === '(') depth++;
    else if (query[at] === ')' && depth-- === 0 && grouping) break;
  }
  return at;
}

function quoted(query: string, from: number, boundary: (end: number) => boolean): Found | null {
  if (query[from] !== '"') return null;
  let text = '';
  for (let at = from + 1; at < query.length; at++) {
    const unit = query[at] as string;
    if (unit === '\\' && (query[at + 1] === '"' || query[at + 1] === '\\')) text += query[++at];
    else if (unit !== '"') text += unit;
    else return text === '' || !boundary(at + 1) ? null : { token: { kind: 'phrase', text }, end: at + 1 };
  }
  return null;
}

/** Between slashes; `/usr/bin/`, `//` and comment marks are text. */
function regex(query: string, from: number, boundary: (end: number) => boolean): Found | null {
  if (query[from] !== '/' || /[\s/*]/.test(query[from + 1] ?? ' ')) return null;
  for (let at = from + 1; at < query.length; at++) {
    if (query[at] === '\\') at++;
    else if (query[at] === '/') {
      if (!boundary(at + 1)) return null;
      return { token: { kind: 'regex', source: query.slice(from + 1, at).replaceAll('\\/', '/') }, end: at + 1 };
    }
  }
  return null;
}

function filter(query: string, from: number, boundary: (end: number) => boolean): Found | null {
  const head = /^([a-z]+):(?=\S)/i.exec(query.slice(from, from + 16));
  const field = head === null ? undefined : ALIASES[(head[1] as string).toLowerCase()];
  if (head === null || field === undefined || query[from + head[0].length] === ':') return null;
  const start = from + head[0].length;
  const phrase = quoted(query, start, boundary);
  let end = start;
  if (phrase !== null && phrase.token.kind === 'phrase') return checked(field, phrase.token.text, phrase.end);
  while (end < query.length && !boundary(end)) end++;
  return end === start ? null : checked(field, query.slice(start, end), end);
}

function checked(field: Field, value: string, end: number): Found | null {
  // `case:FOO` stands in C sources; only the two values that mean something are a filter.
  if (field === 'case' && !/^(?:yes|no|auto)$/i.test(value)) return null;
  return { token: { kind: 'filter', field, value }, end };
}
