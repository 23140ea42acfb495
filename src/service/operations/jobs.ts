import { CodeIndexError } from '../../base/mod.ts';
import { JOB_STATES, type Job, type JobState } from '../../domain/mod.ts';
import type { Queue } from '../../queue/mod.ts';
import type { Operation } from '../operation.ts';
import { jobFor } from '../places.ts';
import { maySee } from '../queued.ts';
import type { Service } from '../service.ts';

export interface JobsInput {
  readonly state?: readonly JobState[];
  readonly repository?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface JobsAnswer {
  /** Newest first. */
  readonly jobs: readonly Job[];
  readonly nextCursor: string | null;
}

export interface JobAnswer {
  readonly job: Job;
}

const LIMIT_DEFAULT = 50;
const PAGE = 200;

export const listJobsOperation: Operation<JobsInput, JobsAnswer> = {
  name: 'jobs list',
  title: 'List jobs',
  text: 'Lists work that a server has queued, has under way or has ended, the newest first.',
  effect: 'read',
  fields: {
    state: { kind: 'choices', values: JOB_STATES, text: 'in these states' },
    repository: { kind: 'text', flag: 'repo', text: 'about this repository' },
    limit: { kind: 'integer', least: 1, most: 1_000, text: `default ${LIMIT_DEFAULT}` },
    cursor: { kind: 'text', text: 'where the last page ended' },
  },
  async run(service, { state, repository, limit = LIMIT_DEFAULT, cursor }) {
    const jobs: Job[] = [];
    const read = await readerOf(service);
    let before = cursor;
    for (let more = true; more && jobs.length <= limit;) {
      const page = await read.jobs({ limit: PAGE, ...(state === undefined ? {} : { states: state }), ...(repository === undefined ? {} : { repository }), ...(before === undefined ? {} : { before }) });
      jobs.push(...page.filter((job) => maySee(service, job)));
      before = page.at(-1)?.id;
      more = page.length === PAGE;
    }
    const shown = jobs.slice(0, limit).map((job) => jobFor(service, job));
    return { jobs: shown, nextCursor: jobs.length > limit ? (shown.at(-1)?.id ?? null) : null };
  },
};

const ID = { id: { kind: 'text', required: true, position: 'one', text: 'as `jobs list` gives it' } } as const;

export const showJobOperation: Operation<{ readonly id: string }, JobAnswer> = {
  name: 'jobs show',
  title: 'Show a job',
  text: 'Says how far a job is, and how it ended.',
  effect: 'read',
  fields: ID,
  async run(service, { id }) {
    return { job: await jobOf(service, id) };
  },
};

export const cancelJobOperation: Operation<{ readonly id: string }, JobAnswer> = {
  name: 'jobs cancel',
  title: 'Cancel a job',
  text: 'Stops a job that waits or runs. What it has indexed so far stays and is whole.',
  effect: 'write',
  fields: ID,
  async run(service, { id }) {
    const job = await jobOf(service, id);
    if (job.finishedAt !== null) throw new CodeIndexError('conflict', `The job ${id} has ended already: ${job.state}.`, 'Nothing is left to cancel.');
    await inQueue(service, id, `DELETE /api/jobs/${id}`, (queue) => queue.cancel(id));
    return { job: await jobOf(service, id) };
  },
};

export const replayJobOperation: Operation<{ readonly id: string }, JobAnswer> = {
  name: 'jobs replay',
  title: 'Begin a job anew',
  text: 'Lets a job that failed or was cancelled wait for its turn again, with all its attempts. `jobs list` with the state `failed` lists those that there are.',
  effect: 'write',
  fields: ID,
  async run(service, { id }) {
    await jobOf(service, id);
    const job = await inQueue(service, id, `POST /api/jobs/${id}/replay`, (queue) => queue.replay(id));
    return { job: jobFor(service, job) };
  },
};

/** The queue of this process, or the one that servers and workers share; a queue within a server is reached through it alone. */
async function inQueue<T>(service: Service, id: string, request: string, use: (queue: Queue) => Promise<T>): Promise<T> {
  if (service.queue !== null) return use(service.queue);
  const { redis } = service.settings;
  if (redis === undefined) throw new CodeIndexError('unavailable', `The job ${id} belongs to a server, which is another process.`, `Send it \`${request}\`.`);
  const [{ openSharedQueue }, { journal, supports }] = await Promise.all([import('../../queue/mod.ts'), service.store()]);
  await using queue = await openSharedQueue({ redis, records: journal, execute: null, oneAtATime: !supports.concurrentWriters });
  return await use(queue);
}

async function readerOf(service: Service): Promise<Pick<NonNullable<Service['queue']>, 'job' | 'jobs'>> {
  return service.queue ?? (await service.store()).journal;
}

async function jobOf(service: Service, id: string): Promise<Job> {
  const job = await (await readerOf(service)).job(id);
  if (job !== null && maySee(service, job)) return jobFor(service, job);
  throw new CodeIndexError('not_found', `There is no job ${JSON.stringify(id.slice(0, 100))}.`, 'See `jobs list` for those that there are.');
}
