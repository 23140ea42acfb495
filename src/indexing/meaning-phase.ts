import { asCodeIndexError, throwIfAborted } from '../base/mod.ts';
import type { EmbeddingModel } from '../embed/mod.ts';
import { embedPhase } from './embed-phase.ts';
import { parsePhase } from './parse-phase.ts';
import type { MeaningRun, OpenedModel } from './run.ts';

/** Symbols, and vectors where they can be had; `all`: also those of files that had symbols before. */
export async function meaningPhase(
  run: MeaningRun, wanted: { readonly opening: Promise<EmbeddingModel>; readonly threadFile: string | null } | null, all: boolean, lease: AsyncDisposableStack,
): Promise<{ parsed: number; pendingVectors: number; vectorsFailure: string | null }> {
  let failure: string | null = null;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (thrown) {
      throwIfAborted(run.signal);
      const error = asCodeIndexError(thrown, 'Making vectors');
      // What the store says concerns text and symbols too, and stops the run.
      if (error.code !== 'unavailable' && error.code !== 'invalid_query' && error.code !== 'timeout') throw thrown;
      failure = `${error.message} ${error.fix}`;
      return null;
    }
  };
  const opened = wanted === null ? null : await attempt(async (): Promise<OpenedModel> => ({ model: await wanted.opening, threadFile: wanted.threadFile }));
  const parsed = await parsePhase(run, opened);
  // A provider may take hours: others write meanwhile, and each batch of vectors asks for the right anew.
  await lease.disposeAsync();
  if (opened !== null && all) await attempt(() => embedPhase(run, opened));
  const awaited = wanted === null ? 0 : await run.store.vectors.missingCount(run.repository.id, opened?.model.id ?? (await chiefModel(run)));
  return { parsed, pendingVectors: awaited, vectorsFailure: failure };
}

/** The model with the most vectors: what answers while the one that is wanted cannot be opened. */
async function chiefModel(run: MeaningRun): Promise<string> {
  const models = [...(await run.store.vectors.models([run.repository.id]))];
  return models.sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
