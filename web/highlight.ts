/** Text into coloured stretches: one regular expression per language, made of its comments, strings and words. Never throws, linear in the text. */
import { grammarOf, type Grammar } from './grammars.ts';

export type Colour = 'comment' | 'string' | 'number' | 'keyword' | 'call' | 'type' | 'name';

/** Offsets in the text; stretches do not overlap and come in order. What lies between is plain. */
export interface Stretch { readonly start: number; readonly end: number; readonly colour: Colour }

interface Scanner { readonly pattern: RegExp; readonly keywords: ReadonlySet<string>; readonly grammar: Grammar }

const scanners = new Map<string, Scanner | null>();

/** A longer text, or one with such a line, is data; colouring it would only cost. */
const MOST_CHARS = 3_000_000;
const MOST_LINE_CHARS = 5_000;

export function stretchesOf(text: string, language: string | null): readonly Stretch[] {
  const scanner = scannerOf(language ?? 'text');
  if (scanner === null || text.length > MOST_CHARS || hasLongLine(text)) return [];
  const found: Stretch[] = [];
  const { pattern, keywords, grammar } = scanner;
  pattern.lastIndex = insideComment(text, grammar);
  if (pattern.lastIndex > 0) found.push({ start: 0, end: pattern.lastIndex, colour: 'comment' });
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index;
    const end = start + match[0].length;
    if (end === start) {
      pattern.lastIndex++;
      continue;
    }
    const colour = colourOf(match, text, keywords, grammar);
    if (colour !== null) found.push({ start, end, colour });
  }
  return found;
}

function colourOf(match: RegExpExecArray, text: string, keywords: ReadonlySet<string>, grammar: Grammar): Colour | null {
  const groups = match.groups as Record<string, string | undefined>;
  for (const colour of ['comment', 'string', 'number', 'keyword', 'name', 'type'] as const) if (groups[colour] !== undefined) return colour;
  const word = match[0];
  if (keywords.has(grammar.anyCase === true ? word.toLowerCase() : word)) return 'keyword';
  if (text.charCodeAt(match.index + word.length) === 40) return 'call';
  return grammar.types !== false && /^[A-Z](?=.*[a-z])/.test(word) ? 'type' : null;
}

/** A stretch of a file may begin inside a comment: then its end comes before any beginning. */
function insideComment(text: string, { block }: Grammar): number {
  if (block?.[0] === undefined) return 0;
  const [open, close] = block[0];
  const end = text.indexOf(close);
  if (end < 0 || open === close) return 0;
  const begin = text.indexOf(open);
  return begin >= 0 && begin < end + close.length ? 0 : end + close.length;
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > MOST_LINE_CHARS) return true;
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}

function scannerOf(language: string): Scanner | null {
  let scanner = scanners.get(language);
  if (scanner === undefined) {
    const grammar = grammarOf(language);
    scanner = grammar === null ? null : { grammar, pattern: patternOf(grammar), keywords: new Set(grammar.words?.split(' ')) };
    scanners.set(language, scanner);
  }
  return scanner;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function patternOf({ line, block, strings, first, word }: Grammar): RegExp {
  const comments = [
    ...(block ?? []).map(([open, close]) => `${escaped(open)}[^]*?(?:${escaped(close)}|$)`),
    ...(line ?? []).map((open) => `${open}[^\\n]*`),
  ];
  const quoted = (strings ?? ['"', "'"]).map((quote) =>
    quote.length > 1 || quote === '`' ? `${escaped(quote)}(?:\\\\[^]|[^\\\\])*?(?:${escaped(quote)}|$)` : `${quote}(?:\\\\[^]|[^${quote}\\\\\\n])*${quote}?`);
  return new RegExp([
    ...(first === undefined ? [] : [first]),
    ...(comments.length === 0 ? [] : [`(?<comment>${comments.join('|')})`]),
    ...(quoted.length === 0 ? [] : [`(?<string>${quoted.join('|')})`]),
    '(?<number>(?<![\\w$])(?:0[xXbBoO][\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?)\\w*)',
    word ?? '[A-Za-z_$\\u0080-\\uffff][\\w$\\u0080-\\uffff]*',
  ].join('|'), 'g');
}
