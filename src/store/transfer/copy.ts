import { isDeepStrictEqual } from 'node:util';
import { CodeIndexError, throwIfAborted } from '../../base/mod.ts';
import type { AuditEntry, Repository } from '../../domain/mod.ts';
import type { Store } from '../ports.ts';
import type { Records } from './pieces.ts';

export interface CopyStoreOptions {
  readonly signal?: AbortSignal;
  /** Repositories that are there so far, and all of them; `name` is the one that comes next. */
  readonly onRepository?: (name: string, done: number, total: number) => void;
}

export interface CopiedStore {
  /** As they were at the moment of the copy. */
  readonly repositories: readonly Repository[];
  /** Names of those that had to be copied; the others were there from an earlier run. */
  readonly copied: readonly string[];
}

/** Another process that writes is told at once, not waited for. */
const LEASE_MILLIS = 1_000;

/**
 * Copies everything that `source` holds at this moment into `target`, repository by repository, each wholly or not at all.
 * What an earlier run copied and nobody changed since stays. Refuses with `conflict` a target that holds anything else, or
 * that another process writes.
 */
export async function copyStore(source: Store, target: Store, { signal, onRepository }: CopyStoreOptions = {}): Promise<CopiedStore> {
  await using _lease = await target.lease('receiving a copy', { waitMillis: LEASE_MILLIS, ...(signal === undefined ? {} : { signal }) });
  return await source.transfer.send(async (outgoing) => {
    const [repositories, records] = [await outgoing.repositories(), await outgoing.records()];
    const there = new Map((await target.meta.repositories()).map((one) => [one.name, one]));
    await checkTarget(target, there, repositories, records);
    const copied: string[] = [];
    for (const [at, repository] of repositories.entries()) {
      throwIfAborted(signal);
      const found = there.get(repository.name);
      if (found !== undefined && isDeepStrictEqual(withoutId(found), withoutId(repository))) continue;
      onRepository?.(repository.name, at, repositories.length);
      if (found !== undefined) await target.meta.removeRepository(found.id);
      await target.transfer.receive(repository, abortable(outgoing.contents(repository.id), signal));
      copied.push(repository.name);
    }
    await target.transfer.receiveRecords(records);
    return { repositories, copied };
  });
}

export function withoutId(repository: Repository): Omit<Repository, 'id'> {
  const { id: _, ...rest } = repository;
  return rest;
}

async function* abortable<Item>(items: AsyncIterable<Item>, signal: AbortSignal | undefined): AsyncGenerator<Item> {
  for await (const item of items) {
    throwIfAborted(signal);
    yield item;
  }
}

/** An earlier copy of the same source is a part of it, or of what it was. */
async function checkTarget(target: Store, there: ReadonlyMap<string, Repository>, repositories: readonly Repository[], records: Records): Promise<void> {
  const known = new Map(repositories.map((one) => [one.name, one]));
  for (const [name, found] of there) {
    const sent = known.get(name);
    if (sent === undefined || sent.createdAt !== found.createdAt || sent.root !== found.root) throw other(`the repository "${name}", which the source does not have`);
    if (found.generation > sent.generation) throw other(`the repository "${name}" as it was indexed there after it was copied`);
  }
  const tokens = new Set(records.tokens.map(tokenKey));
  for (const token of await target.tokens.list()) if (!tokens.has(tokenKey(token))) throw other(`the token ${token.id} (${token.name}), which the source does not have`);
  const jobs = new Set(records.jobs.map(({ id }) => id));
  for (let before: string | undefined; ;) {
    const page = await target.journal.jobs({ limit: 1_000, ...(before === undefined ? {} : { before }) });
    const unknown = page.find(({ id }) => !jobs.has(id));
    if (unknown !== undefined) throw other(`the job ${unknown.id}, which the source does not have`);
    before = page.at(-1)?.id;
    if (before === undefined) break;
  }
  const acts = new Set(records.audit.map(actKey));
  const unknown = (await target.journal.audit({ limit: Number.MAX_SAFE_INTEGER })).find((entry) => !acts.has(actKey(entry)));
  if (unknown !== undefined) throw other(`a line of ${unknown.time} in the audit log (${unknown.act}), which the source does not have`);
}

function tokenKey({ id, name, createdAt }: { readonly id: number; readonly name: string; readonly createdAt: string }): string {
  return JSON.stringify([id, name, createdAt]);
}

function actKey({ time, actor, act, target, outcome }: AuditEntry): string {
  return JSON.stringify([time, actor, act, target, outcome]);
}

function other(what: string): CodeIndexError {
  return new CodeIndexError('conflict', `The target holds something else than a copy of the source: ${what}.`, 'Name an empty database or a new file as the target; nothing was changed.');
}
