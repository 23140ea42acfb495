/** The queue of one process: jobs wait in memory, and every change of state is written down before it counts. */
import { asCodeIndexError, CodeIndexError, LIMITS, NO_METER } from '../../base/mod.ts';
import type { Job, JobRequest, JobResult, Progress } from '../../domain/mod.ts';
import type { Asked, Queue, QueueCondition, QueueOptions } from '../port.ts';
import { newJobId } from '../ids.ts';
import { diedTooOften, isPaced, MINUTE_MILLIS, pauseAfter, replayable } from '../pace.ts';
import { Watchers } from '../watching.ts';
import { nextOf, sameWork } from './order.ts';

/** Opens the queue and takes up what an earlier process left: jobs that waited, and those that it was at when it ended. */
export async function openMemoryQueue(options: QueueOptions): Promise<Queue> {
  const queue = new MemoryQueue(options);
  await queue.resume();
  return queue;
}

const PAGE = 500;

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  /** Why it is stopped; null while it is not. */
  stopped: 'cancelled' | 'drained' | null;
}

class MemoryQueue implements Queue {
  readonly #options: QueueOptions;
  /** Jobs that wait or run, oldest first, with progress that is not written down. */
  readonly #live = new Map<string, Job>();
  readonly #running = new Map<string, Running>();
  readonly #watchers = new Watchers();
  /** Jobs that are not begun before a moment of `performance.now()`. */
  readonly #notBefore = new Map<string, number>();
  /** When jobs of a repository were begun, within the last minute. */
  readonly #begun = new Map<string, number[]>();
  #later: NodeJS.Timeout | undefined;
  #draining = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** A job that was begun so often without an end takes the process down with it: it is not begun again. */
  async resume(): Promise<void> {
    const left: Job[] = [];
    for (let before: string | undefined; ;) {
      const page = await this.#options.records.jobs({ states: ['queued', 'running'], limit: PAGE, ...(before === undefined ? {} : { before }) });
      left.push(...page);
      if (page.length < PAGE) break;
      before = page.at(-1)?.id;
    }
    for (const job of left.reverse()) {
      const dead = diedTooOften(job);
      if (dead !== null) {
        await this.#options.records.putJob(dead);
        this.#count(job, 'failed');
        continue;
      }
      this.#live.set(job.id, { ...job, state: 'queued', progress: null });
    }
    this.#measure();
    this.#begin();
  }

  async add(request: JobRequest, { by, repository }: Asked): Promise<Job> {
    if (this.#draining) throw new CodeIndexError('unavailable', 'The server is stopping and takes no more work.', 'Repeat the call in a minute.');
    return this.#take({
      id: newJobId(), request, repository, state: 'queued', by, attempts: 0, createdAt: now(), startedAt: null, finishedAt: null, progress: null, result: null, error: null,
    });
  }

  async replay(id: string): Promise<Job> {
    return this.#take(replayable(await this.job(id), id));
  }

  /** Lets a job wait, or gives the one that waits and would do the same. */
  async #take(job: Job): Promise<Job> {
    const waiting = [...this.#live.values()].find(({ state, repository, request }) => state === 'queued' && repository === job.repository && sameWork(request, job.request));
    if (waiting !== undefined) return waiting;
    if (this.#live.size >= LIMITS.jobsWaiting) throw new CodeIndexError('unavailable', `${this.#live.size} jobs wait already.`, 'Repeat the call when some of them are done.');
    // Before the first pause, so that an equal job that comes meanwhile finds this one.
    this.#live.set(job.id, job);
    try {
      await this.#options.records.putJob(job);
    } catch (error) {
      this.#live.delete(job.id);
      throw error;
    }
    this.#measure();
    this.#begin();
    return this.#live.get(job.id) ?? job;
  }

  async job(id: string): Promise<Job | null> {
    return this.#live.get(id) ?? this.#options.records.job(id);
  }

  async jobs(options: Parameters<Queue['jobs']>[0]): Promise<readonly Job[]> {
    const stored = await this.#options.records.jobs(options);
    return stored.map((job) => this.#live.get(job.id) ?? job);
  }

  async cancel(id: string): Promise<boolean> {
    const job = this.#live.get(id);
    if (job === undefined) return false;
    const running = this.#running.get(id);
    if (running === undefined) {
      await this.#end(job, { state: 'cancelled' });
      return true;
    }
    running.stopped ??= 'cancelled';
    running.abort.abort(new DOMException('cancelled', 'AbortError'));
    await running.ended;
    return (await this.job(id))?.state === 'cancelled';
  }

  follow(id: string, onChange: (job: Job) => void, signal?: AbortSignal): Promise<Job> {
    return this.#watchers.follow(id, onChange, () => this.job(id), { signal });
  }

  size(): number {
    return this.#live.size;
  }

  async isTurn(): Promise<boolean> {
    return true;
  }

  async condition(): Promise<QueueCondition> {
    return { failure: null, warning: null };
  }

  async drain(millis: number): Promise<void> {
    this.#draining = true;
    clearTimeout(this.#later);
    if (this.#running.size === 0) return;
    const ended = (): Promise<unknown> => Promise.all([...this.#running.values()].map((one) => one.ended));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, millis);
    await Promise.race([ended(), late]);
    clearTimeout(timer);
    for (const running of this.#running.values()) {
      running.stopped ??= 'drained';
      running.abort.abort(new DOMException('stopping', 'AbortError'));
    }
    await ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
    this.#watchers[Symbol.dispose]();
  }

  #begin(): void {
    while (!this.#draining && this.#running.size < (this.#options.concurrency ?? 1)) {
      const job = nextOf([...this.#live.values()], this.#running, (one) => this.#isDue(one));
      if (job === null) return this.#beginLater();
      this.#notBefore.delete(job.id);
      if (isPaced(job.request)) this.#begun.set(job.repository, [...(this.#begun.get(job.repository) ?? []), performance.now()]);
      const abort = new AbortController();
      const begun: Job = { ...job, state: 'running', attempts: job.attempts + 1, startedAt: now() };
      this.#live.set(job.id, begun);
      const running: Running = { abort, stopped: null, ended: Promise.resolve() };
      this.#running.set(job.id, { ...running, ended: this.#run(begun, abort.signal) });
    }
  }

  /** Jobs that may not be begun yet hold those of their repository behind them, as if they ran. */
  #isDue(job: Job): boolean {
    const at = performance.now();
    const { jobsPerMinute } = this.#options;
    if (jobsPerMinute !== undefined && isPaced(job.request)) {
      const recent = (this.#begun.get(job.repository) ?? []).filter((moment) => moment > at - MINUTE_MILLIS);
      if (recent.length === 0) this.#begun.delete(job.repository);
      else this.#begun.set(job.repository, recent);
      const free = recent.at(-jobsPerMinute);
      if (free !== undefined) this.#notBefore.set(job.id, Math.max(free + MINUTE_MILLIS, this.#notBefore.get(job.id) ?? 0));
    }
    return (this.#notBefore.get(job.id) ?? 0) <= at;
  }

  #beginLater(): void {
    clearTimeout(this.#later);
    if (this.#notBefore.size === 0) return;
    const first = Math.min(...this.#notBefore.values());
    this.#later = setTimeout(() => this.#begin(), Math.max(1, first - performance.now() + 1));
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    // The caller of `add` hears of the job before its first change.
    await Promise.resolve();
    const started = performance.now();
    let end: End;
    try {
      await this.#options.records.putJob(job);
      this.#watchers.tell(job);
      const result = await this.#options.execute(job, { signal, onProgress: (progress) => this.#progress(job.id, progress) });
      end = { state: 'done', result };
    } catch (thrown) {
      const stopped = this.#running.get(job.id)?.stopped ?? null;
      if (stopped === 'drained') end = { state: 'queued' };
      else if (stopped === 'cancelled') end = { state: 'cancelled' };
      else end = this.#failed(job, asCodeIndexError(thrown, `The job ${job.id}`));
    }
    this.#options.meter?.set('code_index_job_duration_seconds', (performance.now() - started) / 1_000, { kind: job.request.kind });
    await this.#end(this.#live.get(job.id) ?? job, end);
    this.#running.delete(job.id);
    this.#begin();
  }

  #failed(job: Job, error: CodeIndexError): End {
    const told = error.toJSON().error;
    const pause = pauseAfter(job, told.code, this.#options.retryMillis);
    if (pause === null) return { state: 'failed', error: told };
    this.#notBefore.set(job.id, performance.now() + pause);
    return { state: 'queued', error: told };
  }

  async #end(job: Job, end: End): Promise<void> {
    this.#watchers.hush(job.id);
    const ended: Job = end.state === 'queued'
      // Stopped in good order: that was no failed attempt.
      ? { ...job, state: 'queued', attempts: end.error === undefined ? job.attempts - 1 : job.attempts, startedAt: null, progress: null, error: end.error ?? job.error }
      : { ...job, state: end.state, finishedAt: now(), result: end.result ?? null, error: end.error ?? null };
    if (end.state !== 'queued') this.#live.set(job.id, ended);
    try {
      await this.#options.records.putJob(ended);
    } catch (error) {
      // Done is done: what is not written down is done again after a restart, which changes nothing.
      this.#options.onFault?.(error instanceof Error ? error : new Error(String(error)));
    }
    if (end.state === 'queued') this.#live.set(job.id, ended);
    else {
      this.#live.delete(job.id);
      this.#notBefore.delete(job.id);
      this.#count(job, end.state);
    }
    this.#measure();
    this.#watchers.tell(ended);
  }

  /** Kept at once, told a few times a second. */
  #progress(id: string, progress: Progress): void {
    const job = this.#live.get(id);
    if (job === undefined || job.state !== 'running') return;
    this.#live.set(id, { ...job, progress });
    this.#watchers.throttle(id, () => {
      const latest = this.#live.get(id);
      if (latest !== undefined) this.#watchers.tell(latest);
    });
  }

  #measure(): void {
    (this.#options.meter ?? NO_METER).set('mcp_index_queue_size', this.#live.size, {});
  }

  #count(job: Job, outcome: string): void {
    (this.#options.meter ?? NO_METER).count('code_index_jobs_total', { kind: job.request.kind, outcome });
  }
}

interface End {
  readonly state: 'done' | 'failed' | 'cancelled' | 'queued';
  readonly result?: JobResult;
  readonly error?: Job['error'];
}

function now(): string {
  return new Date().toISOString();
}
