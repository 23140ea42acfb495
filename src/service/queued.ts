/** Work that takes long: queued and followed where there is a queue. */
import { CodeIndexError, ERROR_CODES, throwIfAborted, type ErrorCode } from '../base/mod.ts';
import type { Job, JobRequest } from '../domain/mod.ts';
import type { Queue } from '../queue/mod.ts';
import type { Call } from './operation.ts';
import { jobFor } from './places.ts';
import type { Service } from './service.ts';

/** Adds a job and waits for its end as long as the call allows. A call that is given up leaves the job alone. */
export async function throughQueue(service: Service, queue: Queue, request: JobRequest, repository: string, call: Call): Promise<Job> {
  const job = await queue.add(request, { by: service.identity.id, repository });
  return jobFor(service, await follow(queue, job, call));
}

/** Waits as long as the call allows, and no longer than until `enough`. */
export async function follow(queue: Queue, job: Job, call: Call, enough?: (job: Job) => boolean): Promise<Job> {
  if (call.waitMillis === 0 && enough === undefined) return job;
  const stop = new AbortController();
  const signals = [stop.signal, ...(call.signal === undefined ? [] : [call.signal]), ...(call.waitMillis === undefined ? [] : [AbortSignal.timeout(call.waitMillis)])];
  const last = await queue.follow(job.id, (now) => {
    if (now.progress !== null && now.state === 'running') call.onProgress?.(now.progress);
    if (enough?.(now) === true) stop.abort();
  }, AbortSignal.any(signals));
  throwIfAborted(call.signal);
  return last;
}

/** Whether the job has ended well; its failure is thrown as the failure of the call that asked for it. */
export function endedWell(job: Job): boolean {
  if (job.state === 'failed') {
    const { code, message, fix } = job.error ?? { code: 'internal', message: `The job ${job.id} failed.`, fix: 'Ask for it again.' };
    throw new CodeIndexError(ERROR_CODES.includes(code as ErrorCode) ? (code as ErrorCode) : 'internal', message, fix);
  }
  if (job.state === 'cancelled') throw new CodeIndexError('conflict', `The job ${job.id} was cancelled.`, 'Ask for it again.');
  return job.state === 'done';
}

/** Whether the caller's grants cover what a job is about. */
export function maySee({ identity }: Service, { repository }: Job): boolean {
  return identity.repositories === null || identity.repositories.includes(repository);
}
