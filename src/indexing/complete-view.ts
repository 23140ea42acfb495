import { performance } from 'node:perf_hooks';
import type { Pool } from '../code/mod.ts';
import type { IndexSummary, Repository, View } from '../domain/mod.ts';
import type { Store } from '../store/mod.ts';
import type { IndexOptions } from './index-view.ts';
import { meaningPhase } from './meaning-phase.ts';
import type { Embedding, MeaningRun } from './run.ts';

/**
 * Makes what is missing of what is stored: symbols of texts that a stopped run left, vectors that are missing or of
 * another model. Reads no files, so that any machine can do it. Idempotent; safe to stop.
 */
export async function completeView(context: { store: Store; pool: Pool; embedding?: Embedding | null }, { repository, view }: { readonly repository: Repository; readonly view: View }, options: IndexOptions = {}): Promise<IndexSummary> {
  const { store, pool, embedding = null } = context;
  const { signal, onProgress, waitMillis } = options;
  const started = performance.now();
  await using lease = new AsyncDisposableStack();
  lease.use(await store.lease(`finding symbols of ${repository.name}`, { ...(waitMillis === undefined ? {} : { waitMillis }), ...(signal === undefined ? {} : { signal }) }));
  const run: MeaningRun = { store, pool, repository, view, signal, onProgress, counts: { skipped: 0, textOnly: 0, bytes: 0, problems: 0, embedded: 0 } };
  const opening = embedding?.model();
  opening?.catch(() => {});
  const { parsed, pendingVectors, vectorsFailure } = await meaningPhase(run, embedding === null || opening === undefined ? null : { opening, threadFile: embedding.threadFile }, true, lease);
  await lease.disposeAsync();
  await note(run);
  const files = await store.files.plan.count([view.id]);
  const summary: IndexSummary = {
    repository: repository.name, branch: view.branch, commit: view.commit, files, changed: 0, removed: 0, skipped: 0, textOnly: 0, bytes: 0, textMillis: 0,
    millis: performance.now() - started, parsed, problems: run.counts.problems, embedded: run.counts.embedded, pendingVectors, vectorsFailure,
  };
  onProgress?.({ kind: 'done', repository: repository.name, summary });
  return summary;
}

/** Views share what is parsed: a count that another view's run made untrue is made true. */
async function note({ store, repository, view, signal }: MeaningRun): Promise<void> {
  const pendingSymbols = await store.files.plan.unparsedCount(repository.id);
  const now = (await store.meta.views([repository.id])).find(({ id }) => id === view.id);
  if (now === undefined || now.pendingSymbols === pendingSymbols) return;
  await using _lease = await store.lease(`counting symbols of ${repository.name}`, signal === undefined ? {} : { signal });
  await store.commit({ repository: repository.id, view: { id: view.id, pendingSymbols } });
}
