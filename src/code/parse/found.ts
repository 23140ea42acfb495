import type { ImportFact, Role, SymbolKind } from '../../domain/mod.ts';

/** A definition as a query or a hand-made outline reports it, before containers, docs and signatures are worked out. */
export interface FoundSymbol {
  readonly kind: SymbolKind;
  /** Set only where the name is not the text between `nameStart` and `nameEnd` (a heading without its marks). */
  readonly name?: string;
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** Where the signature ends; -1: the engine decides. */
  readonly bodyStart: number;
  /** A doc string inside the definition; -1 where there is none. */
  readonly docStart: number;
  readonly docEnd: number;
  /** The definition carries a mark of being visible outside (`export`, `pub`, `public`). */
  readonly marked: boolean;
  /** Offset of the name of the type that a member defined elsewhere belongs to; -1 for none. */
  readonly ownerStart: number;
  readonly ownerEnd: number;
  /** Of two that share a name node, the higher one stays. */
  readonly rank: number;
}

/** One name in use. Of two at the same place, the lower rank stays. */
export interface FoundReference {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
  readonly qualifierStart: number;
  readonly qualifierEnd: number;
  readonly rank: number;
}

/** What was seen in one text, in any order. Offsets are UTF-16 units. */
export interface Found {
  readonly symbols: FoundSymbol[];
  readonly references: FoundReference[];
  readonly imports: ImportFact[];
  /** [start, end) pairs. */
  readonly comments: number[];
}

/** An outline made without a grammar. Never throws, whatever the text. */
export type HandOutline = (text: string) => Found;
