import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { Job, JobRequest } from '../../domain/mod.ts';
import { requireGranted, requireLocalPaths } from '../admission.ts';
import { doJob } from '../jobs.ts';
import type { Operation } from '../operation.ts';
import { jobFor } from '../places.ts';
import { endedWell, follow } from '../queued.ts';
import { uploadNamed } from '../uploads.ts';
import { isInside } from '../workspace.ts';
import type { IndexedAnswer } from './repositories.ts';

export interface UploadInput {
  readonly file: string;
  readonly name: string;
  readonly language?: string;
  readonly purpose?: string;
  readonly daysToKeep?: number;
}

/** What is wrong with an archive is told at once where the queue lets it be looked at so soon. */
const LOOK_MILLIS = 10_000;

export const uploadOperation: Operation<UploadInput, IndexedAnswer> = {
  name: 'repos upload',
  title: 'Upload a repository',
  text: 'Unpacks a tarball (plain or gzip) or a zip file and indexes it. A second upload of the same name replaces the first.',
  effect: 'write',
  fields: {
    file: { kind: 'text', required: true, position: 'one', text: 'the archive' },
    name: { kind: 'text', required: true, text: 'what to call it' },
    language: { kind: 'text', most: LIMITS.languageChars, flag: 'lang', text: 'chief language' },
    purpose: { kind: 'text', most: LIMITS.purposeChars, text: 'what it is kept for' },
    daysToKeep: { kind: 'integer', least: 1, most: 36_500, text: 'removed afterwards' },
  },
  async run(service, input, call) {
    const { queue, settings } = service;
    const file = path.resolve(input.file);
    const sent = isInside(file, path.join(settings.dataDir, 'uploads'));
    if (queue !== null && !sent) requireLocalPaths(service, file);
    requireGranted(service, input.name);
    await uploadNamed(service, input.name);
    await requireArchive(file, settings.maxUploadBytes);
    const request: JobRequest = { kind: 'upload', ...input, file };
    if (queue === null) return { repositories: (await doJob(service, request, call)).summaries ?? [] };
    const job = await queue.add(request, { by: service.identity.id, repository: input.name });
    const { waitMillis } = call;
    const patience = waitMillis === undefined ? {} : { waitMillis: Math.max(LOOK_MILLIS, waitMillis) };
    const last = jobFor(service, await follow(queue, job, { ...call, ...patience }, waitMillis === 0 ? isUnpacked : undefined));
    return endedWell(last) ? { repositories: last.result?.summaries ?? [] } : { repositories: [], job: last };
  },
};

/** It is being indexed, so the archive was in order. */
function isUnpacked({ state, progress }: Job): boolean {
  return state !== 'queued' && progress !== null && progress.kind !== 'clone';
}

async function requireArchive(file: string, most: number | undefined): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new CodeIndexError('not_found', `There is no archive ${JSON.stringify(file)}.`, 'Name a .tar, .tar.gz or .zip file.');
  if (most !== undefined && found.size > most) throw new CodeIndexError('too_large', `The archive has ${found.size.toLocaleString('en-US')} bytes.`, `Archives may have ${most.toLocaleString('en-US')}; MAX_UPLOAD_BYTES sets that.`);
}
