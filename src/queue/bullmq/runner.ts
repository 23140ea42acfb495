/** Jobs in the hands of this process, from the moment they are handed to it to their end. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asCodeIndexError, LIMITS, type Meter } from '../../base/mod.ts';
import type { Job, JobResult, Progress } from '../../domain/mod.ts';
import { diedTooOften, pauseAfter } from '../pace.ts';
import type { Execute, JobRecords } from '../port.ts';
import type { Watchers } from '../watching.ts';
import type { Handed, Turns } from './turns.ts';

export interface RunnerOptions {
  readonly records: JobRecords;
  readonly turns: Turns;
  readonly execute: Execute;
  readonly watchers: Watchers;
  readonly meter: Meter;
  readonly leaseMillis: number;
  readonly retryMillis: number | undefined;
  /** Tells everybody, here and elsewhere. */
  readonly tell: (job: Job) => void;
  /** Something becomes due in so many milliseconds. */
  readonly wake: (millis: number) => void;
  readonly onFault: (error: Error) => void;
}

interface Running {
  readonly number: number;
  readonly token: string;
  readonly abort: AbortController;
  /** As it is now, with progress that is not written down. */
  job: Job;
  /** Why it is stopped; `lost`: another process has taken it over. */
  stopped: 'cancelled' | 'drained' | 'lost' | null;
  /** Redis is being told that we have it no longer: saying that we have it would come after that. */
  leaving: boolean;
}

interface End {
  readonly state: 'done' | 'failed' | 'cancelled' | 'queued';
  readonly result?: JobResult;
  readonly error?: Job['error'];
  /** Before it is begun again. */
  readonly pause?: number;
}

const RETRY_MILLIS = 250;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<string, Running>();
  /** What `run` has not ended yet. */
  readonly #under = new Set<Promise<void>>();
  readonly #beat: NodeJS.Timeout;
  #draining = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#beat = setInterval(() => void this.hold(), options.leaseMillis / 3);
  }

  /** The job as it is here, if it is here. */
  at(id: string): Job | undefined {
    return this.#running.get(id)?.job;
  }

  get count(): number {
    return this.#running.size;
  }

  stop(id: string, why: NonNullable<Running['stopped']>): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    running.stopped ??= why;
    running.abort.abort(new DOMException(why, 'AbortError'));
  }

  /** Never rejects: what cannot be told to Redis now is found by whoever compares it with the journal. */
  run(handed: Handed): Promise<void> {
    const run = this.#begin(handed).catch((error: unknown) => this.#fault(error)).finally(() => this.#under.delete(run));
    this.#under.add(run);
    return run;
  }

  /** Says that we are still at our jobs, and hears of those that are ours no longer. */
  async hold(): Promise<void> {
    await Promise.all([...this.#running.values()].filter(({ leaving }) => !leaving).map(async (running) => {
      // Where Redis cannot be asked, nobody else can take a job either.
      const answer = await this.#options.turns.hold(running).catch(() => 'held');
      if (answer === 'lost') this.stop(running.job.id, 'lost');
      if (answer === 'cancelled') this.stop(running.job.id, 'cancelled');
    }));
  }

  async drain(millis: number): Promise<void> {
    this.#draining = true;
    const stop = new AbortController();
    const late = sleep(millis, undefined, { signal: stop.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#under), late]);
    stop.abort();
    for (const id of this.#running.keys()) this.stop(id, 'drained');
    await Promise.all(this.#under);
    clearInterval(this.#beat);
  }

  async #begin(handed: Handed): Promise<void> {
    const { turns, records } = this.#options;
    const token = randomUUID();
    const answer = await this.#hands(handed, token);
    if (answer === 'gone') return;
    const stored = await records.job(handed.id);
    if (stored === null || stored.finishedAt !== null) return void (await turns.leave(handed.id, { number: handed.number, token }));
    const running: Running = { number: handed.number, token, abort: new AbortController(), job: stored, stopped: null, leaving: false };
    if (this.#draining) return void (await turns.again(handed.id, { number: handed.number, token }));
    const dead = diedTooOften(stored);
    if (dead !== null) return this.#end(running, { state: 'failed', error: dead.error });
    if (answer === 'cancelled') return this.#end(running, { state: 'cancelled' });
    running.job = { ...stored, state: 'running', attempts: stored.attempts + 1, startedAt: now(), progress: null };
    this.#running.set(handed.id, running);
    try {
      await this.#run(running);
    } finally {
      this.#running.delete(handed.id);
    }
  }

  /** Waits while another process says that it has this job: it is dead, or will end it. */
  async #hands(handed: Handed, token: string): Promise<'gone' | 'cancelled' | 'begun'> {
    for (;;) {
      const answer = await this.#options.turns.begin(handed, token);
      if (answer !== 'held') return answer;
      if (this.#draining) return 'gone';
      await sleep(Math.min(RETRY_MILLIS, this.#options.leaseMillis / 4));
    }
  }

  async #run(running: Running): Promise<void> {
    const { records, execute, tell, meter } = this.#options;
    const { job, abort: { signal } } = running;
    const started = performance.now();
    let end: End;
    try {
      await records.putJob(job);
      tell(job);
      signal.throwIfAborted();
      end = { state: 'done', result: await execute(job, { signal, onProgress: (progress) => this.#progress(running, progress) }) };
    } catch (thrown) {
      end = this.#failed(running, thrown);
    }
    meter.set('code_index_job_duration_seconds', (performance.now() - started) / 1_000, { kind: job.request.kind });
    await this.#end(running, end);
  }

  #failed({ job, stopped }: Running, thrown: unknown): End {
    if (stopped === 'drained') return { state: 'queued' };
    if (stopped === 'cancelled') return { state: 'cancelled' };
    const { error } = asCodeIndexError(thrown, `The job ${job.id}`).toJSON();
    const pause = pauseAfter(job, error.code, this.#options.retryMillis);
    return pause === null ? { state: 'failed', error } : { state: 'queued', error, pause };
  }

  async #end(running: Running, end: End): Promise<void> {
    const { records, turns, watchers, tell, meter, wake } = this.#options;
    const { job } = running;
    watchers.hush(job.id);
    // Whoever has taken it over tells how it ends.
    if (running.stopped === 'lost' || (await turns.hold(running).catch(() => 'held')) === 'lost') return;
    const ended: Job = end.state === 'queued'
      // Stopped in good order: that was no failed attempt.
      ? { ...job, state: 'queued', attempts: end.error === undefined ? job.attempts - 1 : job.attempts, startedAt: null, progress: null, error: end.error ?? job.error }
      : { ...job, state: end.state, finishedAt: now(), result: end.result ?? null, error: end.error ?? null };
    try {
      await records.putJob(ended);
    } catch (error) {
      // Done is done: what is not written down is done again, which changes nothing.
      this.#fault(error);
    }
    if (end.state !== 'queued') meter.count('code_index_jobs_total', { kind: job.request.kind, outcome: end.state });
    running.leaving = true;
    await this.#surely(() => (end.state === 'queued' ? turns.again(job.id, running, end.pause) : turns.leave(job.id, running)));
    if (end.pause !== undefined) wake(end.pause);
    // From now on the journal says how it is.
    this.#running.delete(job.id);
    tell(ended);
  }

  /** Goes on until Redis has heard it: until then the next job of this repository could not be begun anyway. */
  async #surely(say: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return void (await say());
      } catch (error) {
        if (this.#draining && tries * RETRY_MILLIS >= LIMITS.redisMillis) return this.#fault(error);
        await sleep(RETRY_MILLIS);
      }
    }
  }

  #progress(running: Running, progress: Progress): void {
    const { turns, watchers, tell } = this.#options;
    running.job = { ...running.job, progress };
    watchers.throttle(running.job.id, () => {
      if (!this.#running.has(running.job.id)) return;
      tell(running.job);
      void turns.putProgress(running.job.id, running.job.progress as Progress).catch(() => {});
    });
  }

  #fault(error: unknown): void {
    this.#options.onFault(error instanceof Error ? error : new Error(String(error)));
  }
}

function now(): string {
  return new Date().toISOString();
}
