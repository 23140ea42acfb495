/**
 * `code-index run-job`: one job in a process of its own, beside the server or worker that asked for it (src/app/serve/jobs.ts).
 * It works at a lower priority, so that answers keep their pace; what breaks here breaks no server. It is no command for
 * people: the job comes over the channel between the two processes, and the end of that channel ends it.
 */
import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { asCodeIndexError } from '../base/mod.ts';
import type { Job, JobResult, Progress } from '../domain/mod.ts';
import { doJob, type Service } from '../service/mod.ts';
import { SETTINGS } from './flags.ts';

/** What the process of a job says; `ready` asks for the job. */
export type JobMessage =
  | { readonly ready: true }
  | { readonly progress: Progress }
  | { readonly result: JobResult }
  | { readonly error: { readonly code: string; readonly message: string; readonly fix: string } };

/** Less than what a person waits for. */
const NICENESS = 10;
const BYTES_OF_MEGABYTE = 1_048_576;
/** Between two looks at the memory in use. */
const LOOK_MILLIS = 250;

/** Does the one job; gives the exit code. */
export async function runJob(words: readonly string[], open: (flags: Readonly<Record<string, string | undefined>>) => { readonly service: Service; readonly megabytes: number }, signal: AbortSignal): Promise<number> {
  if (process.send === undefined) {
    process.stderr.write('code-index: `run-job` is started by `code-index serve` and `code-index worker` alone.\n');
    return 2;
  }
  lowerPriority();
  process.channel?.ref();
  const flags = Object.fromEntries(SETTINGS.flatMap(({ flag }) => (flag === null ? [] : [[flag, { type: 'string' as const }]])));
  const { values } = parseArgs({ args: [...words], options: flags });
  try {
    const opened = open(values as Record<string, string | undefined>);
    await using service = opened.service;
    using _memory = guardMemory(opened.megabytes);
    const job = await received(signal);
    const result = await doJob(service, job.request, { signal, onProgress: (progress) => say({ progress }) });
    await said({ result });
    return 0;
  } catch (thrown) {
    await said(asCodeIndexError(thrown, 'The job').toJSON());
    return 1;
  } finally {
    process.channel?.unref();
  }
}

/** Ends the process where it uses more memory than it may: buffers and threads are beyond the heap that V8 bounds. */
function guardMemory(megabytes: number): Disposable {
  const timer = setInterval(() => {
    const used = Math.round(process.memoryUsage.rss() / BYTES_OF_MEGABYTE);
    if (used <= megabytes) return;
    clearInterval(timer);
    const error = { code: 'too_large', message: `The process of the job used ${used} MB, more than the ${megabytes} MB that it may use, and was ended.`, fix: 'Set JOB_MEMORY_MB higher, or CODE_INDEX_THREADS lower.' };
    void said({ error }).then(() => process.exit(1));
  }, LOOK_MILLIS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function received(signal: AbortSignal): Promise<Job> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    process.once('message', (message) => resolve((message as { job: Job }).job));
    say({ ready: true });
  });
}

function say(message: JobMessage): void {
  if (process.connected) process.send?.(message, () => {});
}

/** Waits until it has left: what ends right after must not take it along. */
function said(message: JobMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

function lowerPriority(): void {
  try {
    setPriority(NICENESS);
  } catch {
    // A system that does not let us wait longer lets us work all the same.
  }
}
