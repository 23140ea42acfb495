/**
 * `code-index run-job`: one job in a process of its own, beside the server that asked for it (src/app/serve/jobs.ts).
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

/** Does the one job; gives the exit code. */
export async function runJob(words: readonly string[], open: (flags: Readonly<Record<string, string | undefined>>) => Service, signal: AbortSignal): Promise<number> {
  if (process.send === undefined) {
    process.stderr.write('code-index: `run-job` is started by `code-index serve` alone.\n');
    return 2;
  }
  lowerPriority();
  process.channel?.ref();
  const flags = Object.fromEntries(SETTINGS.flatMap(({ flag }) => (flag === null ? [] : [[flag, { type: 'string' as const }]])));
  const { values } = parseArgs({ args: [...words], options: flags });
  try {
    await using service = open(values as Record<string, string | undefined>);
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
