/** Lines of code as elements: numbers, colours and marked matches. */
import { h } from './dom.ts';
import { stretchesOf, type Stretch } from './highlight.ts';
import type { Match } from './types.ts';

/** A text with its colours, to be drawn line by line. */
export class Code {
  readonly firstLine: number;
  readonly lines: readonly string[];
  readonly #starts: number[] = [];
  readonly #stretches: readonly Stretch[];

  constructor(text: string, language: string | null, firstLine: number) {
    this.firstLine = firstLine;
    this.lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    this.#stretches = stretchesOf(text, language);
    for (let at = 0; at >= 0;) {
      this.#starts.push(at);
      at = text.indexOf('\n', at) + 1;
      if (at === 0) break;
    }
  }

  get lastLine(): number {
    return this.firstLine + this.lines.length - 1;
  }

  /** The text of a line of the file. */
  textOf(line: number): string {
    return this.lines[line - this.firstLine] ?? '';
  }

  /** Fills an element with a line of the file, its `marks` (1-based column, length) marked. */
  draw(into: HTMLElement, line: number, marks: readonly Match[] = []): void {
    const text = this.textOf(line);
    const from = this.#starts[line - this.firstLine] ?? 0;
    const cuts = marks.map(({ column, length }) => ({ start: column - 1, end: Math.min(text.length, column - 1 + length) })).filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
    let at = 0;
    let cut = 0;
    const put = (end: number, colour: string | null): void => {
      while (at < end) {
        while (cut < cuts.length && (cuts[cut] as { end: number }).end <= at) cut++;
        const mark = cuts[cut];
        const inside = mark !== undefined && mark.start <= at;
        const stop = mark === undefined ? end : Math.min(end, inside ? mark.end : mark.start);
        const piece = text.slice(at, stop);
        const node = colour === null ? document.createTextNode(piece) : h('span', { class: colour }, piece);
        into.append(inside ? h('mark', {}, node) : node);
        at = stop;
      }
    };
    for (let index = this.#firstAfter(from); index < this.#stretches.length; index++) {
      const { start, end, colour } = this.#stretches[index] as Stretch;
      if (start >= from + text.length) break;
      put(Math.max(at, start - from), null);
      put(Math.min(text.length, end - from), colour);
    }
    put(text.length, null);
  }

  /** The first stretch that ends after an offset. */
  #firstAfter(offset: number): number {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#stretches[middle] as Stretch).end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const IDENTIFIER = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g;

export interface Identifier { readonly name: string; readonly start: number; readonly end: number }

/** The names in a line, left to right. */
export function identifiersOf(text: string): readonly Identifier[] {
  return Array.from(text.matchAll(IDENTIFIER), (match) => ({ name: match[0], start: match.index, end: match.index + match[0].length }));
}
