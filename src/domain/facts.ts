import type { ImportFact, Occurrence } from './reference.ts';
import type { Span } from './span.ts';
import type { SymbolFact } from './symbol.ts';

/** A stretch of a file that is searched, ranked and shown as one: a symbol with its doc, a part of a large one, several small ones. */
export interface ChunkFact {
  readonly span: Span;
  /** Index of the symbol that the chunk belongs to, or -1. */
  readonly symbol: number;
}

/** Why a file's facts are fewer than they could be. */
export const PROBLEM_KINDS = ['parse_errors', 'parse_timeout', 'parse_crash', 'too_deep', 'too_many_symbols', 'not_utf8', 'no_parser', 'secret'] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** A secret that is masked in the stored text. */
export interface MaskedSecret {
  readonly rule: string;
  /** From 1; the column in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 units. */
  readonly length: number;
  /** Hexadecimal, of the secret as UTF-8: names it without telling it. */
  readonly sha256: string;
}

export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
  /** Of kind `secret`: what was masked where. */
  readonly secret?: MaskedSecret;
}

/** What is in one file. Produced by the floor `code`, packed into the store, read by the search. */
export interface Facts {
  readonly symbols: readonly SymbolFact[];
  readonly occurrences: readonly Occurrence[];
  readonly imports: readonly ImportFact[];
  /** Covers the text from start to end without gaps or overlaps (white space between chunks may be left out). */
  readonly chunks: readonly ChunkFact[];
  /** Comments and doc strings, sorted, not overlapping: [start, end) pairs. */
  readonly comments: readonly number[];
  readonly problems: readonly Problem[];
}
