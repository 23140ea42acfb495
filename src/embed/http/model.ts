import { createHash } from 'node:crypto';
import { CodeIndexError } from '../../base/mod.ts';
import { cut } from '../chunk-text.ts';
import type { EmbeddingModel } from '../port.ts';
import { DIMENSIONS_MOST } from '../quantise.ts';
import { TextModel } from '../text-model.ts';
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

class HttpModel extends TextModel {
  readonly #client: EmbeddingsClient;
  readonly #closed = new AbortController();

  constructor(client: EmbeddingsClient, id: string, dimensions: number) {
    checkLength(dimensions, client.host);
    super(id, dimensions, TEXT_CHARS);
    this.#client = client;
  }

  protected override get spoken(): string {
    return `The embedding provider at ${this.#client.host}`;
  }

  /** The first request that fails cancels the others. */
  protected override async embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    const failed = new AbortController();
    const both = AbortSignal.any([failed.signal, this.#closed.signal, ...(signal === undefined ? [] : [signal])]);
    const rows = await Promise.all(requests(texts).map(async (part) => {
      try {
        return await this.#request(part, both);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }));
    return rows.flat();
  }

  /** A request that is refused is made in halves, so that one text which is too long costs only itself. */
  async #request(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    try {
      const rows = await this.#client.embed(texts, signal);
      for (const { length } of rows) this.#checkRow(length);
      return rows;
    } catch (error) {
      if (!(error instanceof RefusedTexts)) throw error;
      const [first = ''] = texts;
      if (texts.length === 1) {
        if (first.length < TEXT_CHARS_LEAST * 2) throw error;
        return this.#request([cut(first, first.length >> 1)], signal);
      }
      const half = texts.length >> 1;
      return [...(await this.#request(texts.slice(0, half), signal)), ...(await this.#request(texts.slice(half), signal))];
    }
  }

  #checkRow(length: number): void {
    if (length === this.dimensions) return;
    checkLength(length, this.#client.host);
    throw new CodeIndexError(
      'unavailable', `The embedding provider at ${this.#client.host} answered a vector of ${length} numbers instead of ${this.dimensions}.`,
      'Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS: vectors of different lengths cannot be compared.',
    );
  }

  override [Symbol.asyncDispose](): Promise<void> {
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

/** Runs of texts that fit one request. */
function requests(texts: readonly string[]): string[][] {
  const out: string[][] = [];
  let run: string[] = [];
  let chars = 0;
  for (const text of texts) {
    if (run.length > 0 && (run.length >= REQUEST_TEXTS || chars + text.length > REQUEST_CHARS)) {
      out.push(run);
      [run, chars] = [[], 0];
    }
    run.push(text);
    chars += text.length;
  }
  if (run.length > 0) out.push(run);
  return out;
}
