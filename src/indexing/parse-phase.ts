import { LIMITS } from '../base/mod.ts';
import type { ParseItem, ParseResult } from '../code/mod.ts';
import type { BlobInfo } from '../domain/mod.ts';
import type { NewVectors, PackPlace } from '../store/mod.ts';
import { batches, pipeline } from './batches.ts';
import type { MeaningRun, OpenedModel } from './run.ts';

const PAGE = 4_000;

/**
 * Parses every blob of the repository that has only text so far: what this run added and what a killed run left. Gives
 * how many. Where threads can open `opened`, vectors are made on the way and committed with the facts.
 */
export async function parsePhase(run: MeaningRun, opened: OpenedModel | null): Promise<number> {
  const model = opened?.threadFile ?? null;
  const total = await run.store.files.plan.unparsedCount(run.repository.id);
  let done = 0;
  let bytes = 0;
  await pipeline(
    unparsed(run, total),
    run.pool.threads + 1,
    async (batch) => {
      const { packs, items } = await threadItems(run, batch);
      return run.pool.parse({ kind: 'parse', packs, items, model }, run.signal);
    },
    async (result, batch) => {
      done += batch.length;
      bytes += batch.reduce((sum, blob) => sum + blob.size, 0);
      await commitFacts(run, result, opened, total - done);
      run.onProgress?.({ kind: 'symbols', repository: run.repository.name, done, total, bytes });
    },
  );
  return done;
}

/** Blobs as a thread takes them: packs as stored, and where in them each text is. */
export async function threadItems(run: MeaningRun, batch: readonly BlobInfo[]): Promise<{ packs: Uint8Array[]; items: ParseItem[] }> {
  const { packs, places } = await run.store.files.plan.packedTexts(batch.map((blob) => blob.id));
  const order = new Map([...packs.keys()].map((id, index) => [id, index]));
  const items = batch.map(({ id, language, textOnly, problems }) => {
    const { pack, offset, length } = places.get(id) as PackPlace;
    return { blob: id, language, textOnly, problems, content: { pack: order.get(pack) as number, offset, length } };
  });
  return { packs: [...packs.values()], items };
}

async function* unparsed(run: MeaningRun, total: number): AsyncGenerator<BlobInfo[]> {
  let after = 0;
  for (;;) {
    const page = await run.store.files.plan.unparsed(run.repository.id, PAGE, after);
    const pageBytes = page.reduce((sum, blob) => sum + blob.size, 0);
    const share = total <= PAGE ? Math.ceil(pageBytes / (run.pool.threads * 3)) + 32_768 : LIMITS.parseBatchBytes;
    // By language, so that each grammar is loaded by as few threads as need be.
    const byLanguage = [...page].sort((a, b) => (a.language < b.language ? -1 : a.language > b.language ? 1 : a.id - b.id));
    yield* batches(byLanguage, (blob) => blob.size, { bytes: Math.min(LIMITS.parseBatchBytes, share), count: LIMITS.parseBatchFiles });
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

async function commitFacts(run: MeaningRun, result: ParseResult, opened: OpenedModel | null, pendingSymbols: number): Promise<void> {
  const rows: NewVectors['rows'][number][] = [];
  for (const outcome of result.outcomes) {
    // Having no parser is no problem: such a file is text, as it should be. Nor is what was masked.
    if (outcome.problems.some(({ kind }) => kind !== 'no_parser' && kind !== 'secret')) run.counts.problems++;
    if (outcome.vectors !== null) rows.push({ blob: outcome.blob, vectors: outcome.vectors });
  }
  await run.store.commit({
    repository: run.repository.id, facts: result.outcomes, names: result.names, terms: result.terms, chunkTerms: result.chunkTerms,
    view: { id: run.view.id, pendingSymbols },
    ...(opened === null || rows.length === 0 ? {} : { vectors: { model: opened.model.id, dimensions: opened.model.dimensions, rows } }),
  });
  run.counts.embedded += rows.length;
}
