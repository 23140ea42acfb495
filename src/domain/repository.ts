import type { RepositoryId, ViewId } from './file.ts';

export interface Repository {
  readonly id: RepositoryId;
  /** Unique. */
  readonly name: string;
  /** Absolute path of the root, or of the clone. */
  readonly root: string;
  /** Where it was cloned from, or null. */
  readonly url: string | null;
  readonly purpose: string | null;
  readonly language: string | null;
  /** Grows with every commit to the store that changes what a query on this repository may answer. */
  readonly generation: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Texts are stored with their secrets masked. Once true it stays so. */
  readonly masked: boolean;
  /** When the origin was asked last, and what it said where that failed; null for folders and before the first time. */
  readonly fetchedAt: string | null;
  readonly fetchFailure: string | null;
}

/** `worktree`: files on disk as they are now; `branch`: the tip of a branch; `commit`: one commit for ever. */
export type ViewKind = 'worktree' | 'branch' | 'commit';

export interface View {
  readonly id: ViewId;
  readonly repository: RepositoryId;
  readonly kind: ViewKind;
  /** The branch's name; for a worktree the branch that was checked out when it was indexed, or null when detached or no git. */
  readonly branch: string | null;
  /** Absolute folder for worktrees, else null. */
  readonly root: string | null;
  /** The commit that was indexed, or null outside git. */
  readonly commit: string | null;
  readonly indexedAt: string | null;
  /** Files whose new content is known but not yet searchable. */
  readonly pendingFiles: number;
  /** Files that are searchable as text while their symbols are still being made. */
  readonly pendingSymbols: number;
}
