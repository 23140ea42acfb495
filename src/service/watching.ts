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
  const how = input.noVectors === true ? { vectors: false } : {};
  const last = new Map<number, Last>();
  await using watchers = new AsyncDisposableStack();
  for (const folder of input.targets) {
    const targets = await register(service, folder, input, call);
    const first = Promise.withResolvers<void>();
    for (const target of targets) {
      if (target.view.kind !== 'worktree') continue;
      // Seen before the first index begins, so that nothing falls between.
      watchers.use(await watchFiles(target.location, (batch) => first.promise.then(() => follow(service, target, { ...how, ...(batch.paths === 'all' ? {} : { only: batch.paths }) }, last, call)), {
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
  await aborted(call.signal, () => {
    // A provider that comes back makes no file event: what awaits vectors is tried again by the clock.
    for (const { target, summary } of last.values()) {
      if (target.view.kind === 'worktree' && summary.vectorsFailure !== null) void follow(service, target, { ...how, only: [] }, last, call);
    }
  });
  return { repositories: [...last.values()].map(({ summary }) => summary) };
}

interface Last {
  readonly target: Target;
  readonly summary: IndexSummary;
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
