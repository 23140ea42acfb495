import { constants, statSync, type Stats } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { LIMITS } from '../../base/mod.ts';
import type { Cluster } from '../../cluster/mod.ts';
import type { Queue } from '../../queue/mod.ts';
import type { Service } from '../../service/mod.ts';
import type { Probed } from '../../surface/http/mod.ts';

export type Probes = Readonly<Record<string, () => Promise<Probed>>>;

/** The parts that /ready looks at; `shared` is what servers share over Redis, null where they do not. Begin with the store open. */
export function openProbes(service: Service, databaseFile: string | null, shared: Pick<Cluster, 'check'> | null): Probes {
  const { dataDir } = service.settings;
  const processor = processorShare();
  return {
    database: databaseProbe(service, databaseFile),
    disk: diskProbe(dataDir),
    queue: queueProbe(() => service.queue),
    ...(shared === null ? {} : { redis: async () => ({ ok: true, found: await shared.check() }) }),
    model: () => modelProbe(service),
    cpu_percent: async () => ({ ok: true, found: processor() }),
    memory_percent: async () => ({ ok: true, found: percent(1 - freemem() / totalmem()) }),
    process_memory_bytes: async () => ({ ok: true, found: process.memoryUsage.rss() }),
  };
}

/** Reads what every query reads. A file that is gone or was replaced still answers here, and must be told. */
export function databaseProbe(service: Service, file: string | null): () => Promise<Probed> {
  const opened = file === null ? null : statOf(file);
  return async () => {
    const now = file === null ? null : statOf(file);
    if (opened !== null && now === null) return bad(`${file} is gone; answers come from what this server has open. Restore it and restart the server.`);
    if (opened !== null && now !== null && (opened.ino !== now.ino || opened.dev !== now.dev)) return bad(`${file} was replaced by another file; restart the server to answer from it.`);
    const repositories = await (await service.store()).meta.repositories();
    return { ok: true, found: `${repositories.length} ${repositories.length === 1 ? 'repository' : 'repositories'}` };
  };
}

/** Room and the right to write, without writing. Figures are bytes. */
export function diskProbe(folder: string, least: number = LIMITS.diskFreeBytes): () => Promise<Probed> {
  return async () => {
    const free = await diskFree(folder);
    if (free < least) return bad(`${megabytes(free)} MB are free in ${folder}, ${megabytes(least)} MB are wanted; what is indexed is answered.`);
    try {
      await access(folder, constants.W_OK);
    } catch (error) {
      return bad(`${folder} cannot be written: ${(error as Error).message}; what is indexed is answered.`);
    }
    return { ok: true, found: free };
  };
}

export async function diskFree(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** A job without news is remembered from the first look at which it had none. */
export function queueProbe(queueOf: () => Queue | null, silence: number = LIMITS.jobSilenceMillis): () => Promise<Probed> {
  let seen = new Map<string, { readonly news: string; readonly at: number }>();
  return async () => {
    const queue = queueOf();
    if (queue === null) return { ok: true, found: 0 };
    const { failure } = await queue.condition();
    if (failure !== null) return bad(failure);
    const running = await queue.jobs({ states: ['running'], limit: LIMITS.pageResults });
    const now = Date.now();
    seen = new Map(running.map(({ id, attempts, progress }) => {
      const news = JSON.stringify([attempts, progress]);
      const before = seen.get(id);
      return [id, before?.news === news ? before : { news, at: now }];
    }));
    const stuck = running.find(({ id }) => now - (seen.get(id)?.at ?? now) >= silence);
    if (stuck !== undefined) return bad(`Job ${stuck.id} (${stuck.request.kind} ${stuck.repository}) has said nothing for ${Math.round(silence / 60_000)} minutes; cancel it with DELETE /api/jobs/${stuck.id}.`);
    return { ok: true, found: queue.size() };
  };
}

/** Words and symbols answer without a model, so that this never makes a server unready. */
async function modelProbe(service: Service): Promise<Probed> {
  try {
    const model = await service.embedding();
    return { ok: true, found: model?.id ?? 'none: words and symbols alone' };
  } catch (error) {
    return { ok: true, found: `words and symbols alone: ${(error as Error).message}` };
  }
}

/** Percent of all cores that were busy since the last look, with one digit. */
function processorShare(): () => number {
  const times = (): { readonly idle: number; readonly all: number } => {
    let [idle, all] = [0, 0];
    for (const { times: one } of cpus()) {
      idle += one.idle;
      all += one.user + one.nice + one.sys + one.idle + one.irq;
    }
    return { idle, all };
  };
  let before = times();
  let share = 0;
  return () => {
    const now = times();
    if (now.all > before.all) share = percent(1 - (now.idle - before.idle) / (now.all - before.all));
    before = now;
    return share;
  };
}

function percent(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1_000) / 10;
}

function statOf(file: string): Stats | null {
  return statSync(file, { throwIfNoEntry: false }) ?? null;
}

function megabytes(bytes: number): string {
  return Math.floor(bytes / 1_000_000).toLocaleString('en-US');
}

function bad(found: string): Probed {
  return { ok: false, found };
}
