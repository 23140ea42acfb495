/** A language is data: how to know its files, which grammar reads them, and how its names bind. */
export interface Language {
  /** Lower case, as in `lang:` filters: `typescript`, `csharp`, `cpp`. Also the folder with `outline.scm` and `references.scm`. */
  readonly name: string;
  /** Other names people type: `ts`, `c#`, `c++`. */
  readonly aliases: readonly string[];
  /** `*.ts` endings and whole file names such as `Makefile`; the longest ending wins. */
  readonly globs: readonly string[];
  /** Interpreters in a `#!` line. */
  readonly interpreters: readonly string[];
  /** The npm package and file of the WebAssembly grammar; null for hand-made outlines and for plain text. */
  readonly grammar: { readonly package: string; readonly file: string } | null;
  /** An outline made without a grammar, by name (see `outline-by-hand/`). */
  readonly byHand?: string;
  /** A language whose queries hold here too, after the own ones: TSX is TypeScript with a few patterns more. */
  readonly base?: string;
  /** Node types of comments in the grammar. */
  readonly comments: readonly string[];
  /** The rule by which a symbol is visible outside its file. */
  readonly exported: 'all' | 'capital' | 'no_underscore' | 'marked' | 'not_static' | 'not_private';
  /** Definitions of one name directly after one another are one: a signature and its equations in Haskell, clauses in Elixir. */
  readonly clauses?: true;
  /** Makes the text fit for the grammar, of the same length and with the same lines: what the grammar does not know is blanked. */
  readonly prepare?: (text: string) => string;
  /** Another language inside the file: its name, and the text with all but its parts blanked, or null where there is none. */
  readonly embedded?: { readonly language: string; readonly only: (text: string) => string | null };
  /** How imports and scopes bind names to definitions; absent: every edge is a candidate. */
  readonly binding?: 'javascript' | 'python' | 'go' | 'java' | 'rust' | 'c';
}
