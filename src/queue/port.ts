import type { Meter } from '../base/mod.ts';
import type { Job, JobRequest, JobResult, JobState, Progress } from '../domain/mod.ts';

/** Who wants a job and what it is about. */
export interface Asked {
  /** `Identity.id`. */
  readonly by: string;
  /** Name of the repository; empty for all. Jobs of one repository run one after the other. */
  readonly repository: string;
}

/** Jobs that wait, run and ended. */
export interface Queue extends AsyncDisposable {
  /** Adds a job, or gives the one that waits already and would do the same. Fails with `unavailable` while draining. */
  add(request: JobRequest, asked: Asked): Promise<Job>;
  job(id: string): Promise<Job | null>;
  /** Newest first, before the id `before`. */
  jobs(options: { readonly states?: readonly JobState[]; readonly repository?: string; readonly before?: string; readonly limit: number }): Promise<readonly Job[]>;
  /** Stops a job that waits or runs; false where it had ended. */
  cancel(id: string): Promise<boolean>;
  /**
   * Lets a job that failed or was cancelled wait again, under its own id and with all its attempts; where an equal one
   * waits already, gives that one. Fails with `not_found`, or with `conflict` where it waits, runs or is done.
   */
  replay(id: string): Promise<Job>;
  /** Tells every change of a job, the present state first, until it has ended, and gives it then. An aborted signal ends the watching, not the job. */
  follow(id: string, onChange: (job: Job) => void, signal?: AbortSignal): Promise<Job>;
  /** Jobs that wait or run, as far as this process has heard. */
  size(): number;
  /**
   * Whether this process is the one that does what `name` stands for: one of all that share the queue, for `millis` from
   * its last yes on. Where nobody can be asked, no.
   */
  isTurn(name: string, millis: number): Promise<boolean>;
  /** What stands in the way of work, and what may do so some day; null where nothing does. */
  condition(): Promise<QueueCondition>;
  /** Begins nothing more. Jobs that run are stopped after `millis` and are begun again by the next process. */
  drain(millis: number): Promise<void>;
}

export interface QueueCondition {
  /** A sentence: work does not go on until it is mended. */
  readonly failure: string | null;
  /** A sentence: work goes on, and could stop. */
  readonly warning: string | null;
}

/** Does one job. What it throws becomes the job's error; an aborted signal means stop and leave a whole state. */
export type Execute = (job: Job, context: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void }) => Promise<JobResult>;

/** Where jobs are kept over a restart. The store's journal fits. */
export interface JobRecords {
  putJob(job: Job): Promise<void>;
  job(id: string): Promise<Job | null>;
  jobs(options: { readonly states?: readonly JobState[]; readonly repository?: string; readonly before?: string; readonly limit: number }): Promise<readonly Job[]>;
}

export interface QueueOptions {
  readonly records: JobRecords;
  readonly execute: Execute;
  readonly meter?: Meter;
  /** Jobs that run at once, of different repositories; 1 when absent. */
  readonly concurrency?: number;
  /** Jobs that read files of one repository, begun in a minute at most: more of them wait. Any number when absent. */
  readonly jobsPerMinute?: number;
  /** Milliseconds before the first repetition of a job that failed with `unavailable`, `conflict` or `timeout`; LIMITS.jobRetryMillis when absent. */
  readonly retryMillis?: number;
  /** Hears what could not be written down; the work goes on. */
  readonly onFault?: (error: Error) => void;
}
