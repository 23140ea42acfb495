/** Jobs of a server: kept in its database, done one after the other in processes beside it. */
import type { ChildProcess } from 'node:child_process';
import { CodeIndexError, LIMITS, type Log } from '../../base/mod.ts';
import type { Job, JobResult } from '../../domain/mod.ts';
import { openMemoryQueue, type Execute } from '../../queue/mod.ts';
import { jobSentence, type Service } from '../../service/mod.ts';
import type { JobMessage } from '../run-job.ts';

export interface Jobs {
  readonly service: Service;
  readonly log: Log;
  /** Starts this program with these words and a channel to it; it ends with us. */
  readonly start: (words: readonly string[]) => ChildProcess;
  /** The server stops: jobs get `drainMillis` from then on. */
  readonly signal: AbortSignal;
  readonly drainMillis: number;
  /** Told after each job: another process wrote. */
  readonly changed: () => void;
}

/** Gives the service its queue and takes up what an earlier server left. Disposing of it waits until no job runs. */
export async function openJobs({ service, log, start, signal, drainMillis, changed }: Jobs): Promise<AsyncDisposable> {
  const { journal } = await service.store();
  const queue = await openMemoryQueue({
    records: journal, meter: service.meter,
    execute: logged(inProcess(start), changed, log),
    onFault: (error) => log('error', `The end of a job cannot be written down: ${error.message}`, { error }),
  });
  if (queue.size() > 0) log('info', `${queue.size()} jobs of an earlier server are taken up.`);
  service.setQueue(queue);
  let drained: Promise<void> | null = null;
  const drain = (): Promise<void> => (drained ??= queue.drain(drainMillis));
  if (signal.aborted) void drain();
  else signal.addEventListener('abort', () => void drain(), { once: true });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await drain();
    },
  };
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
function inProcess(start: Jobs['start']): Execute {
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
      else reject(outcome?.error ?? new CodeIndexError('internal', `The process of the job ended with ${how} before it was done.`, 'Ask for it again; where it ends the same way, this machine may have too little memory for it (see CODE_INDEX_THREADS).'));
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, name) => ended(name ?? `code ${code}`));
  });
}

function errorOf({ code, message, fix }: { readonly code: string; readonly message: string; readonly fix: string }): CodeIndexError {
  return new CodeIndexError(code as CodeIndexError['code'], message, fix);
}
