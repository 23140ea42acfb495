import { performance } from 'node:perf_hooks';
import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import { languageNamed } from '../../code/mod.ts';
import { identifiersOf, termsOf } from '../../words/mod.ts';
import { unpackChunks, visitTerm, type Answer, type BlobId, type Result, type Span, type SymbolFact } from '../../domain/mod.ts';
import type { ChunkBlock, Store } from '../../store/mod.ts';
import { coverageOf, freshnessOf } from '../answer/envelope.ts';
import { startOfLine } from '../answer/lines.ts';
import { ResultMaker, resultSymbol, snippetOf, symbolAround, symbolOfChunk, symbolsOf } from '../answer/result.ts';
import type { SimilarRequest } from '../requests.ts';
import { NO_FILTERS, resolve, type Resolved } from '../scope/resolve.ts';
import { pageSize, placesOf } from '../text/collect.ts';

/** The rarest terms of a snippet tell it apart; more of them cost time and add noise. */
const MOST_TERMS = 40;
/** Postings that are read beyond those of the three rarest terms. */
const MOST_VISITS = 150_000;
const LINES_SHOWN = 14;
/** Chunks that are compared in full. */
const COMPARED = 60;
/** Chunks at least this alike (shared terms over all terms) are told once. */
const NEARLY_SAME = 0.9;

interface Sample {
  readonly text: string;
  /** The stretch that was asked about, which is no answer to itself. */
  readonly own: { readonly blob: BlobId; readonly start: number; readonly end: number } | null;
  readonly shown: string;
}

/**
 * Chunks that are about the same things as a snippet or a place: the rarest terms they share, weighed by BM25's idf.
 * Errors: `invalid_query` (nothing to compare), `not_found` (no such file).
 */
export async function similar(store: Store, request: SimilarRequest): Promise<Answer> {
  const started = performance.now();
  if (request.language !== undefined && languageNamed(request.language) === null) {
    throw new CodeIndexError('invalid_query', `No language is called "${request.language}".`, 'Leave the language of the snippet out, or name one such as `python`.');
  }
  const resolved = await resolve(store, request, NO_FILTERS);
  const sample = request.snippet !== undefined ? { text: request.snippet, own: null, shown: request.snippet.slice(0, 200) } : await sampleAt(store, request);
  const scored = await score(resolved, sample);
  const results = await render(resolved, sample, scored, pageSize(request.limit));
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(resolved.views)]);
  return {
    query: sample.shown, mode: 'hybrid', total: { value: results.length, exact: results.length < pageSize(request.limit) },
    tookMs: Math.round((performance.now() - started) * 100) / 100, nextCursor: null, results, coverage, freshness, notes: [],
  };
}

/** The lines named, or the symbol around the one line. Languages and paths narrow the answers, not the question. */
async function sampleAt(store: Store, request: SimilarRequest): Promise<Sample> {
  const { path, startLine } = request;
  if (path === undefined || startLine === undefined) throw new CodeIndexError('invalid_query', 'Nothing to compare with was named.', 'Give a snippet, or a path with a line.');
  const { languages: _languages, paths: _paths, ...where } = request;
  const everywhere = await resolve(store, where);
  const wanted = path.replace(/^\.?\/+/, '');
  for (const view of everywhere.viewIds) {
    const blob = (await store.files.entriesAt(view, [wanted])).get(wanted)?.blob ?? null;
    if (blob === null) continue;
    const [texts, facts] = await Promise.all([store.files.texts([blob]), store.files.facts([blob])]);
    const text = texts.get(blob) ?? '';
    let start = startOfLine(text, startLine);
    if (start >= text.length) throw new CodeIndexError('invalid_query', `Line ${startLine} is past the end of "${wanted}".`, 'Name a line that is there.');
    let end = startOfLine(text, (request.endLine ?? startLine) + 1);
    if (request.endLine === undefined) {
      const symbols = symbolsOf(facts.get(blob), text);
      const around = symbols[symbolAround(symbols, Math.max(start, start + text.slice(start, end).search(/\S/)))];
      if (around !== undefined) [start, end] = [around.span.start, around.span.end];
    }
    return { text: text.slice(start, end), own: { blob, start, end }, shown: `${wanted}:${startLine}` };
  }
  throw new CodeIndexError('not_found', `No indexed file has the path "${path}".`, 'Give the path from the root of the repository.');
}

interface ScoredChunk {
  readonly blob: BlobId;
  readonly chunk: number;
  readonly score: number;
  readonly shared: readonly string[];
}

async function score(resolved: Resolved, sample: Sample): Promise<readonly ScoredChunk[]> {
  const counts = new Map<string, number>();
  for (const term of termsOf(sample.text.slice(0, LIMITS.chunkMaxChars * 4))) counts.set(term, (counts.get(term) ?? 0) + 1);
  if (counts.size === 0) throw new CodeIndexError('invalid_query', 'The snippet holds no word to compare by.', 'Give a few lines of code.');
  const [postings, statistics] = await Promise.all([
    resolved.store.terms.postings(resolved.repositoryIds, [...counts.keys()].slice(0, 400)), resolved.store.terms.statistics(resolved.repositoryIds),
  ]);
  let visits = 0;
  const rarest = postings
    .filter(({ documentCount }) => documentCount > 0)
    .sort((a, b) => a.documentCount - b.documentCount || (a.term < b.term ? -1 : 1))
    .filter(({ documentCount }, at) => at < MOST_TERMS && (at < 3 || (visits += documentCount) <= MOST_VISITS));
  const sums = new Map<ChunkBlock, { score: Float32Array; shared: string[][] }>();
  for (const { term, documentCount, blocks } of rarest) {
    const idf = Math.log(1 + (statistics.chunks - documentCount + 0.5) / (documentCount + 0.5));
    if (idf <= 0) continue;
    const own = Math.log2(1 + (counts.get(term) ?? 1));
    for (const { block, bytes } of blocks) {
      const size = block.chunkStart[block.blobs.length] as number;
      let sum = sums.get(block);
      if (sum === undefined) sums.set(block, (sum = { score: new Float32Array(size), shared: [] }));
      const { score: into, shared } = sum;
      visitTerm(bytes, (chunk, frequency) => {
        const times = ((frequency >> 3) & 15) + (frequency & 7) + (frequency >= 0x80 ? 1 : 0);
        into[chunk] = (into[chunk] as number) + idf * idf * own * Math.log2(1 + times);
        const list = shared[chunk];
        if (list === undefined) shared[chunk] = [term];
        else if (list.length < 12) list.push(term);
      });
    }
  }
  const out: ScoredChunk[] = [];
  for (const [block, { score: values, shared }] of sums) {
    block.blobs.forEach((blob, ordinal) => {
      if (!resolved.within.has(blob)) return;
      const first = block.chunkStart[ordinal] as number;
      for (let chunk = first; chunk < (block.chunkStart[ordinal + 1] as number); chunk++) {
        const value = values[chunk] as number;
        // Long chunks hold more terms by chance: the cosine's length, by the count of terms.
        if (value > 0) out.push({ blob, chunk: chunk - first, score: value / Math.sqrt(20 + (block.chunkTerms[chunk] as number)), shared: shared[chunk] ?? [] });
      }
    });
  }
  return out.sort((a, b) => b.score - a.score || a.blob - b.blob || a.chunk - b.chunk).slice(0, COMPARED * 4);
}

async function render(resolved: Resolved, sample: Sample, scored: readonly ScoredChunk[], limit: number): Promise<readonly Result[]> {
  const kept = scored.slice(0, Math.max(COMPARED, limit * 2));
  const ids = [...new Set(kept.map(({ blob }) => blob))];
  const [texts, facts, infos, places] = await Promise.all([
    resolved.store.files.texts(ids), resolved.store.files.facts(ids), resolved.store.files.blobs(ids), placesOf(resolved, ids),
  ]);
  const maker = new ResultMaker(resolved);
  const asked = new Set(identifiersOf(sample.text));
  const out: { result: Result; terms: ReadonlySet<string>; same: number }[] = [];
  for (const { blob, chunk, score: value, shared } of kept) {
    const text = texts.get(blob);
    const packed = facts.get(blob);
    const place = places.get(blob)?.[0];
    const fact = packed === undefined ? undefined : unpackChunks(packed)[chunk];
    if (text === undefined || place === undefined || fact === undefined) continue;
    const { own } = sample;
    if (own !== null && own.blob === blob && fact.span.start < own.end && fact.span.end > own.start) continue;
    const terms = new Set(termsOf(text.slice(fact.span.start, fact.span.end)));
    const twin = out.find((each) => overlap(each.terms, terms) >= NEARLY_SAME);
    if (twin !== undefined) {
      twin.same++;
      continue;
    }
    if (out.length >= limit) break;
    const symbols = symbolsOf(packed, text);
    const index = symbolOfChunk(symbols, fact.symbol, fact.span, spansOf(text, fact.span, asked));
    const [first, last] = shownLines(text, fact.span, symbols[index]);
    const { snippet } = snippetOf(text, first, last, []);
    out.push({
      terms, same: 0,
      result: {
        ...maker.base(place, infos.get(blob)), startLine: first, endLine: first + snippet.split('\n').length - 1, score: Math.round(value * 1000) / 1000,
        kind: 'chunk', symbol: resultSymbol(symbols, index, text), snippet, matches: [], why: [`shares ${shared.slice(0, 6).join(', ')}`],
      },
    });
  }
  return out.map(({ result, same }) => (same === 0 ? result : { ...result, why: [...result.why, `${same} more nearly the same`] }));
}

/** The first lines of the symbol that a chunk is shown under, where it begins in the chunk, else those of the chunk. */
function shownLines(text: string, chunk: Span, symbol: SymbolFact | undefined): readonly [number, number] {
  const begins = symbol !== undefined && symbol.nameStart >= chunk.start && symbol.nameStart < chunk.end;
  const from = !begins ? chunk.start : Math.max(chunk.start, symbol.docStart < 0 ? symbol.span.start : Math.min(symbol.docStart, symbol.span.start));
  const first = chunk.startLine + text.slice(chunk.start, from).split('\n').length - 1;
  return [first, Math.min(begins ? Math.max(symbol.span.endLine, first) : chunk.endLine, first + LINES_SHOWN - 1)];
}

/** Where a chunk has the words of the sample. */
function spansOf(text: string, span: Span, words: ReadonlySet<string>): [number, number][] {
  const spans: [number, number][] = [];
  for (const { 0: word, index } of text.slice(span.start, span.end).matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
    if (words.has(word)) spans.push([span.start + index, span.start + index + word.length]);
  }
  return spans;
}

function overlap(one: ReadonlySet<string>, two: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of one) if (two.has(term)) shared++;
  const all = one.size + two.size - shared;
  return all === 0 ? 0 : shared / all;
}
