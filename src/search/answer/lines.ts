import { LIMITS } from '../../base/mod.ts';

/** Line numbers of ascending offsets, counted once through the text. */
export class LineCounter {
  readonly #text: string;
  #line = 1;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** 1-based line of an offset; going back starts over. */
  lineOf(offset: number): number {
    if (offset < this.#at) {
      this.#line = 1;
      this.#at = 0;
    }
    for (let next = this.#text.indexOf('\n', this.#at); next >= 0 && next < offset; next = this.#text.indexOf('\n', next + 1)) {
      this.#line++;
      this.#at = next + 1;
    }
    return this.#line;
  }
}

/** Start of line `line` (1-based), or the text's length where there are fewer lines. */
export function startOfLine(text: string, line: number): number {
  if (text !== last.text) last = { text, line: 1, at: 0 };
  let { line: i, at } = last;
  // Questions about one text are about neighbouring lines: the way goes on from the last answer, forwards or backwards.
  if (line < i - line) [i, at] = [1, 0];
  for (; i > line && i > 1; i--) at = at < 2 ? 0 : text.lastIndexOf('\n', at - 2) + 1;
  for (; i < line; i++) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  last = { text, line: i, at };
  return at;
}

/** Where the last answer of `startOfLine` stands. */
let last: { readonly text: string; readonly line: number; readonly at: number } = { text: '', line: 1, at: 0 };

/** The line's own text, without its break. */
export function lineAt(text: string, lineStart: number): string {
  const newline = text.indexOf('\n', lineStart);
  const end = newline < 0 ? text.length : newline;
  return text.slice(lineStart, end > lineStart && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
}

/** The last line from `first` to `last` up to which the lines together hold at most `chars`; at least the first. */
export function lastLineWithin(text: string, first: number, last: number, chars: number): number {
  const start = startOfLine(text, first);
  let line = first;
  for (let at = text.indexOf('\n', start); at >= 0 && line < last; at = text.indexOf('\n', at + 1)) {
    const end = text.indexOf('\n', at + 1);
    if ((end < 0 ? text.length : end) - start > chars) break;
    line++;
  }
  return line;
}

const FIRST_COMMENT = /^\s*(?:\/\*[^]*?\*\/|<!--[^]*?-->|(?:(?:\/\/|#|--|;)[^\n]*\n)+)[ \t]*\n?/;
const OF_LICENCE = /copyright|licen[cs]e|spdx/i;

/** The first line to show of a stretch: at the top of a file, what stands behind the licence. */
export function afterLicence(text: string, first: number): number {
  if (first !== 1) return first;
  const comment = FIRST_COMMENT.exec(text)?.[0] ?? '';
  return OF_LICENCE.test(comment) && comment.length < text.length ? countOfLines(comment) + 1 : first;
}

/** What ends a stretch and belongs to what follows it: an annotation or a decorator. */
const DANGLING = /^\s*(?:@[\w.]+(?:\(.*\))?|#\[.*\])?\s*$/;

/** A range of lines without the blank ones at both ends, and without annotations of what follows it. */
export function withoutBlankEnds(text: string, first: number, last: number): readonly [number, number] {
  const start = startOfLine(text, first);
  const lines = text.slice(start, startOfLine(text, last + 1)).split('\n', last - first + 1);
  let [from, to] = [0, lines.length - 1];
  while (from < to && (lines[from] as string).trim() === '') from++;
  while (to > from && DANGLING.test(lines[to] as string)) to--;
  return [first + from, first + to];
}

/** Lines of a text; one that ends in a break has no empty last line. */
export function countOfLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return text.length > 0 && !text.endsWith('\n') ? count + 1 : count;
}

/** Cuts a long line around a column; `shift` is what to take off columns. */
export function cutLine(line: string, around: number): { readonly text: string; readonly shift: number } {
  if (line.length <= LIMITS.snippetLineChars) return { text: line, shift: 0 };
  const from = Math.max(0, Math.min(around - 100, line.length - LIMITS.snippetLineChars));
  return { text: line.slice(from, from + LIMITS.snippetLineChars), shift: from };
}
