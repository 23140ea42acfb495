/**
 * The journal is what holds; Redis may be emptied, evict keys or come back from an old file. This makes its order of jobs
 * equal to the journal's again. Safe to repeat, and to run beside itself and beside work.
 */
import type { Job } from '../../domain/mod.ts';
import { millisOfJobId } from '../ids.ts';
import type { JobRecords } from '../port.ts';
import type { Delivery } from './delivery.ts';
import { queueOf, type Turns } from './turns.ts';

export interface Sides {
  readonly records: JobRecords;
  readonly turns: Turns;
  readonly delivery: Delivery;
  readonly leaseMillis: number;
}

const PAGE = 500;

export async function reconcile({ records, turns, delivery, leaseMillis }: Sides): Promise<void> {
  const live = await liveJobs(records);
  for (let at = 0; at < live.length; at += PAGE) {
    const page = live.slice(at, at + PAGE);
    const found = await turns.look(page.map(({ id }) => id));
    for (const [index, job] of page.entries()) {
      const { number, held } = found[index] as (typeof found)[number];
      // One that runs is still in somebody's hands, who will say so within a lease; if he is dead, it is begun again after it.
      if (number < 0) await turns.enter(job, { delayMillis: job.state === 'running' ? Math.round(leaseMillis * 1.5) : 0 });
      else if (number > 0 && !held && !(await delivery.isUnderWay({ id: job.id, number, queue: queueOf(job.request) }))) await turns.again(job.id, { number });
    }
  }
  const known = new Set(live.map(({ id }) => id));
  for (const id of await turns.all()) {
    if (known.has(id)) continue;
    const job = await records.job(id);
    if (job === null || job.finishedAt !== null) await turns.leave(id);
  }
  const newest = (await records.jobs({ limit: 1 }))[0]?.id;
  await turns.warm(newest === undefined ? 0 : millisOfJobId(newest) || 0);
}

/** Oldest first. */
async function liveJobs(records: JobRecords): Promise<readonly Job[]> {
  const live: Job[] = [];
  for (let before: string | undefined; ;) {
    const page = await records.jobs({ states: ['queued', 'running'], limit: PAGE, ...(before === undefined ? {} : { before }) });
    live.push(...page);
    if (page.length < PAGE) return live.reverse();
    before = page.at(-1)?.id;
  }
}
