import { performance } from 'node:perf_hooks';
import { CodeIndexError, LIMITS, throwIfAborted } from '../base/mod.ts';
import { MODES, type Answer, type Expression, type Mode, type Result } from '../domain/mod.ts';
import { meaningLeftOut, type AskMeaning, type EmbeddingModel, type Meaning } from '../embed/mod.ts';
import type { Store } from '../store/mod.ts';
import { readCursor, writeCursor } from './answer/cursor.ts';
import { coverageOf, freshnessOf, unreadNotes } from './answer/envelope.ts';
import { ResultMaker } from './answer/result.ts';
import { parseQuery, parseRegexQuery, type ParsedRequest } from './parse/query.ts';
import { absence, byMeaningAlone, isNowhere } from './absent.ts';
import { searchName } from './names-first.ts';
import type { QueryVector } from './rank/mod.ts';
import { searchRanked } from './ranked.ts';
import type { SearchRequest } from './requests.ts';
import { resolve, type Resolved } from './scope/resolve.ts';
import { findDefinitions } from './symbols/definitions.ts';
import { definitionResult } from './symbols/result.ts';
import { pageSize, placesOf } from './text/collect.ts';
import { searchLines, type Found } from './text/search.ts';

type Answered = Answer['mode'];

/** One run without spaces that holds more than letters, digits, `_`, `-` and `/`. */
const SIGNS = /^(?=\S*[^\p{L}\p{N}\s_/-])\S+$/u;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)*$/u;
const PATH_LIKE = /^[\w.-]*(?:\/[\w.-]+)+\/?$/;

/**
 * Answers a query in one of the modes. `auto`: an exact query (quotes, operators, a regex) is matched exactly, a single
 * name that is defined gives its definitions, anything else is ranked, by words and by `meaning`'s vectors. Errors: `invalid_query`, `not_found`, `not_indexed`.
 */
export async function search(store: Store, request: SearchRequest, meaning: AskMeaning = async () => NO_MEANING): Promise<Answer> {
  const started = performance.now();
  const asked: Mode = request.mode ?? 'auto';
  if (!MODES.includes(asked)) throw new CodeIndexError('invalid_query', `There is no search mode "${String(asked)}".`, `Modes are ${MODES.join(', ')}.`);
  const parsed = asked === 'regex' ? parseRegexQuery(request.query) : parseQuery(request.query);
  const resolved = await resolve(store, request, parsed.filters);
  const { mode, found, notes } = await run(resolved, parsed, request, asked, meaning);
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(resolved.views)]);
  return {
    query: request.query, mode, total: found.total, tookMs: Math.round((performance.now() - started) * 100) / 100,
    nextCursor: found.nextCursor, results: found.results, coverage, freshness, notes: [...unreadNotes(resolved), ...(notes ?? [])],
  };
}

interface Ran {
  readonly mode: Answered;
  readonly found: Found;
  /** What was left out; exact modes leave nothing out. */
  readonly notes?: readonly string[];
}

const UNKNOWN_WORDS = 'Meaning was left out: the model knows none of these words; results are by words and symbols alone.';
const NO_MEANING: Meaning = { model: null, notes: [] };

/** The question as a vector. A model that cannot be asked now costs its part of the answer, and a note says so. */
async function vectorOf(words: string, { model, notes }: Meaning, signal: AbortSignal | undefined): Promise<{ vector: QueryVector | null; notes: readonly string[] }> {
  if (model === null) return { vector: null, notes };
  // Vectors of words that a model never met are near to something by chance alone.
  if (model.knowsAny?.(words) === false) return { vector: null, notes: [...notes, UNKNOWN_WORDS] };
  try {
    const vector = await model.embedQuery(words, signal);
    return { vector: vector.every((value) => value === 0) ? null : { model: model.id, vector, encodeWords: encoderOf(model) }, notes };
  } catch (error) {
    throwIfAborted(signal);
    return { vector: null, notes: [...notes, meaningLeftOut(error)] };
  }
}

const encoders = new WeakMap<EmbeddingModel, NonNullable<QueryVector['encodeWords']>>();

/** One function for each model, so that what it made can be remembered by it. */
function encoderOf(model: EmbeddingModel): QueryVector['encodeWords'] {
  if (model.encodeWords === undefined) return null;
  const encode = encoders.get(model) ?? ((words: string): Int8Array => (model.encodeWords as (words: string) => Int8Array)(words));
  encoders.set(model, encode);
  return encode;
}

async function run(resolved: Resolved, parsed: ParsedRequest, request: SearchRequest, asked: Mode, meaning: AskMeaning): Promise<Ran> {
  const question = (mode: Answered): string => JSON.stringify([mode, request.query, request.all === true, resolved.viewIds, resolved.scope.languages, request.paths ?? []]);
  const { expression } = parsed;
  const exact = asked === 'text' || asked === 'regex' || (asked === 'auto' && (parsed.exact || request.all === true));
  if (expression === null) return { mode: asked === 'regex' ? 'regex' : 'text', found: await searchFiles(resolved, request, question('text')) };
  if (exact) {
    const mode: Answered = asked === 'regex' ? 'regex' : 'text';
    return { mode, found: await searchLines(resolved, expression, request, question(mode)) };
  }
  if (asked === 'symbol') return { mode: 'symbol', found: await searchSymbols(resolved, parsed.words, request, question('symbol'), true) };
  const isName = asked === 'auto' && NAME.test(parsed.words);
  if (isName) {
    const found = await searchName(resolved, parsed.words, request, question('symbol'));
    if (found.results.length > 0) return { mode: 'symbol', found };
    // A name that nothing defines is looked for as it stands: ranking by its parts would hide that it is nowhere.
    if (!/^\p{Ll}+$/u.test(parsed.words)) {
      const lines = await searchLines(resolved, expression, request, question('text'));
      if (lines.results.length > 0) return { mode: 'text', found: lines };
      if (request.cursor === undefined && (await isNowhere(resolved, parsed.words))) return { mode: 'text', found: lines, notes: await absence(resolved, parsed.words) };
    }
  }
  // Signs within one word (`C++`, `f()`, `...args`) are meant; words of the ranking have none. Paths are ranked by their folders.
  if (asked === 'auto' && SIGNS.test(parsed.words) && !PATH_LIKE.test(parsed.words)) {
    const lines = await searchLines(resolved, expression, request, question('text'));
    if (lines.results.length > 0) return { mode: 'text', found: lines };
  }
  const mode: Answered = asked === 'semantic' ? 'semantic' : 'hybrid';
  const { vector, notes } = await vectorOf(parsed.words, await meaning(resolved.repositoryIds), request.signal);
  const ranked = await searchRanked(resolved, parsed.words, request, question(mode), vector, mode === 'semantic');
  if (ranked.results.length > 0 || request.cursor !== undefined) {
    const unwritten = isName && vector !== null && request.cursor === undefined && (await isNowhere(resolved, parsed.words));
    return { mode, found: ranked, notes: unwritten ? [...notes, byMeaningAlone(parsed.words)] : notes };
  }
  // Words are indexed after the text, and not all text has words: what the text holds is answered all the same.
  const text = await searchLines(resolved, parsed.expression as Expression, request, question('text'));
  if (text.results.length > 0) return { mode: 'text', found: text };
  return { mode, found: ranked, notes: isName ? await absence(resolved, parsed.words) : notes };
}

async function searchSymbols(resolved: Resolved, words: string, request: SearchRequest, question: string, wide: boolean): Promise<Found> {
  const limit = pageSize(request.limit);
  const cursor = readCursor(request.cursor, question, 1);
  const skip = cursor === null ? 0 : Number(cursor[0]);
  const { found, exactTotal } = await findDefinitions(resolved, words, wide ? { andPrefix: true } : { exactOnly: true });
  const page = found.slice(skip, skip + limit);
  const maker = new ResultMaker(resolved);
  const results = page.map((definition): Result => {
    const { relation: _relation, role: _role, tier: _tier, method: _method, ...result } = definitionResult(maker, definition);
    return result;
  });
  const more = skip + page.length < found.length;
  return { results, total: { value: found.length, exact: exactTotal }, nextCursor: more ? writeCursor(question, [skip + page.length]) : null };
}

/** A query of filters alone: the files that pass them, by repository and path. */
async function searchFiles(resolved: Resolved, request: SearchRequest, question: string): Promise<Found> {
  const limit = pageSize(request.limit);
  const cursor = readCursor(request.cursor, question, 1);
  const skip = cursor === null ? 0 : Number(cursor[0]);
  const maker = new ResultMaker(resolved);
  const places = await placesOf(resolved, resolved.within.toArray());
  const all = [...places].flatMap(([blob, own]) => own.map((place) => ({ blob, place, key: `${maker.repositoryName(place)}\0${place.entry.path}` })));
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = all.slice(skip, skip + limit);
  const ids = page.map(({ blob }) => blob);
  const [infos, texts] = await Promise.all([resolved.store.files.blobs(ids), resolved.store.files.texts(ids)]);
  const results = page.map(({ blob, place }): Result => {
    const first = (texts.get(blob) ?? '').split('\n', 1)[0] as string;
    return {
      ...maker.base(place, infos.get(blob)), startLine: 1, endLine: Math.max(1, infos.get(blob)?.lines ?? 1), score: 0, kind: 'file',
      symbol: null, snippet: first.slice(0, LIMITS.snippetLineChars), matches: [], why: ['passes the filters'],
    };
  });
  const more = skip + page.length < all.length;
  return { results, total: { value: all.length, exact: true }, nextCursor: more ? writeCursor(question, [skip + page.length]) : null };
}
