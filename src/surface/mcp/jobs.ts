import type { Job } from '../../domain/mod.ts';
import { progressSentence, type Service } from '../../service/mod.ts';

/** Jobs told at most; more would be noise. */
const MOST = 10;
const LOOKED_AT = 50;

/** What the server has under way that the caller may know of, one sentence each. */
export async function jobsOf(service: Service): Promise<readonly string[]> {
  const { queue, identity } = service;
  if (queue === null || queue.size() === 0) return [];
  const jobs = await queue.jobs({ states: ['running', 'queued'], limit: LOOKED_AT });
  const mine = jobs.filter(({ repository }) => identity.repositories === null || identity.repositories.includes(repository));
  return mine.slice(0, MOST).map(jobSentence);
}

const DOING: Readonly<Record<Job['request']['kind'], string>> = { add: 'add', upload: 'unpack', index: 'index', remove: 'remove', cleanup: 'remove expired repositories' };

/** What a job is about, where it stands and how far it is. */
export function jobSentence(job: Job): string {
  const what = `job ${job.id} (${DOING[job.request.kind]}${job.repository === '' ? '' : ` ${job.repository}`})`;
  switch (job.state) {
    case 'queued':
      return `${what} waits for its turn`;
    case 'running':
      return job.progress === null ? `${what} has begun` : `${what} runs: ${progressSentence(job.progress)}`;
    case 'failed':
      return `${what} failed: ${job.error === null ? 'the reason is not known' : `${job.error.code}: ${job.error.message} ${job.error.fix}`}`;
    default:
      return `${what} ${job.state === 'done' ? 'is done' : 'was cancelled'}`;
  }
}
