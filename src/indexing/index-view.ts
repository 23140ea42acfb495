import { performance } from 'node:perf_hooks';
import type { Pool } from '../code/mod.ts';
import type { IndexSummary, Progress, Repository, View } from '../domain/mod.ts';
import { headOf, listCommit, listFiles, resolveBranch, type FoundFile, type Location } from '../repo/mod.ts';
import type { Store } from '../store/mod.ts';
import { NOTHING_ALLOWED, type AllowedSecrets } from './allowed-secrets.ts';
import { difference, type Difference } from './diff.ts';
import { meaningPhase } from './meaning-phase.ts';
import type { Embedding, Masking, Run } from './run.ts';
import { textPhase } from './text-phase.ts';

export interface IndexTarget {
  readonly repository: Repository;
  readonly view: View;
  readonly location: Location;
}

export interface IndexOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Stop when the text is searchable; the next run makes the symbols. */
  readonly textOnly?: boolean;
  /** Look at these paths only: what a watcher saw change. */
  readonly only?: readonly string[];
  /** `alongside` makes only those that come with the symbols, `none` leaves vectors as they are; absent: all that are missing. */
  readonly vectors?: 'alongside' | 'none';
  /** Milliseconds to wait for another writer. */
  readonly waitMillis?: number;
}

/**
 * Brings the index of one view to the state of its files: the one write path of full index, increment, watch and queue.
 * Idempotent. Text first: every batch is searchable once committed; symbols follow. Killed at any instant, the next run
 * takes up what is missing. A model that cannot be had costs the vectors alone: the summary says why, the next run goes on.
 */
export async function indexView(context: { store: Store; pool: Pool; embedding?: Embedding | null; masking?: Masking }, target: IndexTarget, options: IndexOptions = {}): Promise<IndexSummary> {
  const { store, pool } = context;
  const started = performance.now();
  const leaseOptions = { ...(options.waitMillis === undefined ? {} : { waitMillis: options.waitMillis }), ...(options.signal === undefined ? {} : { signal: options.signal }), repository: target.repository.id };
  await using lease = new AsyncDisposableStack();
  lease.use(await store.lease(`indexing ${target.repository.name}`, leaseOptions));
  const { masked, emptied, view } = await maskedAs(store, target, context.masking ?? { wanted: false, allowed: NOTHING_ALLOWED });
  const run: Run = {
    store, pool, ...target, view, masked, signal: options.signal, onProgress: options.onProgress,
    counts: { skipped: 0, textOnly: 0, bytes: 0, problems: 0, embedded: 0 },
  };
  // What was forgotten is read again whole, whatever was asked for.
  const only = emptied ? undefined : options.only;
  const ground = await groundState(run, only);
  options.onProgress?.({ kind: 'scan', repository: run.repository.name, files: ground.files.length });
  const changes = await difference(store, run.view, ground.files, only);
  await writeKnown(run, changes);
  const embedding = options.textOnly === true || options.vectors === 'none' ? null : (context.embedding ?? null);
  // Begun here, so that a model is read while threads read files.
  const opening = embedding?.model();
  opening?.catch(() => {});
  if (changes.read.length > 0) await textPhase(run, changes.read);
  await publish(run, ground, changes);
  const textMillis = performance.now() - started;
  const { parsed, pendingVectors, vectorsFailure } = options.textOnly === true
    ? { parsed: 0, pendingVectors: 0, vectorsFailure: null }
    : await meaningPhase(run, embedding === null || opening === undefined ? null : { opening, threadFile: embedding.threadFile }, options.vectors !== 'alongside', lease);
  const summary: IndexSummary = {
    repository: run.repository.name, branch: ground.branch, commit: ground.commit, files: ground.files.length,
    changed: changes.read.length + changes.entries.length, removed: changes.removed.length,
    skipped: run.counts.skipped + changes.entries.filter((entry) => entry.skipped !== null).length, textOnly: run.counts.textOnly,
    bytes: run.counts.bytes, textMillis, millis: performance.now() - started, parsed, problems: run.counts.problems,
    embedded: run.counts.embedded, pendingVectors, vectorsFailure,
  };
  options.onProgress?.({ kind: 'done', repository: run.repository.name, summary });
  return summary;
}

/**
 * Whether this run masks, and what it may let through. Texts that were stored as they are before masking was wanted are
 * forgotten first, in all views: they are read again, here and by the next runs over the others.
 */
async function maskedAs(store: Store, { repository, view }: IndexTarget, { wanted, allowed }: Masking): Promise<{ masked: AllowedSecrets | null; emptied: boolean; view: View }> {
  const known = (await store.meta.repositories()).find(({ id }) => id === repository.id);
  if (!wanted && known?.masked !== true) return { masked: null, emptied: false, view };
  const emptied = known?.masked === false;
  if (emptied) {
    await store.meta.emptyRepository(repository.id);
    // Told last: a run that is killed before does all of it again.
    await store.meta.noteRepository(repository.id, { masked: true });
  }
  return { masked: allowed, emptied, view: (await store.meta.views([repository.id])).find(({ id }) => id === view.id) ?? view };
}

interface Ground {
  readonly files: readonly FoundFile[];
  readonly branch: string | null;
  readonly commit: string | null;
}

async function groundState(run: Run, only: readonly string[] | undefined): Promise<Ground> {
  const { view, location } = run;
  const signal = run.signal === undefined ? {} : { signal: run.signal };
  if (view.kind === 'worktree') {
    // The head is read before the files: a commit that lands between shows as stale, never as indexed.
    const head = headOf(location);
    const files = await listFiles(location, { ...signal, ...(only === undefined ? {} : { only }) });
    return { files, branch: head.branch, commit: head.head };
  }
  const commit = view.kind === 'commit' ? (view.commit as string) : await resolveBranch(location, view.branch as string);
  return { files: await listCommit(location, commit, signal), branch: view.branch, commit };
}

/** Writes what needs no reading: reused contents, skipped files, removed paths. */
async function writeKnown(run: Run, changes: Difference): Promise<void> {
  const { entries, removed, read } = changes;
  if (entries.length === 0 && removed.length === 0 && read.length === 0) return;
  await run.store.commit({ repository: run.repository.id, view: { id: run.view.id, upsert: entries, remove: removed, pendingFiles: read.length } });
}

async function publish(run: Run, ground: Ground, changes: Difference): Promise<void> {
  const { view } = run;
  const touched = changes.entries.length + changes.removed.length + changes.read.length > 0;
  const pendingSymbols = await run.store.files.plan.unparsedCount(run.repository.id);
  const same = view.commit === ground.commit && view.branch === ground.branch && view.indexedAt !== null;
  if (!touched && same && view.pendingFiles === 0 && view.pendingSymbols === pendingSymbols) return;
  await run.store.commit({
    repository: run.repository.id,
    view: { id: view.id, branch: ground.branch, commit: ground.commit, indexedAt: new Date().toISOString(), pendingFiles: 0, pendingSymbols },
  });
}
