import type { Mode } from './query.ts';
import type { SymbolKind } from './symbol.ts';

/** `fresh`: as on disk and in the commit; `edited`: an edit not committed yet, indexed; `stale`: the file changed after it was indexed. */
export type Freshness = 'fresh' | 'edited' | 'stale';

export interface Match {
  /** 1-based. */
  readonly line: number;
  /** 1-based, UTF-16 units. */
  readonly column: number;
  /** UTF-16 units. */
  readonly length: number;
}

export interface ResultSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly container: string | null;
  readonly signature: string | null;
}

/** A symbol near a result, told by its head. */
export interface SymbolHead {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly signature: string | null;
  readonly startLine: number;
  readonly endLine: number;
}

/** Where else the code of a result stands, the same or nearly so. */
export interface Elsewhere {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
}

export interface Result {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly language: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly score: number;
  readonly kind: 'line' | 'chunk' | 'symbol' | 'file';
  readonly symbol: ResultSymbol | null;
  readonly snippet: string;
  readonly matches: readonly Match[];
  readonly freshness: Freshness;
  /** Why it is here and ranks where it does, a short phrase each. */
  readonly why: readonly string[];
  /** Heads of the symbols that the first line stands in and that begin before it, outermost first; absent where there are none. */
  readonly enclosing?: readonly SymbolHead[];
  /** The symbols just before and after it in the same container; absent where there are none. */
  readonly neighbours?: readonly SymbolHead[];
  /** Other places of the same or nearly the same code, which do not answer again; absent where there are none. */
  readonly alsoAt?: readonly Elsewhere[];
  /** The stretch that the lines shown were cut from to fit a size; absent where it is whole. */
  readonly whole?: { readonly startLine: number; readonly endLine: number };
}

export interface Coverage {
  readonly repositories: readonly string[];
  readonly filesSearched: number;
  readonly filesSkipped: number;
  readonly skippedBecause: Readonly<Record<string, number>>;
}

export interface AnswerFreshness {
  readonly indexedCommit: string | null;
  readonly headCommit: string | null;
  /** Files whose text is not searched yet. */
  readonly pendingFiles: number;
  /** Files that have text but no symbols yet: a name that is not found may be defined in one of them. */
  readonly pendingSymbols: number;
  readonly indexedAt: string | null;
}

/** The answer of every search-like operation, the same from every face. */
export interface Answer {
  readonly query: string;
  readonly mode: Exclude<Mode, 'auto'>;
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly tookMs: number;
  readonly nextCursor: string | null;
  readonly results: readonly Result[];
  readonly coverage: Coverage;
  readonly freshness: AnswerFreshness;
  /** What was left out of this answer and why, a sentence each: vectors that could not be asked, files without them. */
  readonly notes: readonly string[];
}
