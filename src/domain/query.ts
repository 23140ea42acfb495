export const MODES = ['auto', 'text', 'regex', 'symbol', 'semantic', 'hybrid'] as const;
export type Mode = (typeof MODES)[number];

/** One thing to look for in a file's text. */
export type Atom =
  | { readonly kind: 'literal'; readonly text: string; readonly caseSensitive: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly caseSensitive: boolean }
  | { readonly kind: 'symbol'; readonly name: string };

export type Expression =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'and'; readonly items: readonly Expression[] }
  | { readonly kind: 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly item: Expression };

/** Filters narrow which files are looked at. Within one list any may hold; between lists all must; `not` lists exclude. */
export interface Filters {
  readonly repositories: readonly string[];
  readonly branches: readonly string[];
  /** Globs, or a plain folder or file path, relative to the root. */
  readonly paths: readonly string[];
  readonly languages: readonly string[];
  readonly notRepositories: readonly string[];
  readonly notPaths: readonly string[];
  readonly notLanguages: readonly string[];
}

export interface ParsedQuery {
  /** Null where the query holds filters only: every file matches. */
  readonly expression: Expression | null;
  readonly filters: Filters;
  /** The words as typed, filters and operators removed: what ranked modes look for. */
  readonly words: string;
  /** The query uses quotes, operators or a regex, so it asks for exactness. */
  readonly exact: boolean;
}
