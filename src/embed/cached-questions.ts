import { CodeIndexError, LIMITS, throwIfAborted } from '../base/mod.ts';
import type { EmbeddingModel, FileToEmbed } from './port.ts';

/** Questions whose vectors are kept: pages of one answer and questions that are asked again cost nothing. */
const KEPT = 256;
/** Milliseconds for which a model that failed is not asked again: not every question shall wait for one that is away. */
const REST_MILLIS = 10_000;

/** A model whose questions are answered within a bounded time, from memory where they were asked before. */
export class CachedQuestions implements EmbeddingModel {
  readonly id: string;
  readonly dimensions: number;
  readonly #model: EmbeddingModel;
  readonly #millis: number;
  readonly #kept = new Map<string, Int8Array>();
  #failed: { readonly error: CodeIndexError; readonly until: number } | null = null;

  constructor(model: EmbeddingModel, millis: number = LIMITS.questionMillis) {
    this.id = model.id;
    this.dimensions = model.dimensions;
    this.#model = model;
    this.#millis = millis;
  }

  embedFiles(files: readonly FileToEmbed[], signal?: AbortSignal): Promise<readonly Int8Array[]> {
    return this.#model.embedFiles(files, signal);
  }

  embedQuery(words: string, signal?: AbortSignal): Promise<Int8Array> {
    return this.#asked(`q${words}`, signal, (within) => this.#model.embedQuery(words, within));
  }

  embedCode(code: string, language: string | null, signal?: AbortSignal): Promise<Int8Array> {
    return this.#asked(`c${language ?? ''}\n${code}`, signal, (within) => this.#model.embedCode(code, language, within));
  }

  async #asked(key: string, signal: AbortSignal | undefined, ask: (within: AbortSignal) => Promise<Int8Array>): Promise<Int8Array> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#failed !== null && this.#failed.until > Date.now()) throw this.#failed.error;
    const timer = AbortSignal.timeout(this.#millis);
    try {
      const vector = await ask(signal === undefined ? timer : AbortSignal.any([signal, timer]));
      const oldest = this.#kept.size < KEPT ? undefined : this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
      this.#kept.set(key, vector);
      return vector;
    } catch (error) {
      throwIfAborted(signal);
      const known = error instanceof CodeIndexError ? error : null;
      if (known === null && !timer.aborted) throw error;
      const told = known ?? new CodeIndexError('unavailable', `The embedding model ${this.id} did not answer in ${this.#millis / 1_000} s.`, 'Try again, or choose another EMBEDDING_PROVIDER.', { cause: error });
      this.#failed = { error: told, until: Date.now() + REST_MILLIS };
      throw told;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model[Symbol.asyncDispose]();
  }
}
