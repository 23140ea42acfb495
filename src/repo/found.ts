/** What discovery says about one path. */
import { LIMITS } from '../base/mod.ts';
import type { SkipReason } from '../domain/mod.ts';
import { displayName } from './names.ts';

export interface FoundFile {
  /** Relative to the root, with `/`. Bytes that are not UTF-8 stand as %XX. */
  readonly path: string;
  /** The true bytes of the path where `path` differs from them, else null. */
  readonly rawPath: Buffer | null;
  /** Bytes on disk (of the blob, in a commit). 0 for what is not there. */
  readonly size: number;
  /** Milliseconds of the last change, with fraction; 0 in a commit. */
  readonly mtimeMs: number;
  /**
   * Git's id of exactly the bytes on disk, known without reading them; null when only reading can tell. Never given
   * where git converts a file on checkout (line ends, filters such as LFS): there the blob holds other bytes.
   */
  readonly oid: string | null;
  /**
   * The blob that the commit at HEAD holds at this path, when comparing it with the id of the bytes on disk tells
   * whether the file is edited; null when it does not (not in the commit, or converted). With `oid` null and this set,
   * `edited` may be too cautious: a reader who has hashed the file should compare.
   */
  readonly committedOid: string | null;
  /** Differs from HEAD, or is not in it, as far as stat data tells. False outside git. */
  readonly edited: boolean;
  /** Why it is left out, or null. */
  readonly skipped: SkipReason | null;
  /** A `!` line of a `.codeindexignore` asks for it. */
  readonly forced: boolean;
}

export interface Stat {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Makes the record of a path, given as a byte string. Too large files are recognized here. */
export function found(path: string, stat: Stat, rest: { oid?: string | null; committedOid?: string | null; edited?: boolean; skipped?: SkipReason | null; forced?: boolean }): FoundFile {
  const { text, raw } = displayName(path);
  const skipped = rest.skipped ?? (stat.size > LIMITS.fileBytes ? 'too_large' : null);
  return {
    path: text, rawPath: raw, size: stat.size, mtimeMs: stat.mtimeMs,
    oid: skipped === null ? (rest.oid ?? null) : null, committedOid: rest.committedOid ?? null,
    edited: rest.edited ?? false, skipped, forced: rest.forced ?? false,
  };
}
