/** Who wants to hear of which job, and how often they are told of progress. */
import { CodeIndexError, LIMITS } from '../base/mod.ts';
import type { Job } from '../domain/mod.ts';

type Hear = (job: Job) => void;

export class Watchers {
  readonly #hearing = new Map<string, Set<Hear>>();
  readonly #paused = new Map<string, NodeJS.Timeout>();

  tell(job: Job): void {
    // Who leaves while being told is not missed: a set may shrink under its own loop.
    for (const hear of this.#hearing.get(job.id) ?? []) hear(job);
    if (job.finishedAt !== null) this.#hearing.delete(job.id);
  }

  /** Says at once that there is progress, then a few times a second; `say` gets the latest each time. */
  throttle(id: string, say: () => void): void {
    if (this.#paused.has(id)) return;
    say();
    this.#paused.set(id, setTimeout(() => {
      this.#paused.delete(id);
      say();
    }, LIMITS.jobProgressMillis).unref());
  }

  /** What was to be said of its progress is no news any more. */
  hush(id: string): void {
    clearTimeout(this.#paused.get(id));
    this.#paused.delete(id);
  }

  /** As `Queue.follow`. `read` gives the job as it is now, and is asked again after `everyMillis` without news, where given. */
  async follow(id: string, onChange: Hear, read: () => Promise<Job | null>, { signal, everyMillis }: { readonly signal?: AbortSignal | undefined; readonly everyMillis?: number } = {}): Promise<Job> {
    const early: Job[] = [];
    let hear: Hear = (job) => early.push(job);
    const hearing = this.#hearing.get(id) ?? new Set();
    this.#hearing.set(id, hearing);
    const listen: Hear = (job) => hear(job);
    // Before the first look, so that nothing falls between the two.
    hearing.add(listen);
    try {
      const present = await read();
      if (present === null) throw new CodeIndexError('not_found', `There is no job ${JSON.stringify(id)}.`, 'List the jobs for those that there are.');
      onChange(present);
      if (present.finishedAt !== null || signal?.aborted === true) return present;
      return await new Promise<Job>((resolve, reject) => {
        let latest = present;
        let timer: NodeJS.Timeout | undefined;
        const leave = (): void => {
          clearInterval(timer);
          signal?.removeEventListener('abort', leave);
          resolve(latest);
        };
        hear = (job) => {
          if (isSame(latest, job)) return;
          latest = job;
          onChange(job);
          timer?.refresh();
          if (job.finishedAt !== null) leave();
        };
        signal?.addEventListener('abort', leave, { once: true });
        if (everyMillis !== undefined) timer = setInterval(() => void read().then((job) => job !== null && hear(job), reject), everyMillis);
        for (const job of early) hear(job);
      });
    } finally {
      hearing.delete(listen);
      if (hearing.size === 0 && this.#hearing.get(id) === hearing) this.#hearing.delete(id);
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#paused.values()) clearTimeout(timer);
    this.#paused.clear();
  }
}

/** News may come twice: from here and from elsewhere. */
function isSame(one: Job, other: Job): boolean {
  return one.state === other.state && one.attempts === other.attempts && one.progress === other.progress && one.finishedAt === other.finishedAt && one.error?.message === other.error?.message;
}
