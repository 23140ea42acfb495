import { CodeIndexError, LIMITS, throwIfAborted } from '../base/mod.ts';
import { unpackChunks, unpackSymbols, type BlobInfo } from '../domain/mod.ts';
import type { FileToEmbed } from '../embed/mod.ts';
import { batches, pipeline } from './batches.ts';
import { threadItems } from './parse-phase.ts';
import type { OpenedModel, Run } from './run.ts';

const PAGE = 4_000;

/**
 * Gives vectors to every parsed blob of the repository that this model has not seen: what a stopped run left, what
 * another model embedded, what came while a provider was down. Every batch is committed by itself, so that the next
 * run goes on where this one ended. The vectors of other models answer until this model's are complete; then they go.
 */
export async function embedPhase(run: Run, opened: OpenedModel): Promise<void> {
  const { store, repository } = run;
  const { id, dimensions } = opened.model;
  const total = await store.vectors.missingCount(repository.id, id);
  let done = 0;
  await pipeline(
    missing(run, opened, total),
    opened.threadFile === null ? 2 : run.pool.threads + 1,
    (batch) => (opened.threadFile === null ? embedHere(run, opened, batch) : embedInThread(run, opened.threadFile, batch)),
    async (vectors, batch) => {
      const rows = batch.map((blob, at) => ({ blob: blob.id, vectors: vectors[at] as Int8Array }));
      await store.commit({ repository: repository.id, vectors: { model: id, dimensions, rows } });
      done += batch.length;
      run.counts.embedded += batch.length;
      run.onProgress?.({ kind: 'vectors', repository: repository.name, done, total });
    },
  );
  const models = await store.vectors.models([repository.id]);
  if (models.has(id) && models.size > 1) await store.commit({ repository: repository.id, dropVectorsBut: id });
}

async function* missing(run: Run, opened: OpenedModel, total: number): AsyncGenerator<BlobInfo[]> {
  if (total === 0) return;
  const bounds = opened.threadFile === null
    ? { bytes: LIMITS.embedBatchBytes, count: LIMITS.embedBatchFiles }
    : { bytes: LIMITS.parseBatchBytes, count: LIMITS.parseBatchFiles };
  let after = 0;
  for (;;) {
    const page = await run.store.vectors.missing(run.repository.id, opened.model.id, PAGE, after);
    yield* batches(page, (blob) => blob.size, bounds);
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

async function embedInThread(run: Run, model: string, batch: readonly BlobInfo[]): Promise<readonly Int8Array[]> {
  const [{ packs, items }, facts] = await Promise.all([threadItems(run, batch), run.store.files.facts(batch.map(({ id }) => id))]);
  const withFacts = items.map((item) => ({ ...item, packed: facts.get(item.blob) as Uint8Array }));
  try {
    return (await run.pool.embed({ kind: 'embed', packs, items: withFacts, model }, run.signal)).vectors;
  } catch (error) {
    throwIfAborted(run.signal);
    throw new CodeIndexError('unavailable', `Making vectors in a thread failed: ${(error as Error).message}.`, 'Run `code-index index` again; report this if it stays.', { cause: error });
  }
}

/** A network or a runtime of its own is what this waits for; cutting some texts into chunks here costs next to nothing beside. */
async function embedHere(run: Run, { model }: OpenedModel, batch: readonly BlobInfo[]): Promise<readonly Int8Array[]> {
  const ids = batch.map(({ id }) => id);
  const [texts, facts] = await Promise.all([run.store.files.texts(ids), run.store.files.facts(ids)]);
  const files = batch.map(({ id, language }): FileToEmbed => {
    const text = texts.get(id) as string;
    const packed = facts.get(id) as Uint8Array;
    return { language, text, facts: { chunks: unpackChunks(packed), symbols: unpackSymbols(packed, text), comments: [] } };
  });
  return model.embedFiles(files, run.signal);
}
