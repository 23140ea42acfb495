import { createHash } from 'node:crypto';
import { CodeIndexError } from '../../base/mod.ts';
import { chunkTexts, cut } from '../chunk-text.ts';
import type { EmbeddingModel, FileToEmbed } from '../port.ts';
import { byFile, DIMENSIONS_MOST, quantise } from '../quantise.ts';
import { EmbeddingsClient, RefusedTexts } from './client.ts';
import { endpointOf, type HttpModelSettings } from './settings.ts';

/** Of one text: what every common model reads at once; the longest chunk with its head is shorter. */
const TEXT_CHARS = 6_000;
/** Of one request: well under the limits that providers publish, and small enough to repeat. */
const REQUEST_TEXTS = 64;
const REQUEST_CHARS = 100_000;
/** A text that is refused is halved until it has fewer characters than this. */
const TEXT_CHARS_LEAST = 400;

/** Opens a model behind an OpenAI-compatible endpoint. Asks it once how long its vectors are, unless the settings say so. */
export async function openHttpModel(settings: HttpModelSettings): Promise<EmbeddingModel> {
  const client = new EmbeddingsClient(settings);
  const dimensions = settings.dimensions ?? settings.length ?? (await client.length());
  return new HttpModel(client, `http/${settings.model}/${hashOf(client.host)}@${dimensions}`, dimensions);
}

/** The settings under which the model with this id made its vectors; null for an id of another kind or another host. */
export function settingsOfHttpModel(id: string, baseUrl: string): Pick<HttpModelSettings, 'baseUrl' | 'model' | 'length'> | null {
  const [, model, host, length] = /^http\/(.+)\/([0-9a-f]{8})@(\d+)$/.exec(id) ?? [];
  if (model === undefined || host !== hashOf(endpointOf(baseUrl).host)) return null;
  return { baseUrl, model, length: Number(length) };
}

/** The same model name elsewhere may be another model: hosts stand in the id, but not to be read by everybody. */
function hashOf(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 8);
}

class HttpModel implements EmbeddingModel {
  readonly id: string;
  readonly dimensions: number;
  readonly #client: EmbeddingsClient;
  readonly #closed = new AbortController();

  constructor(client: EmbeddingsClient, id: string, dimensions: number) {
    checkLength(dimensions, client.host);
    this.#client = client;
    this.dimensions = dimensions;
    this.id = id;
  }

  async embedFiles(files: readonly FileToEmbed[], signal?: AbortSignal): Promise<readonly Int8Array[]> {
    const texts = files.map((file) => chunkTexts(file, TEXT_CHARS));
    return byFile(await this.#embed(texts.flat(), signal), this.dimensions, texts.map((each) => each.length));
  }

  embedQuery(words: string, signal?: AbortSignal): Promise<Int8Array> {
    return this.#embed([cut(words, TEXT_CHARS)], signal);
  }

  embedCode(code: string, language: string | null, signal?: AbortSignal): Promise<Int8Array> {
    return this.#embed([cut(language === null ? code : `${language}\n${code}`, TEXT_CHARS)], signal);
  }

  /** All vectors one after the other. The first request that fails cancels the others. */
  async #embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<Int8Array> {
    const out = new Int8Array(texts.length * this.dimensions);
    const failed = new AbortController();
    const both = AbortSignal.any([failed.signal, this.#closed.signal, ...(signal === undefined ? [] : [signal])]);
    // Empty texts are zeros without being asked for: many endpoints refuse them.
    const wanted = texts.flatMap((text, at) => (text.trim() === '' ? [] : [at]));
    await Promise.all(requests(wanted, texts).map(async (part) => {
      try {
        await this.#request(part, part.map((at) => texts[at] as string), out, both);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }));
    return out;
  }

  /** A request that is refused is made in halves, so that one text which is too long costs only itself. */
  async #request(places: readonly number[], texts: readonly string[], out: Int8Array, signal: AbortSignal): Promise<void> {
    let rows: Float32Array[];
    try {
      rows = await this.#client.embed(texts, signal);
    } catch (error) {
      if (!(error instanceof RefusedTexts)) throw error;
      const [first = ''] = texts;
      if (texts.length === 1) {
        if (first.length < TEXT_CHARS_LEAST * 2) throw error;
        return this.#request(places, [cut(first, first.length >> 1)], out, signal);
      }
      const half = texts.length >> 1;
      await this.#request(places.slice(0, half), texts.slice(0, half), out, signal);
      return this.#request(places.slice(half), texts.slice(half), out, signal);
    }
    for (const [index, row] of rows.entries()) this.#keep(row, places[index] as number, out);
  }

  #keep(row: Float32Array, place: number, out: Int8Array): void {
    if (row.length !== this.dimensions) {
      checkLength(row.length, this.#client.host);
      throw new CodeIndexError(
        'unavailable', `The embedding provider at ${this.#client.host} answered a vector of ${row.length} numbers instead of ${this.dimensions}.`,
        'Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS: vectors of different lengths cannot be compared.',
      );
    }
    if (quantise(row, out, place * this.dimensions)) return;
    throw new CodeIndexError(
      'unavailable', `The embedding provider at ${this.#client.host} answered a vector that holds NaN or infinity.`,
      'Check the model on its side; nothing of this answer was stored.',
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new DOMException('the embedding model is closed', 'AbortError'));
    return Promise.resolve();
  }
}

/** Too long a vector is refused and not cut: only models trained for it keep their meaning, and those take `dimensions`. */
function checkLength(dimensions: number, host: string): void {
  if (dimensions > 0 && dimensions <= DIMENSIONS_MOST) return;
  throw new CodeIndexError(
    'invalid_query', `The model at ${host} makes vectors of ${dimensions} numbers; ${DIMENSIONS_MOST} are kept at most.`,
    'Set EMBEDDING_DIMENSIONS, which is sent as the request parameter `dimensions`, where the model supports it, or choose another EMBEDDING_MODEL.',
  );
}

/** Runs of places whose texts fit one request. */
function requests(places: readonly number[], texts: readonly string[]): number[][] {
  const out: number[][] = [];
  let run: number[] = [];
  let chars = 0;
  for (const at of places) {
    const size = (texts[at] as string).length;
    if (run.length > 0 && (run.length >= REQUEST_TEXTS || chars + size > REQUEST_CHARS)) {
      out.push(run);
      [run, chars] = [[], 0];
    }
    run.push(at);
    chars += size;
  }
  if (run.length > 0) out.push(run);
  return out;
}
