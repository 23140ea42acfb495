import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { IndexSummary, Job, Repository } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { expiryOf, isExpired, requireGranted } from '../admission.ts';
import { addAndIndex, completeSymbols, indexKnown, removeWhole } from '../indexing.ts';
import { doJob } from '../jobs.ts';
import type { Operation } from '../operation.ts';
import { jobFor, rootFor, withoutPlaces } from '../places.ts';
import { endedWell, follow, throughQueue } from '../queued.ts';
import type { Service } from '../service.ts';

export interface RepositoryLine {
  readonly name: string;
  /** Absolute; empty for callers who do not administer. */
  readonly root: string;
  readonly url: string | null;
  readonly purpose: string | null;
  readonly language: string | null;
  readonly branches: readonly string[];
  readonly files: number;
  readonly sourceBytes: number;
  readonly symbols: number;
  readonly chunks: number;
  readonly vectors: number;
  /** Its part of the database, judged by its part of all source; null where the caller does not see all. */
  readonly databaseBytes: number | null;
  /** Files whose text is not searchable yet, and files whose symbols are not. */
  readonly pendingFiles: number;
  readonly pendingSymbols: number;
  readonly createdAt: string;
  readonly indexedAt: string | null;
  readonly expiresAt: string | null;
  /** When the origin was asked last, and what went wrong where it failed. */
  readonly fetchedAt: string | null;
  readonly fetchFailure: string | null;
  /** Work on it that waits or runs. */
  readonly jobs: readonly Job[];
}

const JOBS_SHOWN = 500;

export const listOperation: Operation<Record<string, never>, { readonly repositories: readonly RepositoryLine[] }> = {
  name: 'repos list',
  title: 'List repositories',
  text: 'Lists the indexed repositories with their size, state, expiry and the work on them.',
  effect: 'read',
  fields: {},
  async run(service) {
    const store = await service.store();
    const [repositories, total, live] = await Promise.all([
      store.meta.repositories(), store.meta.statistics(), service.queue?.jobs({ states: ['queued', 'running'], limit: JOBS_SHOWN }) ?? [],
    ]);
    const bytes = total.databaseBytes === 0 ? null : total.databaseBytes / Math.max(1, total.sourceBytes);
    return { repositories: await Promise.all(repositories.map((one) => lineOf(service, store, one, bytes, live.filter(({ repository }) => repository === one.name).map((job) => jobFor(service, job))))) };
  },
};

async function lineOf(service: Service, store: Store, one: Repository, bytesForEach: number | null, jobs: readonly Job[]): Promise<RepositoryLine> {
  const [views, statistics] = await Promise.all([store.meta.views([one.id]), store.meta.statistics(one.id)]);
  const { name, root, url, purpose, language, createdAt, expiresAt, fetchedAt, fetchFailure } = one;
  const { files, sourceBytes, symbols, chunks, vectors } = statistics;
  return {
    name, root: rootFor(service, root), url, purpose, language, createdAt, expiresAt, fetchedAt,
    fetchFailure: fetchFailure === null ? null : withoutPlaces(service, fetchFailure), files, sourceBytes, symbols, chunks, vectors, jobs,
    branches: [...new Set(views.flatMap((view) => (view.branch === null ? [] : [view.branch])))],
    databaseBytes: bytesForEach === null ? null : Math.round(bytesForEach * sourceBytes),
    pendingFiles: views.reduce((sum, view) => sum + view.pendingFiles, 0),
    pendingSymbols: Math.max(0, ...views.map((view) => view.pendingSymbols)),
    indexedAt: views.map((view) => view.indexedAt ?? '').sort().at(-1) || null,
  };
}

export interface AddInput {
  readonly path?: string;
  readonly url?: string;
  readonly name?: string;
  readonly language?: string;
  readonly purpose?: string;
  readonly daysToKeep?: number;
  readonly branch?: readonly string[];
}

export interface IndexedAnswer {
  readonly repositories: readonly IndexSummary[];
  /** Where the work goes on: the job that does it. */
  readonly job?: Job;
  /** Where there are several, all of them. */
  readonly jobs?: readonly Job[];
  /** Where nothing had to be indexed: the repository as it is now. */
  readonly changed?: RepositoryLine;
}

export const addOperation: Operation<AddInput, IndexedAnswer> = {
  name: 'repos add',
  title: 'Add a reference repository',
  text: 'Registers a folder or clones a git URL, and indexes it.',
  effect: 'write',
  fields: {
    path: { kind: 'text', position: 'one', text: 'folder, or a git URL' },
    url: { kind: 'text', only: 'tool', text: 'git URL' },
    name: { kind: 'text', text: 'what to call it; default: the folder' },
    language: { kind: 'text', most: LIMITS.languageChars, flag: 'lang', text: 'chief language' },
    purpose: { kind: 'text', most: LIMITS.purposeChars, text: 'what it is kept for' },
    daysToKeep: { kind: 'integer', least: 1, most: 36_500, text: 'removed afterwards' },
    branch: { kind: 'texts', only: 'command', text: 'branch to index beside the working tree; may be repeated' },
  },
  async run(service, { path, url, ...wanted }, call) {
    const asked = url ?? path;
    if (asked === undefined || asked === '') throw new CodeIndexError('invalid_query', 'No repository was named.', 'Give a path or a git URL.');
    const { queue } = service;
    if (queue === null) return { repositories: await addAndIndex(service, asked, { ...wanted, reference: true }, call) };
    const { admit } = await import('../registration.ts');
    const { target, name } = await admit(service, asked, wanted);
    return indexed([await throughQueue(service, queue, { kind: 'add', target, ...wanted, name }, name, call)]);
  },
};

/** What ended is told by its summaries; what goes on, by its jobs. */
function indexed(jobs: readonly Job[]): IndexedAnswer {
  const going = jobs.filter((job) => !endedWell(job));
  const last = going.at(-1);
  return {
    repositories: jobs.flatMap(({ result }) => result?.summaries ?? []),
    ...(last === undefined ? {} : { job: last, ...(going.length === 1 ? {} : { jobs: going }) }),
  };
}

export interface NameInput {
  readonly name: string;
}

const NAME = { name: { kind: 'text', required: true, position: 'one', text: 'name of the repository' } } as const;

export interface UpdateInput extends NameInput {
  readonly purpose?: string;
  readonly language?: string;
  readonly daysToKeep?: number;
  readonly pin?: boolean;
  readonly rename?: string;
}

export const updateOperation: Operation<UpdateInput, IndexedAnswer> = {
  name: 'repos update',
  title: 'Update a repository',
  text: 'Changes what is said of a repository: its purpose, language, name, or how long it is kept. Without any of these, fetches it where it is a clone and indexes what changed.',
  effect: 'write',
  fields: {
    ...NAME,
    purpose: { kind: 'text', most: LIMITS.purposeChars, text: 'what it is kept for; empty: nothing' },
    language: { kind: 'text', most: LIMITS.languageChars, flag: 'lang', text: 'chief language' },
    daysToKeep: { kind: 'integer', least: 1, most: 36_500, text: 'removed so many days from now' },
    pin: { kind: 'flag', text: 'keep it for ever' },
    rename: { kind: 'text', text: 'new name' },
  },
  async run(service, { name, ...change }, call) {
    const repository = await service.repository(name);
    if (Object.values(change).some((value) => value !== undefined)) return { repositories: [], changed: await changed(service, repository, change) };
    const { queue } = service;
    if (queue === null) return { repositories: await indexKnown(service, repository, { fetch: true }, call) };
    return indexed([await throughQueue(service, queue, { kind: 'index', repository: name, fetch: true }, name, call)]);
  },
};

async function changed(service: Service, repository: Repository, { purpose, language, daysToKeep, pin, rename }: Omit<UpdateInput, 'name'>): Promise<RepositoryLine> {
  const store = await service.store();
  if (pin === true && daysToKeep !== undefined) throw new CodeIndexError('invalid_query', 'A repository cannot be kept for ever and for some days.', 'Give pin or days_to_keep.');
  if (rename !== undefined && rename !== repository.name) await requireFree(service, store, repository, rename);
  const expiresAt = pin === true ? null : daysToKeep !== undefined ? expiryOf(daysToKeep) : pin === false ? unpinned(service, repository) : repository.expiresAt;
  const now = await store.meta.putRepository({
    id: repository.id, name: rename ?? repository.name, root: repository.root, url: repository.url, expiresAt,
    purpose: purpose === undefined ? repository.purpose : purpose === '' ? null : purpose,
    language: language === undefined ? repository.language : language === '' ? null : language,
  });
  return lineOf(service, store, now, null, []);
}

async function requireFree(service: Service, store: Store, { name }: Repository, wanted: string): Promise<void> {
  const { freeName } = await import('../registration.ts');
  await freeName(store, wanted, true);
  requireGranted(service, wanted);
  const busy = (await service.queue?.jobs({ states: ['queued', 'running'], repository: name, limit: 1 })) ?? [];
  if (busy.length > 0) throw new CodeIndexError('conflict', `Work on ${name} is under way (job ${busy[0]?.id}).`, 'Rename it when that has ended.');
}

function unpinned(service: Service, { expiresAt }: Repository): string | null {
  if (expiresAt !== null) return expiresAt;
  const { defaultDaysToKeep } = service.settings;
  if (defaultDaysToKeep === 0) throw new CodeIndexError('invalid_query', 'How long it is kept from now on is not said.', 'Give days_to_keep, or set DEFAULT_REPOSITORY_TTL_DAYS.');
  return expiryOf(defaultDaysToKeep);
}

export interface RemovedAnswer {
  readonly removed: readonly string[];
  /** Where the work goes on: the job that does it. */
  readonly job?: Job;
}

export const removeOperation: Operation<NameInput, RemovedAnswer> = {
  name: 'repos remove',
  title: 'Remove a repository',
  text: 'Removes a repository from the index, with its clone where there is one. Source folders are never touched.',
  effect: 'admin',
  fields: NAME,
  async run(service, { name }, call) {
    const repository = await service.repository(name);
    const { queue } = service;
    if (queue === null) {
      await removeWhole(service, [repository], call);
      return { removed: [name] };
    }
    for (const job of await queue.jobs({ states: ['queued', 'running'], repository: name, limit: JOBS_SHOWN })) {
      // Whoever waits for it hears that it was cancelled; the removal has its turn after it.
      if (job.request.kind !== 'remove') void queue.cancel(job.id).catch(() => {});
    }
    return removed(await throughQueue(service, queue, { kind: 'remove', repository: name }, name, call));
  },
};

function removed(job: Job): RemovedAnswer {
  return endedWell(job) ? { removed: job.result?.removed ?? [] } : { removed: [], job };
}

export const cleanupOperation: Operation<Record<string, never>, RemovedAnswer> = {
  name: 'repos gc',
  title: 'Clean up',
  text: 'Removes expired repositories and gives unused space back.',
  effect: 'admin',
  fields: {},
  async run(service, _input, call) {
    const { queue, identity } = service;
    if (queue === null) return { removed: (await doJob(service, { kind: 'cleanup' }, call)).removed ?? [] };
    if (identity.repositories === null) return removed(await throughQueue(service, queue, { kind: 'cleanup' }, '', call));
    // Whose grants end at some repositories cleans up among those.
    const now = new Date();
    const expired = (await (await service.store()).meta.repositories()).filter((one) => isExpired(one, now));
    const jobs: Job[] = [];
    for (const { name } of expired) jobs.push(await throughQueue(service, queue, { kind: 'remove', repository: name }, name, call));
    const answers = jobs.map(removed);
    const going = answers.find(({ job }) => job !== undefined)?.job;
    return { removed: answers.flatMap((one) => one.removed), ...(going === undefined ? {} : { job: going }) };
  },
};

export interface ReindexInput {
  readonly repository?: string;
  readonly symbols?: boolean;
}

export const reindexOperation: Operation<ReindexInput, IndexedAnswer> = {
  name: 'reindex',
  title: 'Index again',
  text: 'Compares repositories with what is indexed and rewrites the difference.',
  effect: 'write',
  fields: {
    repository: { kind: 'text', position: 'one', flag: 'repo', text: 'default: all' },
    symbols: { kind: 'flag', only: 'command', text: 'read no files: only the symbols and vectors that are missing of what is stored' },
  },
  async run(service, input, call) {
    const store = await service.store();
    const repositories = input.repository === undefined || input.repository === '*' ? await store.meta.repositories() : [await service.repository(input.repository)];
    const { queue } = service;
    if (queue === null) {
      const done: IndexSummary[] = [];
      for (const repository of repositories) done.push(...(input.symbols === true ? await completeSymbols(service, repository, call) : await indexKnown(service, repository, { fetch: false }, call)));
      return { repositories: done };
    }
    // All wait in the queue before the first is waited for; one after the other, within the patience of the call.
    const added: Job[] = [];
    for (const { name } of repositories) added.push(await queue.add(input.symbols === true ? { kind: 'symbols', repository: name } : { kind: 'index', repository: name, fetch: false }, { by: service.identity.id, repository: name }));
    const until = call.waitMillis === undefined ? undefined : performance.now() + call.waitMillis;
    const jobs: Job[] = [];
    for (const job of added) jobs.push(jobFor(service, await follow(queue, job, { ...call, ...(until === undefined ? {} : { waitMillis: Math.max(0, Math.round(until - performance.now())) }) })));
    return indexed(jobs);
  },
};
