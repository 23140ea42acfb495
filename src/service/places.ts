/** Where a server keeps its files is told to administrators alone. */
import path from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { Job } from '../domain/mod.ts';
import type { Service } from './service.ts';

/** A folder of this machine as the caller may know it: empty for those who do not administer. */
export function rootFor({ identity }: Service, root: string): string {
  return identity.role === 'admin' ? root : '';
}

/** An absolute path, or one within a file URL, up to its last part. Addresses of other schemes are none. */
const WAY = /(?:file:\/\/[^/\s]*|(?<![\w:/\\.-]))(?:\/(?:[^\s/\\'"`:,;()]+\/)+|[a-z]:\\(?:[^\s\\'"`:,;()]+\\)+)/gi;

/** A sentence without the folders that lead to what it names. */
export function withoutPlaces({ identity, settings }: Service, text: string): string {
  if (identity.role === 'admin') return text;
  // These may hold blanks, where the pattern would stop.
  const known = [settings.dataDir, ...settings.allowedRoots].filter((one) => one.length > 1).sort((a, b) => b.length - a.length);
  return known.reduce((left, one) => left.replaceAll(`${one}${path.sep}`, ''), text).replaceAll(WAY, '');
}

/** A job as the caller may know it. */
export function jobFor(service: Service, job: Job): Job {
  if (service.identity.role === 'admin') return job;
  const { request, progress, error } = job;
  const clean = (text: string): string => withoutPlaces(service, text);
  return {
    ...job,
    request: request.kind === 'add' ? { ...request, target: shortened(request.target) } : request.kind === 'upload' ? { ...request, file: path.basename(request.file) } : request,
    progress: progress?.kind === 'clone' ? { ...progress, text: clean(progress.text) } : progress,
    error: error === null ? null : { code: error.code, message: clean(error.message), fix: clean(error.fix) },
  };
}

/** What went wrong as the caller may know it. */
export function errorFor(service: Service, thrown: unknown): unknown {
  if (service.identity.role === 'admin' || !(thrown instanceof CodeIndexError) || thrown.code === 'internal') return thrown;
  return new CodeIndexError(thrown.code, withoutPlaces(service, thrown.message), withoutPlaces(service, thrown.fix), { cause: thrown });
}

/** A URL stays what it is; of a folder the last part. */
function shortened(target: string): string {
  return path.isAbsolute(target) || /^file:/i.test(target) ? path.basename(target) : target;
}
