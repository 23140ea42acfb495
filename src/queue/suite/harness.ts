import { NO_METER, type Meter } from '../../base/mod.ts';
import type { Job, JobRequest, JobResult } from '../../domain/mod.ts';
import type { Execute, JobRecords, Queue, QueueOptions } from '../port.ts';

/** What a driver tells the suite about itself. */
export interface Driver {
  open(options: QueueOptions): Promise<Queue>;
}

/** Tests by name. */
export type Cases = Readonly<Record<string, (driver: Driver) => Promise<void>>>;

/** Records that outlive a queue, as a database does. */
export class Records implements JobRecords {
  readonly #jobs = new Map<string, string>();
  /** While it is set, nothing can be written. */
  broken = false;

  async putJob(job: Job): Promise<void> {
    if (this.broken) throw new Error('the disk is full');
    this.#jobs.set(job.id, JSON.stringify(job));
  }

  async job(id: string): Promise<Job | null> {
    const found = this.#jobs.get(id);
    return found === undefined ? null : (JSON.parse(found) as Job);
  }

  async jobs({ states = [], repository, before, limit }: Parameters<JobRecords['jobs']>[0]): Promise<readonly Job[]> {
    return [...this.#jobs.values()]
      .map((text) => JSON.parse(text) as Job)
      .filter((job) => (states.length === 0 || states.includes(job.state)) && (repository === undefined || job.repository === repository) && (before === undefined || job.id < before))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }
}

/** Jobs under the hand of the test: each waits until it is let go, failed or stopped. */
export class Bench {
  /** Repositories in the order in which their jobs were begun. */
  readonly begun: string[] = [];
  /** Most jobs that ran at once. */
  most = 0;
  readonly #under = new Map<string, { readonly job: Job; readonly progress: Parameters<Execute>[1]['onProgress']; readonly end: (error: Error | null) => void }>();

  readonly execute: Execute = (job, { signal, onProgress }) => new Promise<JobResult>((resolve, reject) => {
    this.begun.push(job.repository);
    const end = (error: Error | null): void => {
      this.#under.delete(job.repository);
      if (error === null) resolve({ removed: [job.repository] });
      else reject(error);
    };
    signal.addEventListener('abort', () => end(signal.reason as Error), { once: true });
    this.#under.set(job.repository, { job, progress: onProgress, end });
    this.most = Math.max(this.most, this.#under.size);
  });

  async end(repository: string, error: Error | null = null): Promise<void> {
    (await this.#at(repository)).end(error);
  }

  async progress(repository: string, files: number): Promise<void> {
    (await this.#at(repository)).progress({ kind: 'scan', repository, files });
  }

  async runs(repository: string): Promise<void> {
    await this.#at(repository);
  }

  async #at(repository: string): Promise<NonNullable<ReturnType<Bench['peek']>>> {
    const end = Date.now() + 5_000;
    while (Date.now() < end) {
      const found = this.peek(repository);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`no job of ${repository} runs`);
  }

  peek(repository: string): { readonly progress: Parameters<Execute>[1]['onProgress']; readonly end: (error: Error | null) => void } | undefined {
    return this.#under.get(repository);
  }
}

export function indexOf(repository: string): JobRequest {
  return { kind: 'index', repository, fetch: false };
}

export function ask(queue: Queue, repository: string, request: JobRequest = indexOf(repository)): Promise<Job> {
  return queue.add(request, { by: 'local', repository });
}

/** A meter that writes down what it is told. */
export function counting(): { readonly meter: Meter; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    meter: {
      ...NO_METER,
      count: (name, labels) => told.push(`${name} ${Object.values(labels).join(' ')}`),
      set: (name, value) => told.push(name === 'mcp_index_queue_size' ? `${name} ${value}` : name),
    },
  };
}
