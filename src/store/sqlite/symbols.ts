import type { RepositoryId } from '../../domain/mod.ts';
import { names } from '../blocks/names.ts';
import type { Symbols } from '../ports.ts';
import type { Blocks } from './blocks.ts';
import type { Core } from './core.ts';

/** Names of symbols. Lookups keep their pages; scans read past what is kept. */
export function makeSymbols(core: Core, blocks: Blocks): Symbols {
  return {
    names: async (query) => core.read('Looking symbols up', () => {
      const asking = names(blocks.of('name', query.repositories as RepositoryId[]), query);
      for (let step = asking.next([]); ; ) {
        if (step.done === true) return step.value;
        const { row, from, count, scans } = step.value;
        step = asking.next(scans ? blocks.pages(step.value) : Array.from({ length: count }, (_, at) => blocks.page(row, from + at)));
      }
    }),
  };
}
