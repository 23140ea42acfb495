/**
 * The library door: everything the command line can do, as functions.
 *
 * @example
 * await using service = openService({ dataDir: '/tmp/index', allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
 * await OPERATIONS.index.run(service, { targets: ['.'] }, {});
 * const answer = await OPERATIONS.search.run(service, { query: 'parse config' }, {});
 */
export { CodeIndexError, ERROR_CODES, type ErrorCode } from './base/mod.ts';
export type { Answer, IndexSummary, Match, Progress, Result } from './domain/mod.ts';
export type { ReadAnswer, SymbolAnswer, SymbolResult } from './search/mod.ts';
export { OPERATIONS, openService, type Call, type Operation, type Service, type ServiceSettings } from './service/mod.ts';
