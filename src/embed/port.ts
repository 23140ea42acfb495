/** What every embedding model is to the rest of the product, wherever it runs. */
import type { Facts } from '../domain/mod.ts';

/** One file with its facts; each chunk of it becomes one vector. */
export interface FileToEmbed {
  readonly language: string;
  readonly text: string;
  readonly facts: Pick<Facts, 'chunks' | 'symbols' | 'comments'>;
}

/**
 * Texts as vectors: unit length times 127, rounded, so that a dot product of two over 127 * 127 is their cosine.
 * A vector of zeros means nothing (an empty text); it is near to nothing.
 * Errors: `unavailable` (a provider that is down, slow or refuses), `invalid_query` (a setting that cannot work).
 */
export interface EmbeddingModel extends AsyncDisposable {
  /** Names the weights, the rules and the dimension: two models with one id give equal vectors. Stored with every vector. */
  readonly id: string;
  readonly dimensions: number;
  /** For each file its chunks' vectors one after the other: `chunks * dimensions` bytes. */
  embedFiles(files: readonly FileToEmbed[], signal?: AbortSignal): Promise<readonly Int8Array[]>;
  /** A question in words. */
  embedQuery(words: string, signal?: AbortSignal): Promise<Int8Array>;
  /** Words that stand for a text (a path, a name), at once; absent where that takes a network or a runtime. */
  encodeWords?(words: string): Int8Array;
  /** Whether it has met at least one of the words; without this, what they mean is taken to be known. The rest of its answer would be chance. */
  knowsAny?(words: string): boolean;
  /** A piece of code that is compared with other code. */
  embedCode(code: string, language: string | null, signal?: AbortSignal): Promise<Int8Array>;
}
