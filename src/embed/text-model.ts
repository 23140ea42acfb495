import { CodeIndexError } from '../base/mod.ts';
import { chunkTexts, cut } from './chunk-text.ts';
import type { EmbeddingModel, FileToEmbed } from './port.ts';
import { byFile, quantise } from './quantise.ts';

/** A model that is given texts: whatever is asked of it becomes texts of at most `limit` characters. */
export abstract class TextModel implements EmbeddingModel {
  readonly id: string;
  readonly dimensions: number;
  readonly #limit: number;

  constructor(id: string, dimensions: number, limit: number) {
    this.id = id;
    this.dimensions = dimensions;
    this.#limit = limit;
  }

  async embedFiles(files: readonly FileToEmbed[], signal?: AbortSignal): Promise<readonly Int8Array[]> {
    const texts = files.map((file) => chunkTexts(file, this.#limit));
    return byFile(await this.#vectors(texts.flat(), signal), this.dimensions, texts.map((each) => each.length));
  }

  embedQuery(words: string, signal?: AbortSignal): Promise<Int8Array> {
    return this.#vectors([cut(words, this.#limit)], signal);
  }

  embedCode(code: string, language: string | null, signal?: AbortSignal): Promise<Int8Array> {
    return this.#vectors([cut(language === null ? code : `${language}\n${code}`, this.#limit)], signal);
  }

  /** Who it is, for a sentence. */
  protected abstract get spoken(): string;

  abstract [Symbol.asyncDispose](): Promise<void>;

  /** One row of `dimensions` numbers for each text, in their order. No text is empty. */
  protected abstract embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]>;

  /** All vectors one after the other. Empty texts are zeros without being asked for: many endpoints refuse them. */
  async #vectors(texts: readonly string[], signal: AbortSignal | undefined): Promise<Int8Array> {
    const out = new Int8Array(texts.length * this.dimensions);
    const wanted = texts.flatMap((text, at) => (text.trim() === '' ? [] : [at]));
    const rows = await this.embed(wanted.map((at) => texts[at] as string), signal);
    for (const [index, at] of wanted.entries()) {
      if (quantise(rows[index] as Float32Array, out, at * this.dimensions)) continue;
      throw new CodeIndexError(
        'unavailable', `${this.spoken} made a vector that holds NaN or infinity.`,
        'Check the model, or choose another EMBEDDING_MODEL; nothing of this answer was stored.',
      );
    }
    return out;
  }
}
