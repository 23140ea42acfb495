/** The optional packages, loaded when a model is opened. Whoever does not use ONNX never has them. */
import { CodeIndexError } from '../../base/mod.ts';

export type Runtime = typeof import('onnxruntime-node');
export type Tokenizers = typeof import('@huggingface/tokenizers');

export async function loadPackages(): Promise<{ readonly runtime: Runtime; readonly tokenizers: Tokenizers }> {
  return {
    runtime: await load('onnxruntime-node', () => import('onnxruntime-node')),
    tokenizers: await load('@huggingface/tokenizers', () => import('@huggingface/tokenizers')),
  };
}

/** Two failures look alike from outside and are mended differently: the package is missing, or its native part is. */
export async function load<T>(name: string, bring: () => Promise<T>): Promise<T> {
  try {
    return await bring();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && !/onnxruntime_binding/.test(message);
    throw new CodeIndexError(
      'unavailable',
      missing ? `The package ${name}, which EMBEDDING_PROVIDER=onnx needs, is not installed.` : `The native part of ${name} does not load on ${process.platform} ${process.arch}: ${(message.split('\n')[0] ?? '').slice(0, 200)}.`,
      missing ? 'Run `npm i onnxruntime-node @huggingface/tokenizers` beside code-index, or choose another EMBEDDING_PROVIDER.' : 'Install it anew for this platform, or choose another EMBEDDING_PROVIDER.',
      { cause: error },
    );
  }
}
