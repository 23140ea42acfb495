import type { Problem } from './facts.ts';

export type RepositoryId = number;
export type ViewId = number;
/** Unique in one database; grows with time. */
export type BlobId = number;

/** Why a path is known but has no text in the index. Closed; listed by `status --skipped` and counted in every coverage. */
export const SKIP_REASONS = ['binary', 'too_large', 'excluded', 'unreadable', 'symlink_outside', 'symlink', 'submodule', 'not_present'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Why a file is searched as text only, without symbols. */
export const TEXT_ONLY_REASONS = ['minified', 'generated', 'no_parser', 'parse_timeout', 'parse_crash', 'too_deep', 'too_many_symbols'] as const;
export type TextOnlyReason = (typeof TEXT_ONLY_REASONS)[number];

/** `text`: text and trigrams are there; `parsed`: symbols, occurrences and words too. */
export type BlobState = 'text' | 'parsed';

export interface BlobInfo {
  readonly id: BlobId;
  readonly repository: RepositoryId;
  /** Git's id of the content, hexadecimal. */
  readonly oid: string;
  readonly language: string;
  /** Bytes of the file as it is on disk. */
  readonly size: number;
  readonly lines: number;
  readonly state: BlobState;
  readonly textOnly: TextOnlyReason | null;
  readonly problems: readonly Problem[];
}

/** A path of one view and what it holds. Exactly one of `blob` and `skipped` is set. */
export interface Entry {
  /** Relative to the view's root, with `/`. Bytes that are not UTF-8 stand as %XX. */
  readonly path: string;
  readonly blob: BlobId | null;
  readonly skipped: SkipReason | null;
  readonly size: number;
  /** Milliseconds of the file's last change, with fraction; 0 for views that are no working tree. */
  readonly mtimeMs: number;
  /** The content is an edit that no commit holds yet. */
  readonly edited: boolean;
}
