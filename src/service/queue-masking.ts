import type { Service } from './service.ts';

/**
 * Queues the reading anew of what was stored with its secrets in the open, where masking is wanted: what is there when a
 * server starts, and what a process with other settings adds beside it. What is in `tried` is left as it is, lest a folder
 * that is gone be tried for ever. Gives how many repositories.
 */
export async function queueMasking(service: Service, tried: Set<string>): Promise<number> {
  const { queue, identity, settings } = service;
  if (queue === null || settings.maskSecrets !== true) return 0;
  const open = (await (await service.store()).meta.repositories()).filter(({ id, generation, masked }) => !masked && !tried.has(`${id}:${generation}`));
  for (const { id, name, generation } of open) {
    await queue.add({ kind: 'index', repository: name, fetch: false }, { by: identity.id, repository: name });
    tried.add(`${id}:${generation}`);
  }
  return open.length;
}
