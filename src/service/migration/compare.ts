/** Two stores side by side: the same questions to both, the first difference by name, and one digest of all that agreed. */
import { createHash, type Hash } from 'node:crypto';
import { CodeIndexError, throwIfAborted } from '../../base/mod.ts';
import type { Repository } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { ROW_KINDS, type Row, type RowKind } from './row.ts';
import { recordRows, repositoryRows } from './rows.ts';

export type Counts = Readonly<Record<RowKind, number>>;

export interface Compared {
  readonly counts: Counts;
  /** SHA-256 over all that was compared, in hexadecimal; the same for equal contents in any driver. */
  readonly sha256: {
    readonly repositories: string;
    /** Tokens, jobs and the audit log. */
    readonly records: string;
  };
}

export interface CompareOptions {
  readonly signal?: AbortSignal;
  /** Repositories that agree so far, and all of them; `name` is the one that comes next. */
  readonly onRepository?: (name: string, done: number, total: number) => void;
}

/** Fails with `conflict` where they differ. */
export async function compareStores(source: Store, target: Store, { signal, onRepository }: CompareOptions = {}): Promise<Compared> {
  const counts = Object.fromEntries(ROW_KINDS.map((kind) => [kind, 0])) as Record<RowKind, number>;
  const [repositories, records] = [createHash('sha256'), createHash('sha256')];
  const into = (hash: Hash) => (rows: readonly Row[]): void => {
    for (const { kind, value } of rows) {
      if (kind !== null) counts[kind]++;
      hash.update(`${value.length}:`).update(value);
    }
  };
  const [before, after] = [await byName(source), await byName(target)];
  for (const name of [...after.keys()].filter((one) => !before.has(one))) throw differ(`the repository "${name}"`, null, 'it');
  for (const [at, [name, repository]] of [...before].entries()) {
    const copy = after.get(name);
    if (copy === undefined) throw differ(`the repository "${name}"`, 'it', null);
    onRepository?.(name, at, before.size);
    await compareRows(repositoryRows(source, repository), repositoryRows(target, copy), into(repositories), signal);
  }
  const digests = await source.transfer.send(async (outgoing) => (await outgoing.records()).tokens.map(({ digest }) => digest));
  await compareRows(recordRows(source, digests), recordRows(target, digests), into(records), signal);
  return { counts, sha256: { repositories: repositories.digest('hex'), records: records.digest('hex') } };
}

async function byName(store: Store): Promise<ReadonlyMap<string, Repository>> {
  return new Map((await store.meta.repositories()).map((one): [string, Repository] => [one.name, one]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Page by page, so that neither side is ever held whole. */
async function compareRows(source: AsyncGenerator<readonly Row[]>, target: AsyncGenerator<readonly Row[]>, take: (rows: readonly Row[]) => void, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    throwIfAborted(signal);
    const [before, after] = await Promise.all([source.next(), target.next()]);
    const [left, right] = [before.done === true ? [] : before.value, after.done === true ? [] : after.value];
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      const [one, other] = [left[at], right[at]];
      // Where one has more, what follows is about different things.
      if (one?.about !== other?.about) throw differ((one ?? other)?.about as string, one?.value ?? null, one === undefined ? (other?.value ?? null) : null);
      if (one?.value !== other?.value) throw differ(one?.about as string, one?.value ?? null, other?.value ?? null);
    }
    take(left);
    if (before.done === true && after.done === true) return;
  }
}

const SHOWN_CHARS = 300;

function differ(about: string, source: string | null, target: string | null): CodeIndexError {
  const said = (value: string | null): string => (value === null ? 'nothing' : value.slice(0, SHOWN_CHARS));
  return new CodeIndexError(
    'conflict', `The copy differs from its source in ${about}: the source has ${said(source)}, the target has ${said(target)}.`,
    'Where one of them was written since, repeat `code-index migrate-store`: it copies what changed. Where none was, report this as a bug and do not use the copy.',
  );
}
