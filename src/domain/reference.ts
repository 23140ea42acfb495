/** How a name is used. Order is stored: append only. `definition` marks the name of a symbol itself. */
export const ROLES = ['definition', 'call', 'type', 'import', 'read', 'write', 'inherit'] as const;

export type Role = (typeof ROLES)[number];

/** One use of a name: `text.slice(start, start + length)` is the name. Sorted by `start` within a file. */
export interface Occurrence {
  readonly start: number;
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  readonly role: Role;
  /** Index of the innermost symbol around it in the file's list, or -1. */
  readonly symbol: number;
  /** Offset of the receiver's or qualifier's last name (`a` in `a.b()`), or -1: evidence for binding. */
  readonly qualifierStart: number;
  readonly qualifierLength: number;
}

/** One name that a file takes from elsewhere. */
export interface ImportFact {
  /** As written, without quotes: `./util.js`, `os.path`, `crate::a::b`, `java.util.List`, `stdio.h`. */
  readonly source: string;
  /** The name in the source, `*` for all of it, `default`, or empty where the module itself is bound. */
  readonly name: string;
  /** The name it has here; empty where nothing is bound (an include, a side effect). */
  readonly alias: string;
  readonly line: number;
}

/** How sure an edge is: bound by scope or import, or by the name alone. */
export type Tier = 'resolved' | 'candidate';
