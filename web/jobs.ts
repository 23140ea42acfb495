/** Indexing as it runs: which jobs there are, and every change of those that are not over. */
import { ask, events, isAbort } from './api.ts';
import { count, h, when } from './dom.ts';
import type { Job, Progress } from './types.ts';

/** Jobs that others begin are noticed so soon. */
const POLL_MILLIS = 3_000;
const LISTED = 20;

export class JobWatch {
  readonly #known = new Map<string, Job>();
  readonly #followed = new Set<string>();
  readonly #tell: (job: Job) => void;
  #stop: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (job: Job) => void) {
    this.#tell = tell;
  }

  /** Newest first. */
  get jobs(): readonly Job[] {
    return [...this.#known.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  start(signal: AbortSignal): void {
    this.#stop?.abort();
    this.#stop = new AbortController();
    signal.addEventListener('abort', () => this.stop(), { once: true });
    void this.#poll(this.#stop.signal);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Takes a job that was just made, and tells what becomes of it. */
  follow(job: Job): void {
    this.#take(job);
    if (!isOver(job) && this.#stop !== null && !this.#followed.has(job.id)) void this.#stream(job, this.#stop.signal);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    try {
      if (!document.hidden) for (const job of (await ask<{ jobs: readonly Job[] }>('/api/jobs', { limit: LISTED }, { signal })).jobs) this.follow(job);
    } catch {
      // A server without a queue has no jobs to show; one that is gone is asked again.
    }
    if (!signal.aborted) this.#timer = setTimeout(() => void this.#poll(signal), POLL_MILLIS);
  }

  async #stream(job: Job, signal: AbortSignal): Promise<void> {
    this.#followed.add(job.id);
    try {
      for await (const { event, data } of events(`/api/jobs/${encodeURIComponent(job.id)}/events`, signal)) if (event === 'job') this.#take(data as Job);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
    } finally {
      // Where a stream broke off, the next poll finds the job again.
      this.#followed.delete(job.id);
    }
  }

  #take(job: Job): void {
    const before = this.#known.get(job.id);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(job)) return;
    this.#known.set(job.id, job);
    this.#tell(job);
  }
}

export function isOver({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

const WHAT: Readonly<Record<string, string>> = { add: 'Adding', index: 'Indexing', remove: 'Removing', cleanup: 'Cleaning up', unpack: 'Unpacking' };
const PHASE: Readonly<Record<Progress['kind'], string>> = { scan: 'looking for files', text: 'reading texts', symbols: 'finding symbols', vectors: 'making vectors', clone: 'cloning', done: 'finishing' };

export function drawJob(job: Job): HTMLElement {
  const { progress } = job;
  const name = job.repository || job.request.target || '';
  const running = job.state === 'running';
  const told = job.state === 'queued' ? 'waits' : !running ? job.state : progress === null ? 'begins' : phaseOf(progress);
  const known = running && progress?.total !== undefined && progress.total > 0;
  return h('div', { class: `job ${job.state}`, 'data-job': job.id, 'data-state': job.state },
    h('p', {}, h('strong', {}, `${WHAT[job.request.kind] ?? job.request.kind} ${name}`), ' ', h('span', { class: 'job-told' }, told), job.finishedAt === null ? null : h('span', { class: 'muted' }, ' ', when(job.finishedAt))),
    isOver(job) ? null : h('progress', { 'aria-label': `${name}: ${told}`, max: known ? progress.total : undefined, value: known ? progress.done ?? 0 : undefined }),
    job.error === null ? null : h('p', { class: 'behind' }, `${job.error.message} ${job.error.fix}`));
}

function phaseOf(progress: Progress): string {
  const { kind, done, total, files, text } = progress;
  if (total !== undefined && total > 0) return `${PHASE[kind]}: ${count(done ?? 0)} of ${count(total)}`;
  if (files !== undefined) return `${PHASE[kind]}: ${count(files)} so far`;
  return text ? `${PHASE[kind]}: ${text}` : PHASE[kind];
}
