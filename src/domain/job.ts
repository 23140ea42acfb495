import type { IndexSummary, Progress } from './progress.ts';

/** What is to be done, and on behalf of which call; never how. */
export type JobRequest =
  | {
    readonly kind: 'add';
    /** Folder or git URL; a URL carries no password here. */
    readonly target: string;
    readonly name?: string;
    readonly purpose?: string;
    readonly language?: string;
    readonly daysToKeep?: number;
    readonly branch?: readonly string[];
  }
  | {
    readonly kind: 'upload';
    /** Absolute; an archive in the folder of uploads is removed when the job has ended. */
    readonly file: string;
    readonly name: string;
    readonly purpose?: string;
    readonly language?: string;
    readonly daysToKeep?: number;
  }
  | { readonly kind: 'index'; readonly repository: string; readonly fetch: boolean }
  /** Symbols and vectors of what is stored, where they are missing or of another model; reads no files. */
  | { readonly kind: 'symbols'; readonly repository: string }
  | { readonly kind: 'remove'; readonly repository: string }
  | { readonly kind: 'cleanup' };

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobResult {
  readonly summaries?: readonly IndexSummary[];
  readonly removed?: readonly string[];
}

export interface Job {
  /** Unique; sorts by age. */
  readonly id: string;
  readonly request: JobRequest;
  /** Name of the repository that it is about; empty for all. Decides who may see it, and which jobs run one after the other. */
  readonly repository: string;
  readonly state: JobState;
  /** `Identity.id` of who asked. */
  readonly by: string;
  /** Times that it was begun. */
  readonly attempts: number;
  /** ISO 8601, as all times. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The last that was told; null before anything was. */
  readonly progress: Progress | null;
  readonly result: JobResult | null;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}
