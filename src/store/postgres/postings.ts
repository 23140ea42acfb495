/** Trigrams, words and names: the pages that a question needs are loaded together, and looked into without waiting. */
import type { RepositoryId } from '../../domain/mod.ts';
import { names } from '../blocks/names.ts';
import { postings, termKey, withAll } from '../blocks/terms.ts';
import { candidates, keysOf } from '../blocks/trigrams.ts';
import type { Symbols, Terms, Trigrams } from '../ports.ts';
import type { Blocks } from './blocks.ts';
import type { Core } from './core.ts';

export function makeTrigrams(core: Core, blocks: Blocks): Trigrams {
  return {
    candidates: (repositories, plan, within) => core.read('Searching the index', async () => {
      if (plan.kind === 'none' || within.size === 0) return new Uint32Array(0);
      const infos = await blocks.of('trigram', repositories);
      return candidates(await blocks.holding(infos, keysOf(plan)), infos, plan, within);
    }),
  };
}

export function makeTerms(core: Core, blocks: Blocks): Terms {
  return {
    postings: (repositories, terms) => core.read('Looking words up', async () => {
      const infos = await blocks.of('term', repositories);
      const pages = await blocks.holding(infos, terms.map(termKey));
      return terms.map((term) => postings(pages, infos, term));
    }),
    statistics: (repositories) => core.read('Counting words', async () => {
      let [chunks, terms] = [0, 0];
      for (const row of await blocks.rows('term', repositories)) {
        chunks += row.documents;
        terms += row.terms;
      }
      return { chunks, terms };
    }),
    blobsWithAll: (repositories, terms, within) => core.read('Looking words up', async () => {
      const infos = await blocks.of('term', repositories as RepositoryId[]);
      const pages = await blocks.holding(infos, terms.map(termKey));
      return Uint32Array.from(infos.flatMap((info) => withAll(pages, info, terms)).filter((blob) => within.has(blob))).sort();
    }),
  };
}

export function makeSymbols(core: Core, blocks: Blocks): Symbols {
  return {
    names: (query) => core.read('Looking symbols up', async () => {
      const infos = await blocks.of('name', query.repositories);
      // A name is looked for in all blocks: their pages come together.
      if (query.match === 'exact') await blocks.holding(infos, [Buffer.from(query.name)]);
      const asking = names(infos, query);
      for (let step = asking.next([]); ; step = asking.next(await blocks.run(step.value, step.value.scans))) if (step.done === true) return step.value;
    }),
  };
}
