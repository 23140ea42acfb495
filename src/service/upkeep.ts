/** What a server has to do by the clock: decided here from what is stored, without a clock of its own. */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { LIMITS } from '../base/mod.ts';
import type { JobRequest, Repository, RepositoryId } from '../domain/mod.ts';
import { isExpired } from './admission.ts';
import type { Service } from './service.ts';

export interface UpkeepRules {
  /** Minutes after which the origin of a clone is asked again; 0 is never. */
  readonly fetchMinutes: number;
  /** Expired repositories are removed. */
  readonly autoCleanup: boolean;
}

export interface Due {
  readonly request: JobRequest;
  readonly repository: string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** An origin that is gone is asked at least so often. */
const LONGEST_MILLIS = DAY;
/** Repositories that were added together are asked within this share of the interval, not all at once. */
const SPREAD = 0.1;

/** What is due at a moment. It remembers how often each origin failed, so that one that is gone is asked ever less often. */
export class Upkeep {
  readonly #failures = new Map<RepositoryId, { readonly fetchedAt: string | null; readonly count: number }>();

  due(repositories: readonly Repository[], now: Date, { fetchMinutes, autoCleanup }: UpkeepRules): readonly Due[] {
    const due: Due[] = [];
    if (autoCleanup && repositories.some((one) => isExpired(one, now))) due.push({ request: { kind: 'cleanup' }, repository: '' });
    for (const one of repositories) {
      if (fetchMinutes === 0 || one.url === null || (autoCleanup && isExpired(one, now))) continue;
      const asked = Date.parse(one.fetchedAt ?? one.createdAt);
      if (asked + this.#pause(one, fetchMinutes * MINUTE) <= now.getTime()) due.push({ request: { kind: 'index', repository: one.name, fetch: true }, repository: one.name });
    }
    const known = new Set(repositories.map(({ id }) => id));
    for (const id of this.#failures.keys()) if (!known.has(id)) this.#failures.delete(id);
    return due;
  }

  #pause({ id, name, fetchedAt, fetchFailure }: Repository, interval: number): number {
    const before = this.#failures.get(id);
    const count = fetchFailure === null ? 0 : before?.fetchedAt === fetchedAt ? before.count : (before?.count ?? 0) + 1;
    this.#failures.set(id, { fetchedAt, count });
    const share = createHash('sha256').update(name).digest().readUInt32LE(0) / 2 ** 32;
    return Math.max(interval, Math.min(interval * 2 ** count, LONGEST_MILLIS)) * (1 + SPREAD * share);
  }
}

/** Forgets old jobs and acts, and archives that no job will come for. */
export async function tidyUp(service: Service, now: Date): Promise<void> {
  const { journal } = await service.store();
  await journal.prune(new Date(now.getTime() - LIMITS.journalDays * DAY).toISOString());
  const folder = path.join(service.settings.dataDir, 'uploads');
  const waiting = new Set<string>();
  for (const { request } of (await service.queue?.jobs({ states: ['queued', 'running'], limit: LIMITS.jobsWaiting })) ?? []) {
    if (request.kind === 'upload') waiting.add(request.file);
  }
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && found.isFile() && !waiting.has(file) && found.mtimeMs < now.getTime() - DAY) await rm(file, { force: true });
  }
}
