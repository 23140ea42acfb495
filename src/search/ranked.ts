import { unpackChunks, type Result, type SymbolFact } from '../domain/mod.ts';
import { identifiersOf } from '../words/mod.ts';
import { readCursor, writeCursor } from './answer/cursor.ts';
import { ResultMaker, resultSymbol, snippetOf, symbolOfChunk, symbolsOf } from './answer/result.ts';
import { compileLiteral } from './regex/literal.ts';
import { rank, rankByMeaning, type QueryVector, type RankedFile } from './rank/mod.ts';
import type { SearchRequest } from './requests.ts';
import type { Resolved } from './scope/resolve.ts';
import { pageSize } from './text/collect.ts';
import type { Found } from './text/search.ts';

/** Lines shown of a file whose chunks are not known yet. */
const LINES_SHOWN = 14;

/** Ranked modes: the best files for a question in words, each with its best chunk. `alone`: by meaning alone. */
export async function searchRanked(resolved: Resolved, words: string, request: SearchRequest, question: string, meaning: QueryVector | null, alone: boolean): Promise<Found> {
  const limit = pageSize(request.limit);
  const cursor = readCursor(request.cursor, question, 1);
  const skip = cursor === null ? 0 : Number(cursor[0]);
  const scope = { repositories: resolved.repositoryIds, views: resolved.viewIds, within: resolved.within };
  const { files, matching } = await (alone && meaning !== null ? rankByMeaning(resolved.store, scope, words, meaning) : rank(resolved.store, scope, words, meaning));
  const inScope = filesInScope(resolved, files);
  const page = inScope.slice(skip, skip + limit);
  const results = await rankedResults(resolved, page, words);
  const more = skip + page.length < inScope.length;
  const exact = matching <= files.length;
  return { results, total: { value: exact ? inScope.length : Math.max(inScope.length, matching), exact }, nextCursor: more ? writeCursor(question, [skip + page.length]) : null };
}

/** A content may stand at several paths and in several views: each path answers once, and only where it passes the filters. */
export function filesInScope(resolved: Resolved, files: readonly RankedFile[]): readonly RankedFile[] {
  const { paths, notPaths } = resolved.scope;
  const seen = new Set<string>();
  const distinct = resolved.viewIds.length < 2 ? files : files.filter(({ info, place }) => seen.size < seen.add(`${info.id}:${place.entry.path}`).size);
  if (paths.length + notPaths.length === 0) return distinct;
  return distinct.filter(({ place }) => (paths.length === 0 || paths.some((test) => test.matches(place.entry.path))) && !notPaths.some((test) => test.matches(place.entry.path)));
}

/** Ranked files as results, each with its best chunk. */
export async function rankedResults(resolved: Resolved, page: readonly RankedFile[], words: string): Promise<Result[]> {
  const ids = [...new Set(page.map(({ info }) => info.id))];
  const [texts, facts] = await Promise.all([resolved.store.files.texts(ids), resolved.store.files.facts(ids)]);
  const maker = new ResultMaker(resolved);
  const atoms = [...new Set(identifiersOf(words))].slice(0, 16).map((word) => compileLiteral(word, false));
  return page.flatMap(({ info, place, score, chunk, why }): Result[] => {
    const text = texts.get(info.id);
    if (text === undefined) return [];
    const packed = facts.get(info.id);
    const own = packed === undefined ? undefined : unpackChunks(packed)[chunk];
    const symbols: readonly SymbolFact[] = symbolsOf(packed, text);
    const from = own?.span.startLine ?? 1;
    const last = own?.span.endLine ?? from + LINES_SHOWN - 1;
    const spans = atoms.flatMap((atom) => {
      atom.reset(text);
      const found: [number, number][] = [];
      for (let at = own?.span.start ?? 0; found.length < 20 && atom.next(at) && atom.start < (own?.span.end ?? text.length); at = atom.end) found.push([atom.start, atom.end]);
      return found;
    }).sort((a, b) => a[0] - b[0]);
    const { snippet, matches } = snippetOf(text, from, last, spans);
    return [{
      ...maker.base(place, info), startLine: from, endLine: from + snippet.split('\n').length - 1, score, kind: 'chunk',
      symbol: own === undefined ? null : resultSymbol(symbols, symbolOfChunk(symbols, own.symbol, own.span, spans), text), snippet, matches, why,
    }];
  });
}
