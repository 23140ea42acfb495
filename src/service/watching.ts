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
  const last = new Map<number, IndexSummary>();
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
      done.forEach((summary, at) => last.set((targets[at] as Target).view.id, summary));
    } finally {
      first.resolve();
    }
  }
  call.onNote?.(`Watching ${input.targets.join(', ')}.`);
  await aborted(call.signal);
  return { repositories: [...last.values()] };
}

/** Indexes what one batch of events names. A failure is told, and the next event tries again. */
async function follow(service: Service, target: Target, how: HowToIndex, last: Map<number, IndexSummary>, call: Call): Promise<void> {
  if (call.signal?.aborted) return;
  try {
    const views = await service.views(target.repository);
    const view = views.find((one) => one.id === target.view.id);
    if (view === undefined) return;
    const [summary] = await indexTargets(service, [{ ...target, view }], call, how);
    if (summary !== undefined) last.set(view.id, summary);
  } catch (thrown) {
    if (call.signal?.aborted) return;
    const error = asCodeIndexError(thrown, `Indexing ${target.repository.name}`);
    call.onNote?.(`${error.message} ${error.fix}`);
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    // A timer far away keeps the process alive where the watcher itself does not.
    const alive = setInterval(() => {}, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
