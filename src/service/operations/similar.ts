import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { Answer } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';
import { LANGUAGE_PATTERN, narrowing } from './narrowing.ts';

export interface SimilarInput {
  readonly snippet?: string;
  readonly symbol?: string;
  readonly path?: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly language?: string;
  readonly languages?: readonly string[];
  readonly repositories?: readonly string[];
  readonly repository?: string;
  readonly purpose?: string;
  readonly limit?: number;
}

const LINE = { kind: 'integer', least: 1, most: 1_000_000_000, text: '' } as const;

export const similarOperation: Operation<SimilarInput, Answer> = {
  name: 'similar',
  title: 'Find similar code',
  text: 'Find code that does the same as a snippet, a symbol or a place (path and start_line), also in other languages.',
  effect: 'read',
  fields: {
    snippet: { kind: 'text', text: '' },
    symbol: { kind: 'text', text: 'name or path#name' },
    path: { kind: 'text', position: 'one', text: '' },
    startLine: LINE,
    endLine: LINE,
    language: { kind: 'text', pattern: LANGUAGE_PATTERN, text: 'language of the snippet' },
    languages: { kind: 'texts', flag: 'lang', pattern: LANGUAGE_PATTERN, text: 'languages of the results' },
    repositories: { kind: 'texts', text: 'where to search; * is all' },
    repository: { kind: 'text', flag: 'repo', text: 'the one that holds path' },
    purpose: { kind: 'text', text: 'search repositories with this purpose' },
    limit: { kind: 'integer', least: 1, most: LIMITS.pageResults, text: '' },
  },
  async run(service, input, call) {
    if (input.snippet === undefined && input.symbol === undefined && (input.path === undefined || input.startLine === undefined)) {
      throw new CodeIndexError('invalid_query', 'Nothing to compare with was named.', 'Give a snippet, a symbol, or a path with a line.');
    }
    const repositories = input.repositories ?? (input.repository === undefined || input.purpose !== undefined ? [] : [input.repository]);
    const [store, { similar }, narrow, meaning] = await Promise.all([
      service.store(), import('../../search/mod.ts'),
      narrowing(service, { repository: repositories, ...(input.languages === undefined ? {} : { language: input.languages }) }), service.meaning(),
    ]);
    return similar(store, {
      ...narrow, workspace: narrow.workspace ?? (await service.workspace()),
      ...(input.purpose === undefined ? {} : { purpose: input.purpose }),
      ...(input.repository === undefined ? {} : { sampleRepositories: [input.repository] }),
      ...(input.symbol === undefined ? {} : { symbol: input.symbol }),
      ...(input.snippet === undefined ? {} : { snippet: input.snippet }),
      ...(input.path === undefined ? {} : { path: input.path }),
      ...(input.startLine === undefined ? {} : { startLine: input.startLine }),
      ...(input.endLine === undefined ? {} : { endLine: input.endLine }),
      ...(input.language === undefined ? {} : { language: input.language }),
      ...(input.limit === undefined ? {} : { limit: input.limit }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }, meaning);
  },
};
