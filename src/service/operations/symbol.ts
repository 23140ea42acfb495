import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import { SYMBOL_KINDS, type SymbolKind } from '../../domain/mod.ts';
import type { SymbolAnswer } from '../../search/mod.ts';
import type { Operation } from '../operation.ts';
import { LANGUAGE, PATH, REPOSITORY, narrowing, type NarrowingInput } from './narrowing.ts';

const RELATIONS = ['definition', 'references', 'callers', 'callees', 'implementations'] as const;

export interface SymbolInput extends NarrowingInput {
  readonly name: string;
  readonly kind?: readonly SymbolKind[];
  readonly include?: readonly (typeof RELATIONS)[number][];
  readonly limit?: number;
  readonly cursor?: string;
}

export const symbolOperation: Operation<SymbolInput, SymbolAnswer> = {
  name: 'symbol',
  title: 'Look up a symbol',
  text:
    'Find where a symbol (name or Container.name) is defined and, by include, its references, callers, callees and implementations. ' +
    'Each edge says how it was found: resolved, or candidate (same name only).',
  effect: 'read',
  fields: {
    name: { kind: 'text', required: true, position: 'one', text: '' },
    kind: { kind: 'choices', values: SYMBOL_KINDS, hidden: true, text: 'function, method, class, ...' },
    include: { kind: 'choices', values: RELATIONS, asFlags: true, text: 'default definition' },
    repository: REPOSITORY,
    branch: { kind: 'texts', only: 'command', text: 'branch that was indexed' },
    path: PATH,
    language: LANGUAGE,
    limit: { kind: 'integer', least: 1, most: LIMITS.pageResults, text: '' },
    cursor: { kind: 'text', text: 'handle of the next page' },
  },
  async run(service, input, call) {
    if (input.name.trim() === '') throw new CodeIndexError('invalid_query', 'The name of the symbol is empty.', 'Give a name such as `parse` or `Parser.parse`.');
    const [store, { findSymbols }, narrow] = await Promise.all([service.store(), import('../../search/mod.ts'), narrowing(service, input)]);
    return findSymbols(store, {
      name: input.name,
      ...narrow,
      ...(input.kind === undefined ? {} : { kinds: input.kind }),
      ...(input.include === undefined ? {} : { include: input.include.map((one) => (one === 'definition' ? 'definitions' : one)) }),
      ...(input.limit === undefined ? {} : { limit: input.limit }),
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  },
};
