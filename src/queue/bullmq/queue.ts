/**
 * The queue that processes share over Redis. A job is in the journal before it is in Redis; `turns` says which may begin,
 * BullMQ brings it to a worker, `reconcile` mends what Redis forgot.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { CodeIndexError, LIMITS, NO_METER } from '../../base/mod.ts';
import type { Job, JobRequest } from '../../domain/mod.ts';
import { replayable } from '../pace.ts';
import type { Asked, Execute, Queue, QueueCondition, QueueOptions } from '../port.ts';
import { Watchers } from '../watching.ts';
import { conditionOf } from './condition.ts';
import { connect, isReady, prefixOf, redisError, type RedisPlace } from './connection.ts';
import { Delivery } from './delivery.ts';
import { News, type Item } from './news.ts';
import { reconcile } from './reconcile.ts';
import { Runner } from './runner.ts';
import { Turns } from './turns.ts';

export interface SharedQueueOptions extends Omit<QueueOptions, 'execute'> {
  readonly redis: RedisPlace;
  /** Null: jobs are added and followed here, and done elsewhere. */
  readonly execute: Execute | null;
  /** One job of all runs at a time, whoever runs it: for a store that takes one writer, where further ones would only wait for it. */
  readonly oneAtATime?: boolean;
  /** Milliseconds after which another process takes the jobs of one that says nothing any more; LIMITS.jobLeaseMillis when absent. */
  readonly leaseMillis?: number;
}

/** Opens it and takes up what earlier processes left. Throws where Redis refuses us; where it is away, work begins when it is there. */
export async function openSharedQueue(options: SharedQueueOptions): Promise<Queue> {
  const queue = new SharedQueue(options);
  try {
    await queue.begin();
    return queue;
  } catch (error) {
    await queue[Symbol.asyncDispose]();
    throw error;
  }
}

const TICK_MILLIS = 1_000;
/** Looks for a job that another process has reserved and not written down yet, before we write it down. */
const LOOKS = 10;
const LOOK_MILLIS = 50;

class SharedQueue implements Queue {
  readonly #options: SharedQueueOptions;
  readonly #leaseMillis: number;
  readonly #token = randomUUID();
  readonly #redis: Redis;
  readonly #patient: Redis;
  readonly #hearing: Redis;
  readonly #turns: Turns;
  readonly #delivery: Delivery;
  readonly #news: News;
  readonly #watchers = new Watchers();
  readonly #runner: Runner | null;
  readonly #timers = new Set<NodeJS.Timeout>();
  #live = 0;
  /** It was said already that Redis is away. */
  #away = false;
  #adding: Promise<unknown> = Promise.resolve();
  #sending: Promise<unknown> = Promise.resolve();
  #reconciling: Promise<void> | null = null;
  #state: 'open' | 'draining' | 'closed' = 'open';

  constructor(options: SharedQueueOptions) {
    const { redis: place, execute, meter = NO_METER, leaseMillis = LIMITS.jobLeaseMillis } = options;
    const prefix = prefixOf(place);
    this.#options = options;
    this.#leaseMillis = leaseMillis;
    this.#redis = connect(place, false);
    this.#patient = connect(place, true);
    this.#hearing = connect(place, true);
    this.#turns = new Turns({
      redis: this.#redis, place, prefix, leaseMillis, jobsPerMinute: options.jobsPerMinute ?? 0, oneAtATime: options.oneAtATime ?? false,
      onAnswer: (live, handed) => {
        this.#measure(live);
        for (const one of handed) this.#sending = this.#sending.then(() => this.#delivery.send(one)).catch((error: unknown) => this.#fault(error));
      },
    });
    this.#delivery = new Delivery({ redis: this.#patient, prefix, leaseMillis, onError: (error) => this.#unreachable(error) });
    this.#news = new News(this.#redis, this.#hearing, prefix, (item) => this.#hear(item));
    this.#runner = execute === null ? null : new Runner({
      records: options.records, turns: this.#turns, execute, watchers: this.#watchers, meter, leaseMillis, retryMillis: options.retryMillis,
      tell: (job) => this.#tell(job), wake: (millis) => this.#wake(millis), onFault: (error) => this.#fault(error),
    });
  }

  async begin(): Promise<void> {
    this.#options.meter?.set('mcp_index_queue_size', 0, {});
    if (await isReady(this.#redis, this.#options.redis)) await this.#reconcile();
    else this.#unreachable(new Error('connect'));
    this.#redis.on('ready', () => void this.#back());
    this.#timers.add(setInterval(() => void this.#tick(), TICK_MILLIS));
    this.#timers.add(setInterval(() => void this.#compare(), LIMITS.jobReconcileMillis));
    if (this.#runner !== null) this.#delivery.work((handed) => (this.#runner as Runner).run(handed), this.#options.concurrency ?? 1);
  }

  async add(request: JobRequest, { by, repository }: Asked): Promise<Job> {
    const createdAt = new Date().toISOString();
    return this.#inTurn({ id: '', request, repository, state: 'queued', by, attempts: 0, createdAt, startedAt: null, finishedAt: null, progress: null, result: null, error: null });
  }

  async replay(id: string): Promise<Job> {
    return this.#inTurn(replayable(await this.#options.records.job(id), id));
  }

  /** One after the other, so that ids are in the order of the calls. */
  #inTurn(job: Job): Promise<Job> {
    if (this.#state !== 'open') return Promise.reject(new CodeIndexError('unavailable', 'The server is stopping and takes no more work.', 'Repeat the call in a minute.'));
    const taken = this.#adding.then(() => this.#take(job));
    this.#adding = taken.catch(() => {});
    return taken;
  }

  async #take(wanted: Job): Promise<Job> {
    const { records, redis: place } = this.#options;
    if (!(await isReady(this.#redis, place))) throw redisError(new Error('no connection'), place);
    for (;;) {
      const { what, id } = await this.#turns.reserve(wanted, wanted.id);
      if (what === 'full') throw new CodeIndexError('unavailable', `${LIMITS.jobsWaiting} jobs wait already.`, 'Repeat the call when some of them are done.');
      if (what === 'cold') {
        await this.#reconcile();
        continue;
      }
      const same = what === 'same' && id !== wanted.id ? await this.#reserved(id) : null;
      if (same?.finishedAt === null) return same;
      if (same !== null) {
        // It has ended, and whoever ended it did not get to saying so.
        await this.#turns.leave(id);
        continue;
      }
      const job: Job = { ...wanted, id };
      try {
        await records.putJob(job);
      } catch (error) {
        await this.#turns.unreserve(job).catch(() => {});
        throw error;
      }
      // From here on it is taken: what Redis did not hear is in the journal, and found there.
      await this.#turns.enter(job, { anew: wanted.id !== '' }).catch((error: unknown) => this.#fault(error));
      return job;
    }
  }

  /** A job that somebody is about to write down; null where he does not get to it. */
  async #reserved(id: string): Promise<Job | null> {
    for (let look = 1; look <= LOOKS; look++) {
      const job = await this.job(id);
      if (job !== null) return job;
      await sleep(LOOK_MILLIS);
    }
    return null;
  }

  async job(id: string): Promise<Job | null> {
    // One that is just ending here is told when all is done, not when it is written down.
    const here = this.#runner?.at(id);
    if (here !== undefined) return here;
    const stored = await this.#options.records.job(id);
    return stored === null ? null : ((await this.#withProgress([stored]))[0] ?? null);
  }

  async jobs(options: Parameters<Queue['jobs']>[0]): Promise<readonly Job[]> {
    return this.#withProgress(await this.#options.records.jobs(options));
  }

  async #withProgress(jobs: readonly Job[]): Promise<readonly Job[]> {
    const elsewhere = jobs.filter(({ id, state }) => state === 'running' && this.#runner?.at(id) === undefined);
    // How far a job is can be left out of an answer while Redis is away.
    const progress = await this.#turns.progress(elsewhere.map(({ id }) => id)).catch(() => new Map<string, NonNullable<Job['progress']>>());
    return jobs.map((job) => (job.finishedAt !== null ? job : (this.#runner?.at(job.id) ?? { ...job, progress: progress.get(job.id) ?? job.progress })));
  }

  async cancel(id: string): Promise<boolean> {
    const { records, redis: place } = this.#options;
    const job = await records.job(id);
    if (job === null || job.finishedAt !== null) return false;
    if (!(await isReady(this.#redis, place))) throw redisError(new Error('no connection'), place);
    if ((await this.#turns.cancel(id)) === 'left') {
      const ended: Job = { ...job, state: 'cancelled', finishedAt: new Date().toISOString(), progress: null };
      await records.putJob(ended);
      this.#options.meter?.count('code_index_jobs_total', { kind: job.request.kind, outcome: 'cancelled' });
      this.#tell(ended);
      return true;
    }
    this.#runner?.stop(id, 'cancelled');
    this.#news.say({ cancel: id });
    // Whoever runs it may have died: then the one who takes it over ends it.
    const last = await this.follow(id, () => {}, AbortSignal.timeout(LIMITS.jobStopMillis + 3 * this.#leaseMillis));
    return last.finishedAt === null || last.state === 'cancelled';
  }

  follow(id: string, onChange: (job: Job) => void, signal?: AbortSignal): Promise<Job> {
    return this.#watchers.follow(id, onChange, () => this.job(id), { signal, everyMillis: LIMITS.jobPollMillis });
  }

  size(): number {
    return this.#live;
  }

  async isTurn(name: string, millis: number): Promise<boolean> {
    return this.#turns.isTurn(name, this.#token, millis).catch(() => false);
  }

  condition(): Promise<QueueCondition> {
    return conditionOf(this.#redis, this.#options.redis);
  }

  async drain(millis: number): Promise<void> {
    if (this.#state === 'open') this.#state = 'draining';
    await this.#delivery.pause();
    await this.#runner?.drain(millis);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'closed') return;
    await this.drain(0);
    this.#state = 'closed';
    for (const timer of this.#timers) clearTimeout(timer);
    this.#watchers[Symbol.dispose]();
    await this.#reconciling;
    const reachable = this.#redis.status === 'ready';
    if (reachable) await this.#sending;
    await this.#delivery.close(!reachable).catch(() => {});
    for (const redis of [this.#redis, this.#patient, this.#hearing]) redis.disconnect();
  }

  #hear(item: Item): void {
    if ('job' in item) this.#watchers.tell(item.job);
    else this.#runner?.stop(item.cancel, 'cancelled');
  }

  #tell(job: Job): void {
    this.#watchers.tell(job);
    this.#news.say({ job });
  }

  #wake(millis: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#tick();
    }, millis + 1);
    this.#timers.add(timer);
  }

  async #tick(): Promise<void> {
    if (this.#state === 'closed' || this.#redis.status !== 'ready') return;
    try {
      if (!(await this.#turns.tick())) await this.#reconcile();
    } catch (error) {
      this.#unreachable(error);
    }
  }

  /** Redis may have come back with less than it had. */
  async #back(): Promise<void> {
    this.#away = false;
    await this.#runner?.hold();
    await this.#reconcile().catch((error: unknown) => this.#unreachable(error));
  }

  /** One of all processes compares now and then. */
  async #compare(): Promise<void> {
    if (this.#redis.status !== 'ready' || !(await this.isTurn('reconcile', 2 * LIMITS.jobReconcileMillis))) return;
    await this.#reconcile().catch((error: unknown) => this.#unreachable(error));
  }

  #reconcile(): Promise<void> {
    const { records } = this.#options;
    this.#reconciling ??= reconcile({ records, turns: this.#turns, delivery: this.#delivery, leaseMillis: this.#leaseMillis }).finally(() => {
      this.#reconciling = null;
    });
    return this.#reconciling;
  }

  #measure(live: number): void {
    if (this.#live === live) return;
    this.#live = live;
    this.#options.meter?.set('mcp_index_queue_size', live, {});
  }

  /** Said when it begins, not with every attempt. */
  #unreachable(error: unknown): void {
    if (this.#state !== 'open' || this.#away) return;
    this.#away = true;
    this.#fault(redisError(error, this.#options.redis));
  }

  #fault(error: unknown): void {
    this.#options.onFault?.(error instanceof Error ? error : new Error(String(error)));
  }
}
