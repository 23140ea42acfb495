import { performance } from 'node:perf_hooks';
import { CodeIndexError } from '../../base/mod.ts';
import type { Store } from '../../store/mod.ts';
import { readCursor, writeCursor } from '../answer/cursor.ts';
import { coverageOf, freshnessOf, unreadNotes } from '../answer/envelope.ts';
import { ResultMaker } from '../answer/result.ts';
import type { SymbolAnswer, SymbolRequest, SymbolResult } from '../requests.ts';
import { resolve } from '../scope/resolve.ts';
import { pageSize } from '../text/collect.ts';
import { findCallees } from './callees.ts';
import { findDefinitions } from './definitions.ts';
import { splitName } from './name.ts';
import { definitionResult } from './result.ts';
import { findUses, type UsePosition } from './uses.ts';

/**
 * Definitions of a name and, where asked for, its references, callers, callees and implementations, each edge with its
 * tier and method. Definitions and callees come on the first page; uses go on from page to page.
 * Errors: `invalid_query`, `not_found` (repository, branch), `not_indexed`.
 */
export async function findSymbols(store: Store, request: SymbolRequest): Promise<SymbolAnswer> {
  const started = performance.now();
  const { last } = splitName(request.name);
  if (last.trim() === '') throw new CodeIndexError('invalid_query', 'The name of the symbol is empty.', 'Give a name such as `parse` or `Parser.parse`.');
  const resolved = await resolve(store, request);
  const include = new Set(request.include === undefined || request.include.length === 0 ? ['definitions'] : request.include);
  const limit = pageSize(request.limit);
  const question = JSON.stringify([request.name, [...include].sort(), request.kinds ?? [], resolved.viewIds, resolved.scope.languages, request.paths ?? []]);
  const cursor = readCursor(request.cursor, question, 4);
  let skip = cursor === null ? 0 : Number(cursor[0]);
  const maker = new ResultMaker(resolved);
  const results: SymbolResult[] = [];
  let total = 0;
  let exact = true;
  let next: string | null = null;

  // Where a definition is decides what its uses bind to, so the whole workspace is asked, whatever paths narrow the uses.
  const { kinds } = request;
  const { found, exactTotal } = await findDefinitions(resolved, request.name, kinds === undefined ? {} : { kinds });
  const fixed: SymbolResult[] = [];
  if (include.has('definitions')) {
    fixed.push(...found.map((definition) => definitionResult(maker, definition)));
    exact = exactTotal;
  }
  const own = found.filter(({ symbol }) => symbol.name.toLowerCase() === last.toLowerCase());
  if (include.has('callees')) {
    const callees = await findCallees(resolved, maker, own, request.signal);
    fixed.push(...callees.results);
    exact = exact && callees.exact;
  }
  total += fixed.length;
  results.push(...fixed.slice(skip, skip + limit));
  const wanted = (['references', 'callers', 'implementations'] as const).filter((relation) => include.has(relation));
  if (skip + results.length < fixed.length) next = writeCursor(question, [skip + results.length, 0, 0, 0]);
  skip = Math.min(skip + results.length, fixed.length);
  if (wanted.length > 0) {
    const everywhere = resolved.narrowed ? await resolve(store, withoutNarrowing(request)) : resolved;
    const targets = everywhere === resolved ? own : (await findDefinitions(everywhere, request.name, { exactOnly: true })).found;
    const at: UsePosition | null = cursor === null ? null : { from: Number(cursor[1]), to: Number(cursor[2]), skip: Number(cursor[3]) };
    const uses = await findUses(resolved, maker, { name: request.name, relations: wanted, definitions: targets, limit: next === null ? limit - results.length : 0, at, signal: request.signal });
    results.push(...uses.results);
    total += uses.total;
    exact = exact && uses.exact;
    if (next === null && uses.next !== null) next = writeCursor(question, [skip, uses.next.from, uses.next.to, uses.next.skip]);
  }
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(resolved.views)]);
  return {
    query: request.name, mode: 'symbol', total: { value: total, exact }, tookMs: Math.round((performance.now() - started) * 100) / 100,
    nextCursor: next, results, coverage, freshness, notes: unreadNotes(resolved),
  };
}

function withoutNarrowing(request: SymbolRequest): Omit<SymbolRequest, 'name' | 'paths' | 'languages'> {
  const { name: _name, paths: _paths, languages: _languages, ...rest } = request;
  return rest;
}
