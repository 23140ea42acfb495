import { unpackSymbols, type BlobInfo, type Match, type Repository, type Result, type ResultSymbol, type SymbolFact, type View } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import { freshnessOfPlace } from './envelope.ts';
import { cutLine, lineAt, startOfLine } from './lines.ts';

/** What all results of one page are made from. */
export class ResultMaker {
  readonly #views: ReadonlyMap<number, View>;
  readonly #repositories: ReadonlyMap<number, Repository>;

  constructor(resolved: Resolved) {
    this.#views = new Map(resolved.views.map((view) => [view.id, view]));
    this.#repositories = new Map(resolved.repositories.map((repository) => [repository.id, repository]));
  }

  view(place: Place): View | undefined {
    return this.#views.get(place.view);
  }

  repositoryName(place: Place): string {
    return this.#repositories.get(this.view(place)?.repository ?? -1)?.name ?? '';
  }

  /** Everything of a result that the place alone decides. */
  base(place: Place, info: BlobInfo | undefined): Pick<Result, 'repository' | 'branch' | 'path' | 'language' | 'freshness'> {
    const view = this.view(place);
    return {
      repository: this.repositoryName(place), branch: view?.branch ?? null, path: place.entry.path,
      language: info?.language ?? 'text', freshness: freshnessOfPlace(place, view),
    };
  }
}

/** The lines from `firstLine` to `lastLine` as a snippet, each cut to size, with the matches that fall into them. */
export function snippetOf(text: string, firstLine: number, lastLine: number, spans: readonly (readonly [number, number])[], start: number = startOfLine(text, firstLine)): { snippet: string; matches: Match[] } {
  const lines: string[] = [];
  const matches: Match[] = [];
  let at = start;
  for (let line = firstLine; line <= lastLine && (at < text.length || line === firstLine); line++) {
    const whole = lineAt(text, at);
    const end = at + whole.length;
    const here = spans.filter(([from, to]) => (from === to ? from >= at && from <= end : from < end && to > at));
    const first = here[0];
    const cut = cutLine(whole, first === undefined ? 0 : first[0] - at);
    lines.push(cut.text);
    for (const [from, to] of here) {
      const column = Math.max(from, at) - at - cut.shift;
      const length = Math.min(to, end) - Math.max(from, at);
      if (column >= 0 && column <= cut.text.length && length >= 0) matches.push({ line, column: column + 1, length: Math.min(length, cut.text.length - column) });
    }
    const newline = text.indexOf('\n', at);
    if (newline < 0) break;
    at = newline + 1;
  }
  return { snippet: lines.join('\n'), matches };
}

export function resultSymbol(symbols: readonly SymbolFact[], index: number, text: string): ResultSymbol | null {
  const symbol = symbols[index];
  if (symbol === undefined) return null;
  return { name: symbol.name, kind: symbol.kind, container: symbols[symbol.container]?.name ?? null, signature: signatureOf(symbol, text) };
}

/**
 * The symbol that a chunk is shown under. Small neighbours share a chunk, which then belongs to what is around them all;
 * where the matches lie in one of them, that one says more. `own`: the chunk's symbol; `spans`: the matches.
 */
export function symbolOfChunk(symbols: readonly SymbolFact[], own: number, chunk: { readonly start: number; readonly end: number }, spans: readonly (readonly [number, number])[]): number {
  const around = symbols[own];
  const heldBy = ({ docStart, span }: SymbolFact): number => {
    const from = docStart < 0 ? span.start : Math.min(docStart, span.start);
    return spans.filter(([start, end]) => start >= from && end <= span.end).length;
  };
  const begins = (symbol: SymbolFact): boolean => symbol.nameStart >= chunk.start && symbol.nameStart < chunk.end;
  if (around !== undefined && begins(around) && heldBy(around) === spans.length) return own;
  let best = own;
  let most = 0;
  symbols.forEach((symbol, index) => {
    const container = symbols[symbol.container];
    // Parts of what begins here too say less than it, unless it does not hold them (methods beside their Go type).
    if (!begins(symbol) || (container !== undefined && begins(container) && container.span.end >= symbol.span.end)) return;
    const held = heldBy(symbol);
    if (held > most) [best, most] = [index, held];
  });
  return best;
}

export function signatureOf(symbol: SymbolFact, text: string): string | null {
  if (symbol.signatureStart < 0) return null;
  return text.slice(symbol.signatureStart, symbol.signatureEnd).replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/** The innermost symbol around an offset, or -1. */
export function symbolAround(symbols: readonly SymbolFact[], offset: number): number {
  let best = -1;
  for (let index = 0; index < symbols.length; index++) {
    const { span } = symbols[index] as SymbolFact;
    if (span.start <= offset && offset < span.end && (best < 0 || span.start >= (symbols[best] as SymbolFact).span.start)) best = index;
  }
  return best;
}

export function symbolsOf(packed: Uint8Array | undefined, text: string): SymbolFact[] {
  return packed === undefined ? [] : unpackSymbols(packed, text);
}
