import { CodeIndexError, LIMITS, throwIfAborted } from '../base/mod.ts';
import { unpackChunks, unpackSymbols, type BlobInfo } from '../domain/mod.ts';
import type { FileToEmbed } from '../embed/mod.ts';
import { batches, pipeline } from './batches.ts';
import { threadItems } from './parse-phase.ts';
import type { MeaningRun, OpenedModel } from './run.ts';

const PAGE = 4_000;
const NOTHING = new Int8Array(0);

/**
 * Gives vectors to every parsed blob of the repository that this model has not seen: what a stopped run left, what
 * another model embedded, what came while a provider was down. Every batch is committed by itself and under a lease of
 * its own, so that the next run goes on where this one ended and nobody waits for a slow provider. The vectors of other
 * models answer until this model's are complete; then they go.
 */
export async function embedPhase(run: MeaningRun, opened: OpenedModel): Promise<void> {
  const { store, repository } = run;
  const { id, dimensions } = opened.model;
  const total = await store.vectors.missingCount(repository.id, id);
  let done = 0;
  await pipeline(
    missing(run, opened, total),
    opened.threadFile === null ? 2 : run.pool.threads + 1,
    (batch) => (opened.threadFile === null ? embedHere(run, opened, batch) : embedInThread(run, opened.threadFile, batch)),
    async (vectors, batch) => {
      await using _lease = await store.lease(`storing vectors of ${repository.name}`, { repository: repository.id, ...(run.signal === undefined ? {} : { signal: run.signal }) });
      // Another writer may have removed a file while its text was away.
      const still = await store.files.blobs(batch.map((blob) => blob.id));
      const rows = batch.flatMap((blob, at) => (still.has(blob.id) ? [{ blob: blob.id, vectors: vectors[at] as Int8Array }] : []));
      await store.commit({ repository: repository.id, vectors: { model: id, dimensions, rows } });
      done += batch.length;
      run.counts.embedded += rows.length;
      run.onProgress?.({ kind: 'vectors', repository: repository.name, done, total });
    },
  );
  const models = await store.vectors.models([repository.id]);
  if (!models.has(id) || models.size === 1) return;
  await using _lease = await store.lease(`removing former vectors of ${repository.name}`, { repository: repository.id, ...(run.signal === undefined ? {} : { signal: run.signal }) });
  await store.commit({ repository: repository.id, dropVectorsBut: id });
}

async function* missing(run: MeaningRun, opened: OpenedModel, total: number): AsyncGenerator<BlobInfo[]> {
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

async function embedInThread(run: MeaningRun, model: string, batch: readonly BlobInfo[]): Promise<readonly Int8Array[]> {
  const facts = await run.store.files.facts(batch.map(({ id }) => id));
  // One that was removed since it was listed is left out, and not stored.
  const there = batch.filter(({ id }) => facts.has(id));
  const { packs, items } = await threadItems(run, there);
  const withFacts = items.map((item) => ({ ...item, packed: facts.get(item.blob) as Uint8Array }));
  try {
    const { vectors } = await run.pool.embed({ kind: 'embed', packs, items: withFacts, model }, run.signal);
    const made = new Map(there.map(({ id }, at) => [id, vectors[at] as Int8Array]));
    return batch.map(({ id }) => made.get(id) ?? NOTHING);
  } catch (error) {
    throwIfAborted(run.signal);
    throw new CodeIndexError('unavailable', `Making vectors in a thread failed: ${(error as Error).message}.`, 'Run `code-index index` again; report this if it stays.', { cause: error });
  }
}

/** A network or a runtime of its own is what this waits for; cutting some texts into chunks here costs next to nothing beside. */
async function embedHere(run: MeaningRun, { model }: OpenedModel, batch: readonly BlobInfo[]): Promise<readonly Int8Array[]> {
  const ids = batch.map(({ id }) => id);
  const [texts, facts] = await Promise.all([run.store.files.texts(ids), run.store.files.facts(ids)]);
  const files = batch.map(({ id, language }): FileToEmbed => {
    const [text, packed] = [texts.get(id), facts.get(id)];
    // Removed since it was listed; what is made of it is not stored.
    if (text === undefined || packed === undefined) return { language, text: '', facts: { chunks: [], symbols: [], comments: [] } };
    return { language, text, facts: { chunks: unpackChunks(packed), symbols: unpackSymbols(packed, text), comments: [] } };
  });
  return model.embedFiles(files, run.signal);
}
