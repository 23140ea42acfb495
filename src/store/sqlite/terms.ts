import type { RepositoryId } from '../../domain/mod.ts';
import { postings, withAll } from '../blocks/terms.ts';
import type { Terms } from '../ports.ts';
import type { Blocks } from './blocks.ts';
import type { Core } from './core.ts';

/** Postings of words in chunks, for the ranker above. */
export function makeTerms(core: Core, blocks: Blocks): Terms {
  return {
    postings: async (repositories, terms) => core.read('Looking words up', () => {
      const infos = blocks.of('term', repositories as RepositoryId[]);
      return terms.map((term) => postings(blocks, infos, term));
    }),
    statistics: async (repositories) => core.read('Counting words', () => {
      let chunks = 0;
      let terms = 0;
      for (const row of core.blocks('term', repositories)) {
        chunks += row.documents;
        terms += row.terms;
      }
      return { chunks, terms };
    }),
    blobsWithAll: async (repositories, terms, within) => core.read('Looking words up', () => {
      const found: number[] = [];
      for (const info of blocks.of('term', repositories as RepositoryId[])) {
        for (const blob of withAll(blocks, info, terms)) if (within.has(blob)) found.push(blob);
      }
      return Uint32Array.from(found).sort();
    }),
  };
}
