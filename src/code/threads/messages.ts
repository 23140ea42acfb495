/** Everything that crosses the wall between the main thread and the parse threads. Plain data; buffers are moved, not copied. */
import type { Block, BlobId, Facts, Problem, SkipReason, TextOnlyReason } from '../../domain/mod.ts';

/** One file to read, or its bytes where it is not on disk. */
export interface TextItem {
  readonly path: string;
  /** Absolute, in the file system's own bytes where those are not UTF-8. */
  readonly file: string | Uint8Array | null;
  readonly bytes: Uint8Array | null;
  readonly forced: boolean;
  /** Its secrets are no secrets. */
  readonly unmasked?: true;
}

export interface TextTask {
  readonly kind: 'text';
  readonly items: readonly TextItem[];
  readonly objectFormat: 'sha1' | 'sha256';
  /** Hides secrets before anything is made of a text, but for those with these SHA-256 (hexadecimal); null hides nothing. */
  readonly mask: { readonly allowed: readonly string[] } | null;
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
  /** The model whose vectors are made along with the facts: what `OpenEncoder` takes; null makes none. */
  readonly model: string | null;
}

/** A file that has facts already and lacks vectors. */
export interface EmbedItem extends ParseItem {
  /** As stored: the vectors are those of these chunks. */
  readonly packed: Uint8Array;
}

export interface EmbedTask {
  readonly kind: 'embed';
  readonly packs: readonly Uint8Array[];
  readonly items: readonly EmbedItem[];
  readonly model: string;
}

export interface EmbedResult {
  readonly kind: 'embed';
  /** For each item its chunks' vectors one after the other. */
  readonly vectors: readonly Int8Array[];
}

/** Makes the vectors of a file's chunks. It comes from above: this floor knows no model. */
export interface ChunkEncoder {
  encodeFile(file: { readonly language: string; readonly text: string; readonly facts: Pick<Facts, 'chunks' | 'symbols' | 'comments'> }): Int8Array;
}

/** Opens the encoder that a task names; called once in each thread. */
export type OpenEncoder = (model: string) => Promise<ChunkEncoder>;

export interface ParseOutcome {
  readonly blob: BlobId;
  readonly packed: Uint8Array;
  readonly chunks: number;
  readonly symbols: number;
  readonly occurrences: number;
  readonly textOnly: TextOnlyReason | null;
  readonly problems: readonly Problem[];
  /** The chunks' vectors one after the other; null where the task named no model. */
  readonly vectors: Int8Array | null;
}

export interface ParseResult {
  readonly kind: 'parse';
  readonly outcomes: readonly ParseOutcome[];
  readonly names: Block;
  readonly terms: Block;
  readonly chunkTerms: Uint16Array;
}

export type Task = TextTask | ParseTask | EmbedTask;
export type TaskResult = TextResult | ParseResult | EmbedResult;

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
