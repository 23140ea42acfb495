import { homedir } from 'node:os';
import path from 'node:path';
import type { IndexSummary } from '../domain/mod.ts';
import { indexTargets } from './indexing.ts';
import type { Call } from './operation.ts';
import type { Service } from './service.ts';

export interface FirstUse {
  /** The folder that was indexed, to go on with. */
  readonly root: string;
  readonly summaries: readonly IndexSummary[];
}

/**
 * Makes the text of `folder` searchable where it is not indexed yet: a whole repository when the folder lies in one.
 * Null where nothing had to be done. A home folder or the root of a disk is never indexed unasked.
 */
export async function indexFirst(service: Service, folder: string, call: Call): Promise<FirstUse | null> {
  if ((await service.workspace()).length > 0) return null;
  if (folder === path.parse(folder).root || folder === homedir()) return null;
  const [{ locate }, { register }] = await Promise.all([import('./admission.ts'), import('./registration.ts')]);
  const here = await locate(service, folder);
  const root = here.top ?? here.root;
  const targets = await register(service, root, {}, call);
  return { root, summaries: await indexTargets(service, targets, call, { textOnly: true }) };
}
