import { LIMITS } from '../../base/mod.ts';
import { MODES, type Answer, type Mode } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';
import { BRANCH, LANGUAGE, PATH, REPOSITORY, narrowing, type NarrowingInput } from './narrowing.ts';

export interface SearchInput extends NarrowingInput {
  readonly query: string;
  readonly mode?: Mode;
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
  readonly context?: number;
  readonly case?: boolean;
}

export const searchOperation: Operation<SearchInput, Answer> = {
  name: 'search',
  title: 'Search code',
  text:
    'Search indexed code. auto: one identifier looks symbols up first; quotes, operators or /regex/ are exact; other words are ranked. ' +
    'Words AND; "exact phrase"; OR, NOT, -x, (); repo: path: lang: symbol: branch: case:yes. Any text is legal. ' +
    'Without repository the workspace is searched. No results: the answer says how many files were searched and what was not.',
  effect: 'read',
  fields: {
    query: { kind: 'text', required: true, position: 'rest', text: '' },
    mode: { kind: 'choice', values: MODES, text: 'default auto' },
    repository: REPOSITORY,
    branch: BRANCH,
    path: PATH,
    language: LANGUAGE,
    limit: { kind: 'integer', least: 1, most: LIMITS.pageResults, text: '' },
    cursor: { kind: 'text', text: 'handle of the next page' },
    all: { kind: 'flag', text: 'every hit in path order, exact total' },
    context: { kind: 'integer', least: 0, most: 50, text: 'lines around each hit' },
    case: { kind: 'flag', only: 'command', text: 'upper and lower case differ' },
  },
  async run(service, input, call) {
    const [store, { search }, narrow] = await Promise.all([service.store(), import('../../search/mod.ts'), narrowing(service, input)]);
    return search(store, {
      query: input.case === true ? `${input.query} case:yes` : input.query,
      ...narrow,
      ...(input.mode === undefined ? {} : { mode: input.mode }),
      ...(input.limit === undefined ? {} : { limit: input.limit }),
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
      ...(input.all === undefined ? {} : { all: input.all }),
      ...(input.context === undefined ? {} : { context: input.context }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }, (repositories) => service.meaning(repositories));
  },
};
