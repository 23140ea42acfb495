import { asCodeIndexError } from '../base/mod.ts';
import type { IndexSummary } from '../domain/mod.ts';
import { watchFiles } from '../repo/mod.ts';
import { indexTargets, type HowToIndex } from './indexing.ts';
import type { Call } from './operation.ts';
import { register, type Registration, type Target } from './registration.ts';
import type { Service } from './service.ts';

export interface Watched {
  /** The last index of each view. */
  readonly repositories: readonly IndexSummary[];
}

/** Indexes the targets, then follows their working trees until the call is cancelled, which is its good end. */
export async function watchTargets(service: Service, input: Registration & { readonly targets: readonly string[]; readonly noVectors?: boolean }, call: Call): Promise<Watched> {
  // No change waits for vectors of others: those that do not come with the symbols are made behind, one run at a time.
  const how: HowToIndex = { vectors: input.noVectors === true ? 'none' : 'alongside' };
  const last = new Map<number, Last>();
  let behind: Promise<void> | null = null;
  const catchUp = (retry: boolean): void => {
    if (input.noVectors === true) return;
    behind ??= embedBehind(service, last, retry, call).finally(() => (behind = null));
  };
  await using watchers = new AsyncDisposableStack();
  for (const folder of input.targets) {
    const targets = await register(service, folder, input, call);
    const first = Promise.withResolvers<void>();
    for (const target of targets) {
      if (target.view.kind !== 'worktree') continue;
      // Seen before the first index begins, so that nothing falls between.
      watchers.use(await watchFiles(target.location, async (batch) => {
        await first.promise;
        await follow(service, target, { ...how, ...(batch.paths === 'all' ? {} : { only: batch.paths }) }, last, call);
        catchUp(false);
      }, {
        onNotice: (text) => call.onNote?.(text),
      }));
    }
    try {
      const done = await indexTargets(service, targets, call, how);
      for (const [at, summary] of done.entries()) {
        const target = targets[at] as Target;
        last.set(target.view.id, { target, summary });
      }
    } finally {
      first.resolve();
    }
  }
  call.onNote?.(`Watching ${input.targets.join(', ')}.`);
  catchUp(false);
  // A provider that comes back makes no file event: what awaits vectors is tried again by the clock.
  await aborted(call.signal, () => catchUp(true));
  await behind;
  return { repositories: [...last.values()].map(({ summary }) => summary) };
}

interface Last {
  readonly target: Target;
  readonly summary: IndexSummary;
}

/** Makes the vectors that are missing; `retry`: also where that failed the last time. */
async function embedBehind(service: Service, last: Map<number, Last>, retry: boolean, call: Call): Promise<void> {
  for (const { target, summary } of last.values()) {
    const wanted = summary.pendingVectors > 0 && (retry || summary.vectorsFailure === null);
    if (target.view.kind === 'worktree' && wanted) await follow(service, target, { only: [] }, last, call);
  }
}

/** Indexes what one batch of events names. A failure is told, and the next event tries again. */
async function follow(service: Service, target: Target, how: HowToIndex, last: Map<number, Last>, call: Call): Promise<void> {
  if (call.signal?.aborted) return;
  try {
    const views = await service.views(target.repository);
    const view = views.find((one) => one.id === target.view.id);
    if (view === undefined) return;
    const [summary] = await indexTargets(service, [{ ...target, view }], call, how);
    if (summary !== undefined) last.set(view.id, { target, summary });
  } catch (thrown) {
    if (call.signal?.aborted) return;
    const error = asCodeIndexError(thrown, `Indexing ${target.repository.name}`);
    call.onNote?.(`${error.message} ${error.fix}`);
  }
}

/** Resolves when the call is cancelled; meanwhile `eachMinute` is called. Its timer keeps the process alive where the watcher itself does not. */
function aborted(signal: AbortSignal | undefined, eachMinute: () => void): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(eachMinute, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
