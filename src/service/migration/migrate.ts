import { isDeepStrictEqual } from 'node:util';
import { CodeIndexError } from '../../base/mod.ts';
import type { Repository } from '../../domain/mod.ts';
import { copyStore, openStore, placeOf, withoutId, type OpenOptions, type Store } from '../../store/mod.ts';
import { compareStores, type Compared } from './compare.ts';

export interface MigrateOptions {
  /** Of both stores: the folder of embedded databases, their key, and the password that addresses do not name. */
  readonly open: OpenOptions;
  readonly verifyOnly: boolean;
  /** Who asks, for the audit log of the source, and with it of the copy; null keeps none. */
  readonly actor: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface Migrated extends Compared {
  /** Host and database, or file; without user and password. */
  readonly from: string;
  readonly to: string;
  /** Repositories that had to be copied; the others were there and had not changed. */
  readonly copied: readonly string[];
}

/** Copies all of one store into another, and compares the two through the ports alone. */
export async function migrate(from: string, to: string, options: MigrateOptions): Promise<Migrated> {
  const { signal, open: { dataDir } } = options;
  const [fromPlace, toPlace] = [await placeOf(from, dataDir), await placeOf(to, dataDir)];
  if (fromPlace === toPlace) throw new CodeIndexError('invalid_query', `Source and target are the same: ${fromPlace}.`, 'Name another database or file with --to.');
  // A source that is missing is an error, not an empty one to make.
  await using source = await openStore(from, { ...options.open, readOnly: true });
  if (!options.verifyOnly && options.actor !== null) await keep(from, options.open, { actor: options.actor, target: `${fromPlace} to ${toPlace}` });
  await using target = await openStore(to, { ...options.open, readOnly: options.verifyOnly });
  const tell = (what: string) => (name: string, done: number, total: number): void => options.onProgress?.(`${what} ${name} (${done + 1} of ${total})`);
  const aborting = signal === undefined ? {} : { signal };
  const { copied, repositories } = options.verifyOnly ? { copied: [], repositories: await source.meta.repositories() } : await copyStore(source, target, { ...aborting, onRepository: tell('copying') });
  try {
    const compared = await compareStores(source, target, { ...aborting, onRepository: tell('comparing') });
    await checkUnchanged(source, repositories);
    return { from: fromPlace, to: toPlace, copied, ...compared };
  } catch (thrown) {
    // What was written meanwhile explains what differs.
    if (thrown instanceof CodeIndexError) await checkUnchanged(source, repositories);
    throw thrown;
  }
}

/** Written before the copy, so that source and copy have the same log. */
async function keep(from: string, open: OpenOptions, { actor, target }: { readonly actor: string; readonly target: string }): Promise<void> {
  await using source = await openStore(from, open);
  await source.journal.append({ time: new Date().toISOString(), actor, act: 'migrate-store', target, outcome: 'begun' });
}

async function checkUnchanged(source: Store, before: readonly Repository[]): Promise<void> {
  const now = new Map((await source.meta.repositories()).map((one) => [one.name, one]));
  const names = new Set([...before.map(({ name }) => name), ...now.keys()]);
  const known = new Map(before.map((one) => [one.name, one]));
  const changed = [...names].filter((name) => !isDeepStrictEqual(partOf(known.get(name)), partOf(now.get(name))));
  if (changed.length === 0) return;
  throw new CodeIndexError(
    'conflict', `The source was written while it was copied: ${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}.`,
    'Stop what indexes there (`serve`, `worker`, `watch`) and repeat the call: only what changed is copied again.',
  );
}

function partOf(repository: Repository | undefined): unknown {
  return repository === undefined ? null : withoutId(repository);
}
