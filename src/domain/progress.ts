/** What a long operation tells while it runs. A closed union; faces print or forward it. */
export type Progress =
  | { readonly kind: 'scan'; readonly repository: string; readonly files: number }
  | { readonly kind: 'text'; readonly repository: string; readonly done: number; readonly total: number; readonly bytes: number }
  | { readonly kind: 'symbols'; readonly repository: string; readonly done: number; readonly total: number; readonly bytes: number }
  | { readonly kind: 'vectors'; readonly repository: string; readonly done: number; readonly total: number }
  | { readonly kind: 'clone'; readonly repository: string; readonly text: string }
  | { readonly kind: 'done'; readonly repository: string; readonly summary: IndexSummary };

export interface IndexSummary {
  readonly repository: string;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly files: number;
  readonly changed: number;
  readonly removed: number;
  readonly skipped: number;
  readonly textOnly: number;
  readonly bytes: number;
  readonly textMillis: number;
  readonly millis: number;
  /** Files whose symbols this run found: those that changed, and those that an earlier run left. */
  readonly parsed: number;
  readonly problems: number;
  /** Files that this run gave vectors. */
  readonly embedded: number;
  /** Files that have symbols and await their vectors. */
  readonly pendingVectors: number;
  /** Why vectors are missing, one sentence; null where none are, or where none were asked for. */
  readonly vectorsFailure: string | null;
}
