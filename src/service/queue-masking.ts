import type { Service } from './service.ts';

/** Queues the reading anew of what was stored with its secrets in the open, where masking is wanted. For the start of a server. Gives how many repositories. */
export async function queueMasking(service: Service): Promise<number> {
  const { queue, identity, settings } = service;
  if (queue === null || settings.maskSecrets !== true) return 0;
  const open = (await (await service.store()).meta.repositories()).filter(({ masked }) => !masked);
  for (const { name } of open) await queue.add({ kind: 'index', repository: name, fetch: false }, { by: identity.id, repository: name });
  return open.length;
}
