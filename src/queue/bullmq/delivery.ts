/** BullMQ: brings what may begin to a worker, and to another one where that dies. */
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUE_NAMES, type Handed, type QueueName } from './turns.ts';

export interface DeliveryOptions {
  /** Commands wait until Redis is there. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly leaseMillis: number;
  readonly onError: (error: Error) => void;
}

interface Parcel {
  readonly id: string;
  readonly number: number;
}

/** A worker that died is found by the locks that it no longer renews; how often a job may be begun is counted in the journal. */
const STALLS = 1_000;
/** Milliseconds after an error of the connection before the next job is asked for. */
const PAUSE_MILLIS = 500;

export class Delivery implements AsyncDisposable {
  readonly #options: DeliveryOptions;
  readonly #queues: ReadonlyMap<QueueName, Queue<Parcel>>;
  #workers: Worker<Parcel>[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { redis: connection, prefix, onError } = options;
    this.#queues = new Map(QUEUE_NAMES.map((name) => {
      // What BullMQ would check of the version and the settings of Redis it would say on the console; `condition` says it better.
      const queue = new Queue<Parcel>(name, { connection, prefix, skipVersionCheck: true, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
      queue.on('error', onError);
      return [name, queue];
    }));
  }

  /** Hands a job over. The number is part of its name, so that what is handed out anew is not taken for what is still there. */
  async send({ id, number, queue }: Handed): Promise<void> {
    await this.#queues.get(queue)?.add('job', { id, number }, { jobId: nameOf(id, number) });
  }

  /** Whether a worker has it or will get it. */
  async isUnderWay({ id, number, queue }: Handed): Promise<boolean> {
    const state = await this.#queues.get(queue)?.getJobState(nameOf(id, number));
    return state !== undefined && state !== 'unknown' && state !== 'completed' && state !== 'failed';
  }

  /** Begins to take jobs, `concurrency` of each queue at once. */
  work(run: (handed: Handed) => Promise<void>, concurrency: number): void {
    const { redis: connection, prefix, leaseMillis, onError } = this.#options;
    this.#workers = QUEUE_NAMES.map((queue) => {
      const worker = new Worker<Parcel>(queue, ({ data }) => run({ ...data, queue }), {
        connection, prefix, concurrency, skipVersionCheck: true, lockDuration: leaseMillis, stalledInterval: Math.ceil(leaseMillis / 2), maxStalledCount: STALLS, runRetryDelay: PAUSE_MILLIS,
        drainDelay: 1, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 },
      });
      worker.on('error', (error) => {
        // Whose job it is, `turns` knows; the lock of one that Redis forgot, or that was handed out anew, is nobody's loss.
        if (!/lock|Missing key|not in the active state/i.test(error.message)) onError(error);
      });
      return worker;
    });
  }

  /** Takes no further jobs; those that are under way go on. */
  async pause(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.pause(true)));
  }

  /** `force`: without a word to Redis, which may not be there. */
  async close(force: boolean): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close(force)));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(false);
  }
}

function nameOf(id: string, number: number): string {
  return `${id}.${number}`;
}
