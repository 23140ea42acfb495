import { LIMITS } from '../base/mod.ts';
import { unpackChunks, type Result, type SymbolFact } from '../domain/mod.ts';
import type { Place } from '../store/mod.ts';
import { identifiersOf, partsOf, stem } from '../words/mod.ts';
import { readCursor, writeCursor } from './answer/cursor.ts';
import { afterLicence, lastLineWithin, withoutBlankEnds } from './answer/lines.ts';
import { ResultMaker, resultSymbol, snippetOf, symbolOfChunk, symbolsOf } from './answer/result.ts';
import { surroundings } from './answer/surroundings.ts';
import { elsewhere, Folded } from './answer/twins.ts';
import { rank, rankByMeaning, type QueryVector, type RankedFile } from './rank/mod.ts';
import { understand } from './rank/question.ts';
import type { SearchRequest } from './requests.ts';
import type { Resolved } from './scope/resolve.ts';
import { pageSize } from './text/collect.ts';
import type { Found } from './text/search.ts';

/** Lines shown of a file whose chunks are not known yet. */
const LINES_SHOWN = 14;
/** Files looked at past the end of a page: twins of what is on it stand right behind it. */
export const BEHIND_PAGE = 3;
const MOST_MATCHES = 30;

/** A content with the likeliest of its paths, and the others. */
export interface Content {
  readonly file: RankedFile;
  readonly others: readonly Place[];
}

/** Ranked modes: the best files for a question in words, each with its best chunk. `alone`: by meaning alone. */
export async function searchRanked(resolved: Resolved, words: string, request: SearchRequest, question: string, meaning: QueryVector | null, alone: boolean): Promise<Found> {
  const limit = pageSize(request.limit);
  const cursor = readCursor(request.cursor, question, 1);
  const skip = cursor === null ? 0 : Number(cursor[0]);
  const scope = { repositories: resolved.repositoryIds, views: resolved.viewIds, within: resolved.within };
  const { files, matching } = await (alone && meaning !== null ? rankByMeaning(resolved.store, scope, words, meaning) : rank(resolved.store, scope, words, meaning));
  const contents = byContent(filesInScope(resolved, files));
  const folded = new Folded();
  let next = skip;
  for (let full = false; !full && next < contents.length; ) {
    const batch = contents.slice(next, next + limit - folded.results.length + BEHIND_PAGE);
    for (const result of await rankedResults(resolved, batch, words)) {
      full = result !== null && !folded.add(result, limit);
      if (full) break;
      next++;
    }
  }
  const exact = matching <= files.length;
  const value = contents.length - (next - skip - folded.results.length);
  return { results: folded.results, total: { value: exact ? value : Math.max(value, matching), exact }, nextCursor: next < contents.length ? writeCursor(question, [next]) : null };
}

/** The files that pass the filters: a content may stand at several paths and in several views. */
export function filesInScope({ scope: { paths, notPaths } }: Resolved, files: readonly RankedFile[]): readonly RankedFile[] {
  if (paths.length + notPaths.length === 0) return files;
  return files.filter(({ place }) => (paths.length === 0 || paths.some((test) => test.matches(place.entry.path))) && !notPaths.some((test) => test.matches(place.entry.path)));
}

/** Each content once, at its likeliest path. */
export function byContent(files: readonly RankedFile[]): readonly Content[] {
  const others = new Map<number, Place[]>();
  return files.flatMap((file): Content[] => {
    const known = others.get(file.info.id);
    if (known !== undefined) {
      known.push(file.place);
      return [];
    }
    const own: Place[] = [];
    others.set(file.info.id, own);
    return [{ file, others: own }];
  });
}

/** Ranked files as results, each with its best chunk; null for one that went meanwhile. */
export async function rankedResults(resolved: Resolved, page: readonly Content[], words: string): Promise<readonly (Result | null)[]> {
  const ids = [...new Set(page.map(({ file }) => file.info.id))];
  const [texts, facts] = await Promise.all([resolved.store.files.texts(ids), resolved.store.files.facts(ids)]);
  const maker = new ResultMaker(resolved);
  const spansOf = wordFinder(words);
  return page.map(({ file: { info, place, score, chunk, why }, others }): Result | null => {
    const text = texts.get(info.id);
    if (text === undefined) return null;
    const packed = facts.get(info.id);
    const own = packed === undefined ? undefined : unpackChunks(packed)[chunk];
    const symbols: readonly SymbolFact[] = symbolsOf(packed, text);
    const start = own?.span.startLine ?? 1;
    const [first, last] = withoutBlankEnds(text, afterLicence(text, start), lastLineWithin(text, start, own?.span.endLine ?? start + LINES_SHOWN - 1, LIMITS.chunkMaxChars));
    const spans = spansOf(text, own?.span.start ?? 0, own?.span.end ?? text.length);
    const { snippet, matches } = snippetOf(text, first, last, spans);
    const index = own === undefined ? -1 : symbolOfChunk(symbols, own.symbol, own.span, spans);
    return {
      ...maker.base(place, info), startLine: first, endLine: first + snippet.split('\n').length - 1, score: Math.round(score * 10_000) / 10_000, kind: 'chunk',
      symbol: resultSymbol(symbols, index, text), snippet, matches: matches.slice(0, MOST_MATCHES), why,
      ...surroundings(symbols, index, text, first, last), ...elsewhere(maker, place, others),
    };
  });
}

/** Finds the words of a question in a text, in all their forms, but none of those that any question has. */
function wordFinder(words: string): (text: string, start: number, end: number) => [number, number][] {
  const compounds = [...new Set(identifiersOf(words))].map(partsOf).filter(({ length }) => length > 1);
  const joined = compounds.map((parts) => parts.join(''));
  // Parts of a compound weigh less than words: of `get_user` every other `get` says nothing.
  const terms = new Set(understand(words).terms.flatMap(({ term, weight }) => (weight > 0.5 && !joined.includes(term) ? [term] : [])));
  const escaped = (part: string): string => part.replaceAll(/[^\p{L}\p{N}]/gu, '.');
  // A stem may end otherwise than its word: the last letter is left to the stemmer.
  const roots = [...[...terms].map((term) => escaped(term.slice(0, Math.max(2, term.length - 1)))), ...compounds.map((parts) => parts.map(escaped).join('_?'))];
  if (roots.length === 0) return () => [];
  const likely = new RegExp(`[\\p{L}\\p{N}_$]{0,60}?(?:${roots.join('|')})[\\p{L}\\p{N}_$]{0,60}`, 'giu');
  return (text, start, end) => {
    const spans: [number, number][] = [];
    for (const { 0: word, index } of text.slice(start, end).matchAll(likely)) {
      const parts = partsOf(word);
      const whole = parts.join('');
      if (joined.some((name) => whole.includes(name)) || parts.some((part) => terms.has(stem(part)))) spans.push([start + index, start + index + word.length]);
    }
    return spans;
  };
}
