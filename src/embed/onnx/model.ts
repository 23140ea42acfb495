import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { CodeIndexError, throwIfAborted } from '../../base/mod.ts';
import type { EmbeddingModel } from '../port.ts';
import { DIMENSIONS_MOST } from '../quantise.ts';
import { TextModel } from '../text-model.ts';
import { fault, readModelFolder, type ModelFolder } from './folder.ts';
import { loadPackages, type Runtime } from './packages.ts';
import { pool } from './pooling.ts';

/** What is tokenised of one text: a token is seldom less than three characters. */
const TEXT_CHARS = 2_048;
/** Tokens of one run of the model, padding included: bounds its memory. */
const BATCH_TOKENS = 8_192;

/** Opens a local model (`model.onnx` and `tokenizer.json` in `folder`). Errors: `unavailable` with the way out. */
export async function openOnnxModel(folder: string): Promise<EmbeddingModel> {
  const files = readModelFolder(folder);
  const { runtime, tokenizers } = await loadPackages();
  let session: InferenceSession;
  let tokenizer: Tokenizer;
  try {
    tokenizer = new tokenizers.Tokenizer(files.tokenizer, files.tokenizerSettings);
    session = await runtime.InferenceSession.create(files.model, { graphOptimizationLevel: 'all' });
  } catch (error) {
    throw fault(folder, `cannot be opened: ${((error as Error).message.split('\n')[0] ?? '').slice(0, 200)}`, error);
  }
  const encoder = new Encoder(runtime, session, tokenizer, files);
  try {
    const dimensions = (await encoder.rows(['length']))[0]?.length ?? 0;
    if (dimensions === 0 || dimensions > DIMENSIONS_MOST) throw fault(folder, `makes vectors of ${dimensions} numbers; 1 to ${DIMENSIONS_MOST} are kept`);
    return new OnnxModel(encoder, `onnx/${path.basename(path.resolve(folder))}/${files.fingerprint}@${dimensions}`, dimensions);
  } catch (error) {
    await session.release();
    throw error instanceof CodeIndexError ? error : fault(folder, `does not run: ${((error as Error).message.split('\n')[0] ?? '').slice(0, 200)}`, error);
  }
}

interface Tokenizer {
  encode(text: string): { readonly ids: readonly (number | undefined)[] };
}

class OnnxModel extends TextModel {
  readonly #encoder: Encoder;

  constructor(encoder: Encoder, id: string, dimensions: number) {
    super(id, dimensions, TEXT_CHARS);
    this.#encoder = encoder;
  }

  protected override get spoken(): string {
    return `The model ${this.id}`;
  }

  protected override embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    return this.#encoder.rows(texts, signal);
  }

  override [Symbol.asyncDispose](): Promise<void> {
    return this.#encoder.close();
  }
}

/** Texts to one row of numbers each, in batches of texts of like length. */
class Encoder {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #tokenizer: Tokenizer;
  readonly #files: ModelFolder;

  constructor(runtime: Runtime, session: InferenceSession, tokenizer: Tokenizer, files: ModelFolder) {
    this.#runtime = runtime;
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#files = files;
  }

  async rows(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const ids = texts.map((text) => this.#idsOf(text));
    const order = ids.map((_, at) => at).sort((a, b) => (ids[a] as number[]).length - (ids[b] as number[]).length);
    const rows = new Array<Float32Array>(texts.length);
    for (let from = 0; from < order.length; ) {
      throwIfAborted(signal);
      let to = from + 1;
      while (to < order.length && (to - from + 1) * (ids[order[to] as number] as number[]).length <= BATCH_TOKENS) to++;
      const batch = order.slice(from, to);
      const made = await this.#run(batch.map((at) => ids[at] as number[]));
      for (const [index, at] of batch.entries()) rows[at] = made[index] as Float32Array;
      from = to;
    }
    return rows;
  }

  /** Cut in the middle, so that the token which closes a text stays. */
  #idsOf(text: string): number[] {
    // A word that the vocabulary lacks has no id where the tokenizer has no token for the unknown.
    const ids = this.#tokenizer.encode(text).ids.filter((id) => id !== undefined);
    const most = this.#files.tokens;
    return ids.length <= most ? [...ids] : [...ids.slice(0, most - 1), ids[ids.length - 1] as number];
  }

  async #run(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const width = Math.max(1, ...batch.map((ids) => ids.length));
    const [count, size] = [batch.length, batch.length * width];
    const [ids, mask, positions] = [new BigInt64Array(size), new BigInt64Array(size), new BigInt64Array(size)];
    for (const [row, own] of batch.entries()) {
      for (const [at, id] of own.entries()) {
        ids[row * width + at] = BigInt(id);
        mask[row * width + at] = 1n;
        positions[row * width + at] = BigInt(at);
      }
    }
    const known: Readonly<Record<string, BigInt64Array>> = { input_ids: ids, attention_mask: mask, token_type_ids: new BigInt64Array(size), position_ids: positions };
    const feeds = Object.fromEntries(this.#session.inputNames.map((name) => {
      const data = known[name];
      if (data === undefined) throw new Error(`it wants an input ${JSON.stringify(name)}, which no text model has`);
      return [name, new this.#runtime.Tensor('int64', data, [count, width])];
    }));
    const outputs = await this.#session.run(feeds);
    const name = ['sentence_embedding', 'last_hidden_state', 'token_embeddings'].find((each) => each in outputs) ?? (this.#session.outputNames[0] as string);
    const { data, dims } = outputs[name] as { data: unknown; dims: readonly number[] };
    if (!(data instanceof Float32Array)) throw new Error(`its output ${name} is not made of 32-bit floats`);
    return pool(data, dims, batch.map((own) => own.length), this.#files.pooling);
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
