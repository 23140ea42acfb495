/** How fast a queue works: what is tried again, after which pause, and what may not be begun too often. */
import { CodeIndexError, LIMITS } from '../base/mod.ts';
import type { Job, JobRequest } from '../domain/mod.ts';

/** The span that `QueueOptions.jobsPerMinute` counts over. */
export const MINUTE_MILLIS = 60_000;

/** Whether the same work may go well later: something else was missing, busy or slow. */
export function isRetryable(code: string): boolean {
  return code === 'unavailable' || code === 'conflict' || code === 'timeout';
}

/** Milliseconds before a job that failed is begun again; null where that is of no use, or was tried often enough. */
export function pauseAfter({ attempts }: Job, code: string, base: number = LIMITS.jobRetryMillis): number | null {
  return isRetryable(code) && attempts < LIMITS.jobAttempts ? base * LIMITS.jobRetryFactor ** Math.max(0, attempts - 1) : null;
}

/** Whether a job reads files or an origin, so that a caller could keep the machine busy with it. */
export function isPaced({ kind }: JobRequest): boolean {
  return kind === 'add' || kind === 'upload' || kind === 'index';
}

/** A job whose runner died so often takes its runner down: it is not begun again. */
export function diedTooOften(job: Job): Job | null {
  if (job.state !== 'running' || job.attempts < LIMITS.jobEnds) return null;
  const error = { code: 'internal', message: `The server ended ${job.attempts} times while this job ran.`, fix: 'See its log for the reason, then ask for the job again.' };
  return { ...job, state: 'failed', finishedAt: new Date().toISOString(), error };
}

/** A job as it waits once more, after `Queue.replay`. */
export function replayable(job: Job | null, id: string): Job {
  if (job === null) throw new CodeIndexError('not_found', `There is no job ${JSON.stringify(id)}.`, 'List the jobs for those that there are.');
  if (job.state !== 'failed' && job.state !== 'cancelled') throw new CodeIndexError('conflict', `The job ${id} is ${job.state}: only one that failed or was cancelled can be begun again.`, 'Ask for the work anew, with `repos update` or `reindex`.');
  return { ...job, state: 'queued', attempts: 0, startedAt: null, finishedAt: null, progress: null, result: null, error: null };
}
