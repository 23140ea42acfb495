import { LIMITS } from '../../base/mod.ts';
import type { RepositoryId } from '../../domain/mod.ts';
import type { Store } from '../ports.ts';
import { Blocks } from './blocks.ts';
import { prepare, type Place } from './connection.ts';
import { copyApart, keyText } from './copy.ts';
import { Core } from './core.ts';
import { makeFiles } from './files.ts';
import { Garbage } from './garbage.ts';
import { makeTransfer } from './incoming.ts';
import { Leases } from './lease.ts';
import { Merger } from './merge.ts';
import { makeJournal } from './journal.ts';
import { makeMeta } from './meta.ts';
import { makeSymbols } from './symbols.ts';
import { makeTerms } from './terms.ts';
import { makeTokens } from './tokens.ts';
import { makeTrigrams } from './trigrams.ts';
import { VectorCompactor } from './vector-compactor.ts';
import { makeVectors } from './vectors.ts';
import { Writing } from './writing.ts';

/** From how many chunks of a repository on vectors are searched otherwise; tests give small numbers. */
export interface VectorSizes {
  /** Above it bits choose what is compared. */
  readonly whole: number;
  /** Above it cells choose which bits are looked at. */
  readonly cells: number;
}

const SIZES: VectorSizes = { whole: LIMITS.wholeVectorChunks, cells: LIMITS.cellVectorChunks };

/** Opens one SQLite file as a store; makes it and its data folder where they are missing, unless `readOnly`. */
export function openSqlite({ readOnly, vectorSizes = SIZES, ...place }: Place & { readonly readOnly: boolean; readonly vectorSizes?: VectorSizes }): Store {
  if (!readOnly) prepare(place);
  const core = new Core(place, readOnly);
  const writing = new Writing(core, vectorSizes.whole);
  const blocks = new Blocks(core);
  const garbage = new Garbage(core, writing);
  const written = new Set<RepositoryId>();
  const leases = new Leases(core, {
    taken: () => garbage.finishRemovals(),
    released: async () => {
      for (const repository of written) await garbage.tidy(repository);
      written.clear();
    },
  });
  const merger = new Merger(core, writing, blocks);
  const vectors = new VectorCompactor(core, writing, vectorSizes.cells);
  return {
    meta: makeMeta(core, leases, garbage),
    files: makeFiles(core),
    trigrams: makeTrigrams(core, blocks),
    terms: makeTerms(core, blocks),
    symbols: makeSymbols(core, blocks),
    vectors: makeVectors(core, vectorSizes.cells),
    tokens: makeTokens(core),
    journal: makeJournal(core),
    supports: { concurrentWriters: false, approximateVectors: true },
    lease: (purpose, options) => leases.take(purpose, options),
    writer: async () => leases.holder(),
    commit: (delta) => leases.during('writing to the index', () => core.inTurn('Writing to the index', async () => {
      const result = writing.write('Writing to the index', (committer) => committer.apply(delta));
      written.add(delta.repository);
      merger.schedule(delta.repository);
      if (delta.vectors !== undefined) vectors.schedule(delta.repository);
      return result;
    })),
    compact: (options) => leases.during('compacting the index', () => core.inTurn('Compacting the index', async () => {
      await core.settled();
      for (const repository of core.writer.prepare<[], number>('SELECT id FROM repository').pluck().all()) {
        garbage.markOrphans(repository);
        await garbage.deleteOrphans(repository);
        await merger.mergeAll(repository, options?.signal);
        await vectors.compact(repository, options?.signal);
      }
      await garbage.giveBack(0, options?.signal);
      core.checkpoint();
    })),
    copyTo: (file, options) => copyApart({ source: 'live', file: place.file, dataDir: place.dataDir, key: keyText(place.cipher), to: file }, options),
    transfer: makeTransfer(core, leases, writing),
    [Symbol.asyncDispose]: () => core.close(),
  };
}
