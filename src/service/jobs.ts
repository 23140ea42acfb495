/** What a job does. A job says what and why; this is how, and nothing here knows who runs it or where. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { JobRequest, JobResult } from '../domain/mod.ts';
import { isRetryable } from '../queue/mod.ts';
import { addAndIndex, completeSymbols, indexKnown, indexTargets, removeExpired, removeWhole } from './indexing.ts';
import type { Call } from './operation.ts';
import type { Service } from './service.ts';
import { isInside } from './workspace.ts';

/** Does what is asked, from its beginning or from wherever an earlier attempt ended. */
export async function doJob(service: Service, request: JobRequest, call: Call): Promise<JobResult> {
  switch (request.kind) {
    case 'add': {
      const { kind: _kind, target, ...wanted } = request;
      return { summaries: await addAndIndex(service, target, { ...wanted, reference: true, exactly: true }, call) };
    }
    case 'upload':
      return upload(service, request, call);
    case 'index':
      return { summaries: await indexKnown(service, await service.repository(request.repository), { fetch: request.fetch }, call) };
    case 'symbols':
      return { summaries: await completeSymbols(service, await service.repository(request.repository), call) };
    case 'remove': {
      const repository = (await (await service.store()).meta.repositories()).find(({ name }) => name === request.repository);
      // Begun before, and ended by a kill: then it is gone already, and its space may still have to be given back.
      await removeWhole(service, repository === undefined ? [] : [repository], call);
      return { removed: [request.repository] };
    }
    case 'cleanup': {
      const expired = await removeExpired(service, call);
      if (expired.length === 0) await removeWhole(service, [], call);
      return { removed: expired.map(({ name }) => name) };
    }
  }
}

/** Unpacks, then indexes. The archive stays until that is done or refused: a kill between makes it needed again. */
async function upload(service: Service, { file, name, ...wanted }: JobRequest & { readonly kind: 'upload' }, call: Call): Promise<JobResult> {
  const { archiveHere, unpackInto } = await import('./uploads.ts');
  try {
    const targets = await unpackInto(service, archiveHere(service, file), { ...wanted, name, reference: true }, call);
    const summaries = await indexTargets(service, targets, call);
    await removeArchive(service, file);
    return { summaries };
  } catch (error) {
    // What may go well later is tried again.
    if (call.signal?.aborted !== true && !(error instanceof CodeIndexError && isRetryable(error.code))) await removeArchive(service, file);
    throw error;
  }
}

/** Only what was uploaded to us is ours to remove. */
async function removeArchive(service: Service, file: string): Promise<void> {
  if (isInside(file, path.join(service.settings.dataDir, 'uploads'))) await rm(file, { force: true });
}
