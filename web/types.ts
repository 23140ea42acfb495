/** Answers of the server, as far as the page reads them. */

export interface Match { readonly line: number; readonly column: number; readonly length: number }

export interface SymbolHead { readonly name: string; readonly kind: string; readonly signature: string | null; readonly startLine: number; readonly endLine: number }

export interface Result {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly language: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'line' | 'chunk' | 'symbol' | 'file';
  readonly symbol: { readonly name: string; readonly kind: string; readonly container: string | null; readonly signature: string | null } | null;
  readonly snippet: string;
  readonly matches: readonly Match[];
  readonly freshness: 'fresh' | 'edited' | 'stale';
  readonly why: readonly string[];
  readonly enclosing?: readonly SymbolHead[];
  readonly alsoAt?: readonly { readonly repository: string; readonly branch: string | null; readonly path: string }[];
  readonly whole?: { readonly startLine: number; readonly endLine: number };
  /** Of answers about symbols. */
  readonly relation?: 'definition' | 'reference' | 'caller' | 'callee' | 'implementation';
  readonly tier?: 'resolved' | 'candidate' | 'unresolved';
  readonly role?: string;
  readonly method?: string;
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
  readonly pendingFiles: number;
  readonly pendingSymbols: number;
  readonly indexedAt: string | null;
}

export interface Answer {
  readonly query: string;
  readonly mode: string;
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly tookMs: number;
  readonly nextCursor: string | null;
  readonly results: readonly Result[];
  readonly coverage: Coverage;
  readonly freshness: AnswerFreshness;
  readonly notes: readonly string[];
}

export interface OutlineItem extends SymbolHead { readonly depth: number; readonly exported: boolean }

export interface FileAnswer {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly language: string | null;
  readonly startLine: number;
  readonly endLine: number;
  readonly totalLines: number;
  readonly text: string;
  readonly outline: readonly OutlineItem[];
  readonly truncated: boolean;
  readonly fileFreshness: 'fresh' | 'edited' | 'stale' | null;
  readonly freshness: AnswerFreshness;
}

export interface ViewStatus {
  readonly branch: string | null;
  readonly commit: string | null;
  readonly indexedAt: string | null;
  readonly files: number;
  readonly pendingFiles: number;
  readonly pendingSymbols: number;
  readonly skipped: Readonly<Record<string, number>>;
}

export interface RepositoryStatus {
  readonly name: string;
  readonly root: string;
  readonly url: string | null;
  readonly purpose: string | null;
  readonly expiresAt: string | null;
  readonly files: number;
  readonly sourceBytes: number;
  readonly symbols: number;
  readonly languages: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  readonly vectors: { readonly files: number; readonly models: Readonly<Record<string, number>> };
  readonly views: readonly ViewStatus[];
}

export interface SkippedFile { readonly branch: string | null; readonly path: string; readonly reason: string; readonly kept: string; readonly size: number }

export interface StatusAnswer {
  readonly version: string;
  readonly databaseBytes: number;
  readonly repositories: readonly RepositoryStatus[];
  readonly skipped?: readonly SkippedFile[];
}

export interface Progress { readonly kind: 'scan' | 'text' | 'symbols' | 'vectors' | 'clone' | 'done'; readonly done?: number; readonly total?: number; readonly files?: number; readonly text?: string }

export interface Job {
  readonly id: string;
  readonly request: { readonly kind: string; readonly target?: string };
  readonly repository: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly progress: Progress | null;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}

export interface Session {
  readonly identity: { readonly name: string; readonly role: 'reader' | 'maintainer' | 'admin'; readonly repositories: readonly string[] | null };
  readonly authentication: string;
  readonly version: string;
}
