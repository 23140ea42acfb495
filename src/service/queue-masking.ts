import type { Service } from './service.ts';

/** Queues the reading anew of what was stored with its secrets in the open, where masking is wanted. For the start of a server. */
export async function queueMasking(service: Service): Promise<void> {
  const { queue, identity, settings } = service;
  if (queue === null || settings.maskSecrets !== true) return;
  for (const { name, masked } of await (await service.store()).meta.repositories()) {
    if (!masked) await queue.add({ kind: 'index', repository: name, fetch: false }, { by: identity.id, repository: name });
  }
}
