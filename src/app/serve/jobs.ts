/** Jobs of a server or a worker: kept in the database, done in processes beside it. */
import type { ChildProcess } from 'node:child_process';
import { CodeIndexError, LIMITS, type Log } from '../../base/mod.ts';
import type { Job, JobResult } from '../../domain/mod.ts';
import { openMemoryQueue, openSharedQueue, type Execute, type Queue } from '../../queue/mod.ts';
import { jobSentence, type Service } from '../../service/mod.ts';
import type { Settings } from '../flags.ts';
import { redisOf } from '../redis.ts';
import type { JobMessage } from '../run-job.ts';

export interface Jobs {
  readonly service: Service;
  readonly log: Log;
  /** Starts this program with these words and a channel to it; it ends with us. */
  readonly start: (words: readonly string[]) => ChildProcess;
  /** We stop: jobs get `DRAIN_SECONDS` from then on. */
  readonly signal: AbortSignal;
  readonly settings: Settings;
  /** Told after each job: another process wrote. */
  readonly changed: () => void;
  /** Jobs are done here, and not by workers alone. */
  readonly runs: boolean;
  /** Jobs at once; 1 when absent. */
  readonly concurrency?: number;
}

/** Whether a server does jobs itself. Throws where nobody would. */
export function serverRunsJobs({ serveJobs, redisUrl }: Settings): boolean {
  if (serveJobs === 'false' && redisUrl === null) {
    throw new CodeIndexError('invalid_query', 'SERVE_JOBS is false, and without REDIS_URL no worker would hear of a job.', 'Set REDIS_URL and start `code-index worker`, or leave SERVE_JOBS out.');
  }
  return serveJobs === 'true' || (serveJobs === 'auto' && redisUrl === null);
}

/** Gives the service its queue and takes up what an earlier process left. Disposing of it waits until no job runs here. */
export async function openJobs(options: Jobs): Promise<AsyncDisposable> {
  const { service, log, signal, settings } = options;
  const queue = await openQueue(options);
  if (queue.size() > 0) log('info', `${queue.size()} ${queue.size() === 1 ? 'job of an earlier process is' : 'jobs of earlier processes are'} taken up.`);
  const { warning } = await queue.condition();
  if (warning !== null) log('warn', warning);
  service.setQueue(queue);
  let drained: Promise<void> | null = null;
  const drain = (): Promise<void> => (drained ??= queue.drain(settings.drainSeconds * 1_000));
  if (signal.aborted) void drain();
  else signal.addEventListener('abort', () => void drain(), { once: true });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await drain();
    },
  };
}

async function openQueue({ service, log, start, settings, runs, changed, concurrency = 1 }: Jobs): Promise<Queue> {
  const { journal, supports } = await service.store();
  const { jobsPerMinute, jobMemoryMegabytes } = settings;
  const execute = logged(inProcess(start, jobMemoryMegabytes), changed, log);
  const common = {
    records: journal, meter: service.meter, concurrency, ...(jobsPerMinute === 0 ? {} : { jobsPerMinute }),
    onFault: (error: Error) => log('error', `Of the queue: ${error instanceof CodeIndexError ? `${error.message} ${error.fix}` : error.message}`, { error }),
  };
  const redis = redisOf(settings);
  return redis === null ? openMemoryQueue({ ...common, execute }) : openSharedQueue({ ...common, redis, execute: runs ? execute : null, oneAtATime: !supports.concurrentWriters });
}

function logged(execute: Execute, changed: () => void, log: Log): Execute {
  return async (job, context) => {
    log('info', `${jobSentence({ ...job, progress: null })}.`, { job: job.id, by: job.by });
    try {
      return await execute(job, context);
    } catch (error) {
      if (!context.signal.aborted) log('warn', `job ${job.id} failed: ${error instanceof CodeIndexError ? `${error.message} ${error.fix}` : String(error)}`, { job: job.id });
      throw error;
    } finally {
      changed();
    }
  };
}

/** Each job in a process of its own. */
function inProcess(start: Jobs['start'], megabytes: number): Execute {
  return (job: Job, { signal, onProgress }) => new Promise<JobResult>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const child = start(['run-job']);
    child.stdout?.resume();
    let outcome: { readonly result: JobResult } | { readonly error: CodeIndexError } | null = null;
    let force: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      force ??= setTimeout(() => child.kill('SIGKILL'), LIMITS.jobStopMillis);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.on('message', (message: JobMessage) => {
      if ('ready' in message) child.send({ job }, () => {});
      else if ('progress' in message) onProgress(message.progress);
      else {
        outcome = 'result' in message ? message : { error: errorOf(message.error) };
        // It has said all; what it still holds open is no reason to wait.
        force ??= setTimeout(() => child.kill('SIGKILL'), LIMITS.jobStopMillis);
      }
    });
    const ended = (how: string): void => {
      clearTimeout(force);
      signal.removeEventListener('abort', stop);
      if (outcome !== null && 'result' in outcome) resolve(outcome.result);
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(outcome?.error ?? endedEarly(how, megabytes));
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, name) => ended(name ?? `code ${code}`));
  });
}

/** SIGABRT is how V8 ends a process whose heap is full, SIGKILL how a system ends one where memory is short. */
function endedEarly(how: string, megabytes: number): CodeIndexError {
  if (how === 'SIGABRT') return new CodeIndexError('too_large', `The process of the job needed more than the ${megabytes} MB that it may use, and was ended.`, 'Set JOB_MEMORY_MB higher, or CODE_INDEX_THREADS lower.');
  return new CodeIndexError('internal', `The process of the job ended with ${how} before it was done.`, 'Ask for it again; where it ends the same way, this machine may have too little memory for it (see CODE_INDEX_THREADS).');
}

function errorOf({ code, message, fix }: { readonly code: string; readonly message: string; readonly fix: string }): CodeIndexError {
  return new CodeIndexError(code as CodeIndexError['code'], message, fix);
}
