import { LIMITS } from '../base/mod.ts';
import type { ParseResult } from '../code/mod.ts';
import type { BlobInfo } from '../domain/mod.ts';
import type { PackPlace } from '../store/mod.ts';
import { batches, pipeline } from './batches.ts';
import type { Run } from './run.ts';

const PAGE = 4_000;

/** Parses every blob of the repository that has only text so far: what this run added and what a killed run left. Gives how many. */
export async function parsePhase(run: Run): Promise<number> {
  const total = await run.store.files.plan.unparsedCount(run.repository.id);
  let done = 0;
  let bytes = 0;
  await pipeline(
    unparsed(run, total),
    run.pool.threads + 1,
    async (batch) => {
      const { packs, places } = await run.store.files.plan.packedTexts(batch.map((blob) => blob.id));
      const order = new Map([...packs.keys()].map((id, index) => [id, index]));
      const items = batch.map(({ id, language, textOnly, problems }) => {
        const { pack, offset, length } = places.get(id) as PackPlace;
        return { blob: id, language, textOnly, problems, content: { pack: order.get(pack) as number, offset, length } };
      });
      return run.pool.parse({ kind: 'parse', packs: [...packs.values()], items }, run.signal);
    },
    async (result, batch) => {
      done += batch.length;
      bytes += batch.reduce((sum, blob) => sum + blob.size, 0);
      await commitFacts(run, result, total - done);
      run.onProgress?.({ kind: 'symbols', repository: run.repository.name, done, total, bytes });
    },
  );
  return done;
}

async function* unparsed(run: Run, total: number): AsyncGenerator<BlobInfo[]> {
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

async function commitFacts(run: Run, result: ParseResult, pendingSymbols: number): Promise<void> {
  for (const outcome of result.outcomes) {
    // Having no parser is no problem: such a file is text, as it should be.
    if (outcome.problems.some(({ kind }) => kind !== 'no_parser')) run.counts.problems++;
  }
  await run.store.commit({
    repository: run.repository.id, facts: result.outcomes, names: result.names, terms: result.terms, chunkTerms: result.chunkTerms,
    view: { id: run.view.id, pendingSymbols },
  });
}
