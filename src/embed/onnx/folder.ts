import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';

/** A model as it is published: weights, tokenizer, and what its small settings files say. */
export interface ModelFolder {
  readonly model: string;
  readonly tokenizer: Record<string, unknown>;
  readonly tokenizerSettings: Record<string, unknown>;
  /** Tokens that the model reads at once. */
  readonly tokens: number;
  readonly pooling: 'mean' | 'first';
  /** Changes with the weights, the tokenizer and the pooling. */
  readonly fingerprint: string;
}

/** Longer texts cost the square of their length; most models of this kind are trained on no more. */
const TOKENS_MOST = 512;
const FINGERPRINT_BYTES = 1_048_576;

export function readModelFolder(folder: string): ModelFolder {
  const model = [path.join(folder, 'model.onnx'), path.join(folder, 'onnx', 'model.onnx')].find((file) => existsSync(file));
  if (model === undefined) throw fault(folder, 'holds no model.onnx');
  const tokenizer = json(folder, 'tokenizer.json');
  if (tokenizer === null) throw fault(folder, 'holds no tokenizer.json');
  const tokenizerSettings = json(folder, 'tokenizer_config.json') ?? {};
  const config = json(folder, 'config.json') ?? {};
  const pooling = json(folder, path.join('1_Pooling', 'config.json'))?.['pooling_mode_cls_token'] === true ? 'first' : 'mean';
  const limits = [tokenizerSettings['model_max_length'], config['max_position_embeddings']].filter((value) => typeof value === 'number' && value > 2) as number[];
  return {
    model, tokenizer, tokenizerSettings, pooling,
    tokens: Math.min(TOKENS_MOST, ...limits),
    fingerprint: createHash('sha256').update(edges(model)).update(JSON.stringify(tokenizer)).update(pooling).digest('hex').slice(0, 12),
  };
}

function json(folder: string, name: string): Record<string, unknown> | null {
  const file = path.join(folder, name);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw fault(folder, `has a ${name} that cannot be read: ${(error as Error).message}`);
  }
}

/** Size, first and last megabyte: other weights differ there, and a gigabyte need not be read to see it. */
function edges(file: string): Buffer {
  const { size } = statSync(file);
  const head = Buffer.alloc(Math.min(size, FINGERPRINT_BYTES));
  const tail = Buffer.alloc(head.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
    readSync(handle, tail, 0, tail.length, size - tail.length);
  } finally {
    closeSync(handle);
  }
  return Buffer.concat([Buffer.from(`${size}:`), head, tail]);
}

export function fault(folder: string, what: string, cause?: unknown): CodeIndexError {
  return new CodeIndexError(
    'unavailable', `The ONNX model folder ${folder} ${what}.`,
    'Set EMBEDDING_MODEL to a folder with model.onnx and tokenizer.json, as sentence embedding models are published.', { cause },
  );
}
