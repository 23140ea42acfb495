/** Jobs, and what they are about, in sentences for people and agents. */
import { LIMITS } from '../base/mod.ts';
import type { Job } from '../domain/mod.ts';
import type { IndexedAnswer, RepositoryLine } from './operations/repositories.ts';
import { plural, progressSentence, summarySentence } from './sentences.ts';

const DOING: Readonly<Record<Job['request']['kind'], string>> = { add: 'add', upload: 'unpack', index: 'index', symbols: 'find symbols of', remove: 'remove', cleanup: 'remove expired repositories' };

/** What a job is about, where it stands and how far it is. */
export function jobSentence(job: Job): string {
  const what = `job ${job.id} (${DOING[job.request.kind]}${job.repository === '' ? '' : ` ${job.repository}`})`;
  switch (job.state) {
    case 'queued':
      return job.error === null ? `${what} waits for its turn` : `${what} waits to be tried again after attempt ${job.attempts} of ${LIMITS.jobAttempts}: ${job.error.code}: ${job.error.message}`;
    case 'running':
      return job.progress === null ? `${what} has begun` : `${what} runs: ${progressSentence(job.progress)}`;
    case 'failed':
      return `${what} failed: ${job.error === null ? 'the reason is not known' : `${job.error.code}: ${job.error.message} ${job.error.fix}`}`;
    default:
      return `${what} ${job.state === 'done' ? 'is done' : 'was cancelled'}`;
  }
}

/** What was indexed, or the repository as it is now. */
export function indexedSentences({ repositories, changed }: IndexedAnswer): readonly string[] {
  return [...repositories.map(summarySentence), ...(changed === undefined ? [] : [`${changed.name}: ${repositoryParts(changed).join(' · ')}`])];
}

/** Size, origin, what it is kept for and how long, and what is wrong or under way. */
export function repositoryParts(one: RepositoryLine): readonly string[] {
  return [
    plural(one.files, 'file'), one.branches.join(', '), one.url ?? one.root, one.purpose ?? '', one.expiresAt === null ? '' : `until ${one.expiresAt.slice(0, 10)}`,
    one.pendingFiles > 0 ? `${plural(one.pendingFiles, 'file')} pending` : '', one.pendingSymbols > 0 ? `symbols of ${plural(one.pendingSymbols, 'file')} pending` : '',
    one.fetchFailure === null ? '' : `not fetched: ${one.fetchFailure}`, ...one.jobs.map(jobSentence),
  ].filter((part) => part !== '');
}
