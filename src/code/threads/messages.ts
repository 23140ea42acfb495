/** Everything that crosses the wall between the main thread and the parse threads. Plain data; buffers are moved, not copied. */
import type { Block, BlobId, Problem, SkipReason, TextOnlyReason } from '../../domain/mod.ts';

/** One file to read, or its bytes where it is not on disk. */
export interface TextItem {
  readonly path: string;
  /** Absolute, in the file system's own bytes where those are not UTF-8. */
  readonly file: string | Uint8Array | null;
  readonly bytes: Uint8Array | null;
  readonly forced: boolean;
}

export interface TextTask {
  readonly kind: 'text';
  readonly items: readonly TextItem[];
  readonly objectFormat: 'sha1' | 'sha256';
}

export type TextOutcome =
  | { readonly skipped: SkipReason; readonly size: number }
  | {
      readonly skipped: null;
      readonly oid: string;
      readonly language: string;
      readonly size: number;
      readonly lines: number;
      readonly textOnly: TextOnlyReason | null;
      readonly problems: readonly Problem[];
      /** Where the UTF-8 text is in `packs`; null where an earlier item of the same task has the same content and language. */
      readonly content: PackPlace | null;
    };

/** Bytes within one unpacked pack of the same message. */
export interface PackPlace {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
}

export interface TextResult {
  readonly kind: 'text';
  /** Texts of neighbouring files, zstd-compressed together; `size` is theirs when unpacked. */
  readonly packs: readonly { readonly data: Uint8Array; readonly size: number }[];
  readonly outcomes: readonly TextOutcome[];
  /** Documents are the outcomes with content, in order. */
  readonly trigrams: Block;
}

export interface ParseItem {
  readonly blob: BlobId;
  readonly language: string;
  readonly textOnly: TextOnlyReason | null;
  /** What reading it found; parsing adds to it. */
  readonly problems: readonly Problem[];
  readonly content: PackPlace;
}

export interface ParseTask {
  readonly kind: 'parse';
  /** zstd, as stored. */
  readonly packs: readonly Uint8Array[];
  readonly items: readonly ParseItem[];
}

export interface ParseOutcome {
  readonly blob: BlobId;
  readonly packed: Uint8Array;
  readonly chunks: number;
  readonly symbols: number;
  readonly occurrences: number;
  readonly textOnly: TextOnlyReason | null;
  readonly problems: readonly Problem[];
}

export interface ParseResult {
  readonly kind: 'parse';
  readonly outcomes: readonly ParseOutcome[];
  readonly names: Block;
  readonly terms: Block;
  readonly chunkTerms: Uint16Array;
}

export type Task = TextTask | ParseTask;
export type TaskResult = TextResult | ParseResult;

export interface Request {
  readonly id: number;
  readonly task: Task;
  /** Shared: the thread writes which item it is at, so that the one which breaks it is known. */
  readonly item: Int32Array;
}

export type Reply =
  | { readonly id: number; readonly result: TaskResult }
  /** The thread cannot go on (a grammar crashed at `item`): it is replaced. */
  | { readonly id: number; readonly crashed: string; readonly item: number };
