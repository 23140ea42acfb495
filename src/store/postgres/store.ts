import { CodeIndexError, LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { Store } from '../ports.ts';
import { Blocks } from './blocks.ts';
import { Committer } from './commit.ts';
import { Core } from './core.ts';
import type { Database } from './database.ts';
import { asStoreError } from './errors.ts';
import { makeFiles } from './files.ts';
import { Garbage } from './garbage.ts';
import { makeTransfer } from './incoming.ts';
import { Leases, type Lease } from './leases.ts';
import { Merger } from './merger.ts';
import { makeMeta } from './meta.ts';
import { Points } from './points.ts';
import { makeSymbols, makeTerms, makeTrigrams } from './postings.ts';
import { makeJournal, makeTokens } from './records.ts';
import { FORMAT, formatOf, prepare } from './schema.ts';
import { VectorCompactor } from './vector-compactor.ts';
import { makeVectors } from './vectors.ts';

/** Chunks of a repository: above `whole` bits choose, above `cells` cells do. */
export interface VectorSizes {
  readonly whole: number;
  readonly cells: number;
}

const SIZES: VectorSizes = { whole: LIMITS.wholeVectorChunks, cells: LIMITS.cellVectorChunks };

export interface OpenPostgres {
  readonly database: Database;
  readonly readOnly: boolean;
  readonly vectorSizes?: VectorSizes;
}

/** Opens a PostgreSQL database as a store; makes its tables where they are missing, unless `readOnly`. */
export async function openPostgres({ database, readOnly, vectorSizes = SIZES }: OpenPostgres): Promise<Store> {
  let points: Points | null;
  try {
    if (readOnly) await checkFormat(database);
    else await prepare(database);
    points = await Points.open(database, readOnly);
  } catch (thrown) {
    await database[Symbol.asyncDispose]();
    throw asStoreError(thrown, database.place, 'Opening the index');
  }
  const core = new Core(database, { readOnly });
  const committer = new Committer(core, vectorSizes.whole, points);
  const blocks = new Blocks(core);
  const garbage = new Garbage(core, committer);
  // What is merged was written a moment ago: a replica may not have it yet.
  const written = new Blocks(new Core(database, { readOnly, latest: true }));
  const merger = new Merger(core, committer, written);
  const compactor = new VectorCompactor(core, committer.vectors, vectorSizes.cells);
  const leases = new Leases(core, {
    taken: (lease) => garbage.finishRemovals(lease),
    released: async (lease) => {
      for (const repository of lease.written) await garbage.tidy(lease, repository);
    },
  });
  const compactOne = async (lease: Lease, repository: number, signal?: AbortSignal): Promise<void> => {
    await lease.idle();
    await garbage.markOrphans(lease, repository);
    await garbage.deleteOrphans(lease, repository);
    await merger.mergeAll(lease, repository, signal);
    await compactor.compact(lease, repository, signal);
  };
  /** One after the other, so that others are written meanwhile. Taking the lease of one that is being removed ends its removal. */
  const compactAll = async (signal?: AbortSignal): Promise<void> => {
    for (const [repository] of await database.writer.rows<[number]>('SELECT id FROM repository ORDER BY id')) {
      throwIfAborted(signal);
      await leases.during('compacting the index', repository, (lease) => compactOne(lease, repository, signal));
    }
  };
  return {
    meta: makeMeta(core, leases, garbage),
    files: makeFiles(core),
    trigrams: makeTrigrams(core, blocks),
    terms: makeTerms(core, blocks),
    symbols: makeSymbols(core, blocks),
    vectors: makeVectors(core, vectorSizes.cells, points),
    tokens: makeTokens(core),
    journal: makeJournal(core),
    supports: { concurrentWriters: true, approximateVectors: true },
    lease: (purpose, options) => leases.take(purpose, options),
    writer: () => core.read('Looking who writes', () => leases.holder()),
    commit: (delta) => core.write('Writing to the index', () => leases.during('writing to the index', delta.repository, async (lease) => {
      lease.checkBackground();
      await committer.prepare(delta);
      const result = await lease.write((connection) => committer.apply(connection, delta));
      lease.written.add(delta.repository);
      merger.schedule(lease, delta.repository);
      if (delta.vectors !== undefined) compactor.schedule(lease, delta.repository);
      return result;
    })),
    compact: (options) => core.write('Compacting the index', () => compactAll(options?.signal)),
    copyTo: () => Promise.reject(new CodeIndexError(
      'unavailable', `${database.place} is copied by PostgreSQL's own tools, not into a file of this program.`,
      'Use deploy/backup (pg_dump every 15 minutes, see docs/disaster-recovery.md), or `code-index migrate-store` for a copy in SQLite.',
    )),
    connections: () => database.connections(),
    transfer: makeTransfer(core, leases, committer.vectors),
    [Symbol.asyncDispose]: () => core.close(),
  };
}

async function checkFormat(database: Database): Promise<void> {
  const format = await formatOf(database.reader, database.place);
  if (format === FORMAT) return;
  throw format === 0
    ? new CodeIndexError('not_indexed', `There is no index in ${database.place}.`, 'Run `code-index index` first.')
    : new CodeIndexError('unavailable', `${database.place} has the old format ${format} and is opened for reading only; this program reads ${FORMAT}.`, 'Run any command that may write, such as `code-index status`, to bring it up to date.');
}
