import type { Result, SymbolKind } from '../domain/mod.ts';
import { readCursor, writeCursor } from './answer/cursor.ts';
import { ResultMaker } from './answer/result.ts';
import { Folded } from './answer/twins.ts';
import { rank, type RankedFile } from './rank/mod.ts';
import { BEHIND_PAGE, byContent, filesInScope, rankedResults, type Content } from './ranked.ts';
import type { SearchRequest, SymbolResult } from './requests.ts';
import type { Resolved } from './scope/resolve.ts';
import { findDefinitions, type Definition } from './symbols/definitions.ts';
import { definitionResult } from './symbols/result.ts';
import { pageSize } from './text/collect.ts';
import type { Found } from './text/search.ts';

/** Definitions that a name is looked up for. A field, a variable or a key of that name is one hint among others. */
const STRONG: ReadonlySet<SymbolKind> = new Set([
  'class', 'interface', 'struct', 'trait', 'enum', 'union', 'type', 'module', 'namespace', 'package', 'object', 'function', 'method', 'constructor', 'macro',
]);

type Item = { readonly definition: Definition } | { readonly content: Content };

/**
 * A single name: the files that define it as a type or a function, each with its best definition, the likeliest file
 * first; then their further definitions; then files with lesser definitions or that are about the name. No results where
 * nothing defines it.
 */
export async function searchName(resolved: Resolved, words: string, request: SearchRequest, question: string): Promise<Found> {
  const { found, exactTotal } = await findDefinitions(resolved, words, { exactOnly: true });
  if (found.length === 0) return { results: [], total: { value: 0, exact: true }, nextCursor: null };
  const ranking = await rank(resolved.store, { repositories: resolved.repositoryIds, views: resolved.viewIds, within: resolved.within }, words, null);
  const items = inOrder(found, filesInScope(resolved, ranking.files));
  const limit = pageSize(request.limit);
  const cursor = readCursor(request.cursor, question, 1);
  const skip = cursor === null ? 0 : Number(cursor[0]);
  const maker = new ResultMaker(resolved);
  const folded = new Folded();
  let next = skip;
  for (let full = false; !full && next < items.length; ) {
    const batch = items.slice(next, next + limit - folded.results.length + BEHIND_PAGE);
    const ranked = await rankedResults(resolved, batch.flatMap((item) => ('content' in item ? [item.content] : [])), words);
    let nextRanked = 0;
    for (const item of batch) {
      const result = 'content' in item ? (ranked[nextRanked++] ?? null) : plain(definitionResult(maker, item.definition));
      full = result !== null && !folded.add(result, limit);
      if (full) break;
      next++;
    }
  }
  const value = items.length - (next - skip - folded.results.length);
  return { results: folded.results, total: { value, exact: exactTotal && ranking.matching <= ranking.files.length }, nextCursor: next < items.length ? writeCursor(question, [next]) : null };
}

/** A definition as any other result: that it is one is said by its kind. */
function plain({ relation: _relation, role: _role, tier: _tier, method: _method, ...result }: SymbolResult): Result {
  return result;
}

function inOrder(definitions: readonly Definition[], files: readonly RankedFile[]): Item[] {
  const keyOf = (blob: number, place: Definition['place']): string => `${blob}:${place.entry.path}`;
  // Files that the ranker does not know (the index has no words for them yet) keep the order of their definitions.
  const scores = new Map(files.map((file) => [keyOf(file.info.id, file.place), file.score]));
  const known = (key: string): number => scores.get(key) ?? Number.NEGATIVE_INFINITY;
  const best = new Map<string, Definition>();
  const defining = new Set(definitions.map(({ blob }) => blob));
  const further: Definition[] = [];
  for (const definition of definitions) {
    const key = keyOf(definition.blob, definition.place);
    if (best.has(key)) further.push(definition);
    else best.set(key, definition);
  }
  const byScore = [...best].map(([key, definition]) => ({ key, definition })).sort((a, b) => (known(a.key) === known(b.key) ? 0 : known(b.key) - known(a.key)));
  const isStrong = (definition: Definition): boolean => STRONG.has(definition.symbol.kind);
  const weak = byScore.filter(({ definition }) => !isStrong(definition));
  const rest = [
    ...weak.map(({ key, definition }) => ({ score: known(key), item: { definition } as Item })),
    ...byContent(files).flatMap((content) => (defining.has(content.file.info.id) ? [] : [{ score: content.file.score, item: { content } as Item }])),
  ].sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
  return [
    ...byScore.flatMap(({ definition }) => (isStrong(definition) ? [{ definition }] : [])),
    ...further.filter(isStrong).map((definition) => ({ definition })),
    ...rest.map(({ item }) => item),
    ...further.filter((definition) => !isStrong(definition)).map((definition) => ({ definition })),
  ];
}
