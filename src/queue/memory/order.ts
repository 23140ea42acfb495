/** Which job comes next, and which are the same. */
import { isDeepStrictEqual } from 'node:util';
import type { Job, JobRequest } from '../../domain/mod.ts';

/** Whether doing one of them does the other, too. */
export function sameWork(a: JobRequest, b: JobRequest): boolean {
  return isDeepStrictEqual(a, b);
}

/**
 * The oldest waiting job that nothing stands in the way of: neither one of its repository that runs or waits longer,
 * nor one about all repositories. One that is not due waits, and holds those behind it. Null where every one has to wait.
 */
export function nextOf(live: readonly Job[], running: { has(id: string): boolean }, isDue: (job: Job) => boolean): Job | null {
  const busy = new Set(live.filter((job) => running.has(job.id)).map((job) => job.repository));
  for (const job of live) {
    if (running.has(job.id) || job.state !== 'queued') continue;
    const blocked = busy.has('') || (job.repository === '' ? busy.size > 0 : busy.has(job.repository));
    if (!blocked && isDue(job)) return job;
    busy.add(job.repository);
  }
  return null;
}
