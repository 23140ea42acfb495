import { createHash } from 'node:crypto';

/** One thing that both stores must agree on. */
export interface Row {
  /** For sentences. */
  readonly about: string;
  /** What it is counted as; null: not at all. */
  readonly kind: RowKind | null;
  readonly value: string;
}

export const ROW_KINDS = ['repositories', 'views', 'files', 'texts', 'facts', 'vectors', 'lookups', 'tokens', 'jobs', 'acts'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export function digestOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
