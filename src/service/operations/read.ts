import { CodeIndexError } from '../../base/mod.ts';
import type { ReadAnswer } from '../../search/mod.ts';
import type { Operation } from '../operation.ts';
import { BRANCH, REPOSITORY, narrowing, type NarrowingInput } from './narrowing.ts';

const VIEWS = ['code', 'outline', 'map'] as const;

export interface ReadInput extends Omit<NarrowingInput, 'path' | 'language'> {
  readonly path?: string;
  readonly symbol?: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly view?: (typeof VIEWS)[number];
  readonly maxTokens?: number;
}

const LINE = { kind: 'integer', least: 1, most: 1_000_000_000, text: '' } as const;

export const readOperation: Operation<ReadInput, ReadAnswer> = {
  name: 'read',
  title: 'Read code',
  text: 'Read indexed code: a file or some of its lines (path), one whole definition (symbol), the outline of a file, or a map of the repository with its chief files and symbols (view "map").',
  effect: 'read',
  fields: {
    path: { kind: 'text', position: 'one', text: '' },
    symbol: { kind: 'text', text: 'Name, Container.name or path#name' },
    repository: REPOSITORY,
    branch: BRANCH,
    startLine: LINE,
    endLine: LINE,
    view: { kind: 'choice', values: VIEWS, text: 'default code' },
    maxTokens: { kind: 'integer', least: 50, most: 1_000_000, flag: 'tokens', text: '' },
  },
  async run(service, input, call) {
    if (input.view !== 'map' && input.path === undefined && input.symbol === undefined) {
      throw new CodeIndexError('invalid_query', 'Nothing to read was named.', 'Give a path, a symbol, or view "map".');
    }
    const [store, { read }, narrow] = await Promise.all([service.store(), import('../../search/mod.ts'), narrowing(service, withoutPath(input))]);
    return read(store, {
      ...narrow,
      ...(input.path === undefined ? {} : { path: input.path }),
      ...(input.symbol === undefined ? {} : { symbol: input.symbol }),
      ...(input.startLine === undefined ? {} : { startLine: input.startLine }),
      ...(input.endLine === undefined ? {} : { endLine: input.endLine }),
      ...(input.view === undefined ? {} : { view: input.view }),
      ...(input.maxTokens === undefined ? {} : { maxTokens: input.maxTokens }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  },
};

/** The path names one file here; it is not a filter. */
function withoutPath(input: ReadInput): NarrowingInput {
  return {
    ...(input.repository === undefined ? {} : { repository: input.repository }),
    ...(input.branch === undefined ? {} : { branch: input.branch }),
  };
}
