import { unpackChunks, unpackSymbols } from '../domain/mod.ts';
import { parsedItems } from './parse-task.ts';
import type { ChunkEncoder, EmbedResult, EmbedTask } from './threads/messages.ts';

/**
 * Vectors of files that were parsed before. Chunks and symbols are the stored ones, for these are what an answer shows;
 * where the comments are is not stored and is found by parsing again, so that the vectors equal those made at once.
 */
export async function runEmbedTask(task: EmbedTask, at: Int32Array, encoder: ChunkEncoder): Promise<EmbedResult> {
  const vectors: Int8Array[] = [];
  for await (const { item, text, facts } of parsedItems(task, at)) {
    const stored = { chunks: unpackChunks(item.packed), symbols: unpackSymbols(item.packed, text), comments: facts.comments };
    vectors.push(encoder.encodeFile({ language: item.language, text, facts: stored }));
  }
  return { kind: 'embed', vectors };
}
