/**
 * Cuts a file into chunks along its syntax: a symbol with its doc, the parts of a large one, small neighbours as one.
 * Chunks are runs of whole lines (a line too long for one chunk excepted), in order, and together hold the whole text.
 */
import { LIMITS } from '../../base/mod.ts';
import type { ChunkFact, SymbolFact } from '../../domain/mod.ts';
import type { Lines } from './lines.ts';
import { isLocal } from './local.ts';

/** A run of whole lines, 0-based, end exclusive. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly symbol: number;
}

export function chunksOf(text: string, lines: Lines, symbols: readonly SymbolFact[]): ChunkFact[] {
  if (text.trim() === '') return [];
  const chunker = new Chunker(text, lines, symbols);
  return chunker.finish();
}

class Chunker {
  readonly #text: string;
  readonly #lines: Lines;
  readonly #symbols: readonly SymbolFact[];
  readonly #children: number[][];
  readonly #pieces: Piece[] = [];

  constructor(text: string, lines: Lines, symbols: readonly SymbolFact[]) {
    this.#text = text;
    this.#lines = lines;
    this.#symbols = symbols;
    this.#children = childrenByPlace(symbols);
  }

  finish(): ChunkFact[] {
    this.#divide(0, this.#lines.count, -1, 0);
    return this.#merge().flatMap((piece) => this.#facts(piece));
  }

  #start(line: number): number {
    return this.#lines.startOf(line + 1);
  }

  #size(from: number, to: number): number {
    return this.#start(to) - this.#start(from);
  }

  /** Lines [from, to) of `owner`: one piece if small, else its members and what lies between them. */
  #divide(from: number, to: number, owner: number, depth: number): void {
    if (from >= to) return;
    const members = this.#children[owner + 1] as number[];
    if ((owner >= 0 && this.#size(from, to) <= LIMITS.chunkChars) || members.length === 0 || depth > 50) {
      this.#split(from, to, owner);
      return;
    }
    let at = from;
    for (const member of members) {
      const symbol = this.#symbols[member] as SymbolFact;
      const doc = symbol.docStart >= 0 && symbol.docStart < symbol.span.start ? this.#lines.at(symbol.docStart) : symbol.span.startLine;
      const head = Math.max(at, doc - 1);
      const end = Math.min(to, symbol.span.endLine);
      if (end <= head) continue;
      this.#split(at, head, owner);
      this.#divide(head, end, member, depth + 1);
      at = end;
    }
    this.#split(at, to, owner);
  }

  /** Cuts lines into pieces near the aim: at a blank line if one is near, else before the line that starts least deep. */
  #split(from: number, to: number, owner: number): void {
    let at = from;
    while (at < to && this.#size(at, to) > LIMITS.chunkMaxChars) {
      const cut = this.#bestCut(at, to);
      this.#pieces.push({ from: at, to: cut, symbol: owner });
      at = cut;
    }
    if (at < to) this.#pieces.push({ from: at, to, symbol: owner });
  }

  #bestCut(from: number, to: number): number {
    let best = from + 1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let line = from + 1; line < to && this.#size(from, line) <= LIMITS.chunkMaxChars; line++) {
      const size = this.#size(from, line);
      if (size < LIMITS.chunkChars / 2) continue;
      const indent = this.#indent(line);
      if (indent === -1) continue;
      const isAfterBlank = this.#indent(line - 1) === -1;
      const cost = Math.abs(size - LIMITS.chunkChars) / 100 + (isAfterBlank ? 0 : 4) + indent / 2;
      if (cost < bestCost) [best, bestCost] = [line, cost];
    }
    return best;
  }

  /** White space before the first other unit; -1 for a blank line. */
  #indent(line: number): number {
    const end = this.#start(line + 1);
    for (let at = this.#start(line), depth = 0; at < end; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 9) depth += 4;
      else if (unit === 32) depth++;
      else if (unit !== 10 && unit !== 13) return depth;
    }
    return -1;
  }

  /** Joins neighbours while together they stay near the aim; the larger part's symbol stands for both, or what is around two alike. */
  #merge(): Piece[] {
    const merged: { from: number; to: number; symbol: number; weight: number }[] = [];
    for (const piece of this.#pieces) {
      const size = this.#size(piece.from, piece.to);
      const weight = piece.symbol < 0 ? 0 : size;
      const last = merged[merged.length - 1];
      if (last !== undefined && this.#size(last.from, piece.to) <= LIMITS.chunkChars) {
        last.to = piece.to;
        const around = this.#around(last.symbol, piece.symbol);
        const isEven = Math.min(weight, last.weight) * 4 > Math.max(weight, last.weight);
        if (around >= 0 && isEven) [last.symbol, last.weight] = [around, last.weight + weight];
        else if (weight > last.weight) [last.symbol, last.weight] = [piece.symbol, weight];
      } else merged.push({ ...piece, weight });
    }
    return merged;
  }

  /** The innermost symbol that is or holds both, or -1. Containers have smaller indexes than what they hold. */
  #around(one: number, other: number): number {
    let [a, b] = [one, other];
    while (a !== b) {
      if (a > b) a = this.#symbols[a]?.container ?? -1;
      else b = this.#symbols[b]?.container ?? -1;
    }
    return a;
  }

  /** One chunk, or several where a single line is longer than a chunk may be; white space alone makes none. */
  #facts(piece: Piece): ChunkFact[] {
    const facts: ChunkFact[] = [];
    const end = this.#start(piece.to);
    for (let start = this.#start(piece.from); start < end; ) {
      let stop = Math.min(end, start + Math.max(LIMITS.chunkMaxChars, 1));
      if (stop < end && isLowSurrogate(this.#text.charCodeAt(stop))) stop--;
      const span = { start, end: stop, startLine: this.#lines.at(start), endLine: this.#lines.at(stop - 1) };
      if (this.#text.slice(start, stop).trim() !== '') facts.push({ span, symbol: piece.symbol });
      start = stop;
    }
    return facts;
  }
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * Members of each symbol at index + 1, those of the file at 0, by place. Members that are written outside their
 * container (a Go method) count as the file's; a symbol that shares lines with its neighbour is skipped later.
 */
function childrenByPlace(symbols: readonly SymbolFact[]): number[][] {
  const children: number[][] = Array.from({ length: symbols.length + 1 }, () => []);
  const open: number[] = [];
  symbols.forEach((symbol, index) => {
    if (isLocal(symbols, symbol)) return;
    while (open.length > 0 && (symbols[open[open.length - 1] as number] as SymbolFact).span.end <= symbol.span.start) open.pop();
    (children[(open[open.length - 1] ?? -1) + 1] as number[]).push(index);
    open.push(index);
  });
  return children;
}
