import type { Service } from './service.ts';

const HOUR = 3_600_000;

/**
 * Queues the completing of what is stored: symbols that a stopped run left, vectors that are missing or of another model.
 * What is in `tried` is asked for once an hour, lest a provider that is down keep the queue busy. Gives how many repositories.
 */
export async function queueSymbols(service: Service, tried: Set<string>, now: Date): Promise<number> {
  const { queue, identity } = service;
  if (queue === null) return 0;
  const store = await service.store();
  const hour = Math.floor(now.getTime() / HOUR);
  for (const key of tried) if (!key.startsWith(`${hour}:`)) tried.delete(key);
  // A model that cannot be opened makes no vectors either.
  const model = (await service.embedding().catch(() => null))?.id ?? null;
  let queued = 0;
  for (const { id, name } of await store.meta.repositories()) {
    const key = `${hour}:${id}:${model}`;
    if (tried.has(key)) continue;
    const views = await store.meta.views([id]);
    const left = views.some(({ pendingSymbols }) => pendingSymbols > 0) || (model !== null && (await store.vectors.missingCount(id, model)) > 0);
    // Work that waits or runs does it on the way.
    if (!left || (await queue.jobs({ states: ['queued', 'running'], repository: name, limit: 1 })).length > 0) continue;
    tried.add(key);
    await queue.add({ kind: 'symbols', repository: name }, { by: identity.id, repository: name });
    queued++;
  }
  return queued;
}
