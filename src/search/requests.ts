/**
 * What may be asked of the search and what comes back, as plain data. The service passes these through; faces render them.
 */
import type { Answer, Coverage, AnswerFreshness, Freshness, Mode, Result, Role, SymbolKind, Tier } from '../domain/mod.ts';

/** Narrowing that every request may carry beside what its query says. Names, not ids. */
export interface Narrowing {
  /** Names of repositories; `*` is all of them; absent or empty: `workspace`, and where that is empty too, all. */
  readonly repositories?: readonly string[];
  /** The repositories and views of the caller's own workspace: what is searched when nothing is named. */
  readonly workspace?: readonly { readonly repository: string; readonly view?: number }[];
  readonly branches?: readonly string[];
  readonly paths?: readonly string[];
  readonly languages?: readonly string[];
  /** Only repositories that were added with this purpose, in any case. */
  readonly purpose?: string;
}

export interface SearchRequest extends Narrowing {
  readonly query: string;
  readonly mode?: Mode;
  readonly limit?: number;
  readonly cursor?: string;
  /** Every hit in stable order (repository, path, line) with an exact total, page by page. */
  readonly all?: boolean;
  /** Lines before and after each match; text and regex modes. */
  readonly context?: number;
  readonly signal?: AbortSignal;
}

export const RELATIONS = ['definition', 'reference', 'caller', 'callee', 'implementation'] as const;
export type Relation = (typeof RELATIONS)[number];

export interface SymbolRequest extends Narrowing {
  readonly name: string;
  readonly kinds?: readonly SymbolKind[];
  /** Default: definitions alone. */
  readonly include?: readonly ('definitions' | 'references' | 'callers' | 'callees' | 'implementations')[];
  readonly limit?: number;
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

/** A result with how it relates to the asked name. For callers and callees `symbol` is the caller or callee itself. */
export interface SymbolResult extends Result {
  readonly relation: Relation;
  readonly role: Role;
  readonly tier: Tier;
  /** How the edge was found: `same file scope`, `import of ./x.js`, `qualified by type`, `name alone`. */
  readonly method: string;
}

export interface SymbolAnswer extends Answer {
  readonly results: readonly SymbolResult[];
}

export interface ReadRequest extends Narrowing {
  readonly path?: string;
  /** A symbol's name, `Container.name`, or `path#name`. */
  readonly symbol?: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly view?: 'code' | 'outline' | 'map';
  /** Rough size of the answer in tokens (4 characters each): a map is fitted into it, code is cut with a note. */
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

export interface OutlineItem {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly signature: string | null;
  readonly startLine: number;
  readonly endLine: number;
  readonly depth: number;
  readonly exported: boolean;
}

export interface ReadAnswer {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string | null;
  readonly language: string | null;
  readonly startLine: number;
  readonly endLine: number;
  readonly totalLines: number;
  /** The lines without numbers; empty for outlines and maps. */
  readonly text: string;
  /** The symbol around or asked for. */
  readonly enclosing: OutlineItem | null;
  /** The file's outline (`outline`), the neighbours of the lines read (`code`), or nothing. */
  readonly outline: readonly OutlineItem[];
  /** For `map`: files with their chief symbols, the most referred to first. */
  readonly map: readonly { readonly path: string; readonly symbols: readonly OutlineItem[] }[];
  readonly truncated: boolean;
  /** How the text stands to the file on disk now; null for a map. */
  readonly fileFreshness: Freshness | null;
  readonly coverage: Coverage;
  readonly freshness: AnswerFreshness;
}

export interface SimilarRequest extends Narrowing {
  readonly snippet?: string;
  /** A symbol's name, `Container.name`, or `path#name`. */
  readonly symbol?: string;
  /** Where `path` and `symbol` are; absent: the workspace, and where they are not there, everywhere. The answers come from `repositories`. */
  readonly sampleRepositories?: readonly string[];
  /** Language of the snippet. */
  readonly language?: string;
  readonly path?: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}
