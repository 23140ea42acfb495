import { jobFor, jobSentence, type Service } from '../../service/mod.ts';

/** Jobs told at most; more would be noise. */
const MOST = 10;
const LOOKED_AT = 50;

/** What the server has under way that the caller may know of, one sentence each. */
export async function jobsOf(service: Service): Promise<readonly string[]> {
  const { queue, identity } = service;
  if (queue === null || queue.size() === 0) return [];
  const jobs = await queue.jobs({ states: ['running', 'queued'], limit: LOOKED_AT });
  const mine = jobs.filter(({ repository }) => identity.repositories === null || identity.repositories.includes(repository));
  return mine.slice(0, MOST).map((job) => jobSentence(jobFor(service, job)));
}
