import type { RepositoryId } from '../../domain/mod.ts';
import { candidates } from '../blocks/trigrams.ts';
import type { Trigrams } from '../ports.ts';
import type { Blocks } from './blocks.ts';
import type { Core } from './core.ts';

/** Candidates of a condition on trigrams. */
export function makeTrigrams(core: Core, blocks: Blocks): Trigrams {
  return {
    candidates: async (repositories, plan, within) =>
      core.read('Searching the index', () => candidates(blocks, blocks.of('trigram', repositories as RepositoryId[]), plan, within)),
  };
}
