import { performance } from 'node:perf_hooks';
import { throwIfAborted } from '../../base/mod.ts';
import type { Answer, BlobId } from '../../domain/mod.ts';
import { meaningLeftOut, type EmbeddingModel, type Meaning } from '../../embed/mod.ts';
import type { Store } from '../../store/mod.ts';
import { coverageOf, freshnessOf, unreadNotes } from '../answer/envelope.ts';
import type { SimilarRequest } from '../requests.ts';
import { NO_FILTERS, resolve, type Resolved } from '../scope/resolve.ts';
import { pageSize } from '../text/collect.ts';
import { sampleOf, type Sample } from './asked.ts';
import { compare, type Compared, type Scored } from './compared.ts';
import { WordVectors, type SampleMeaning } from './nearness.ts';
import { render } from './render.ts';
import { scoreOf } from './score.ts';

const NO_MEANING: Meaning = { model: null, notes: [] };

/**
 * The code that is most like a snippet, a symbol or a place: by what it is about (names, words, literals), by how it is
 * built (runs of tokens, nesting, counts) and by meaning where there are vectors. Each file answers once.
 * Errors: `invalid_query` (nothing to compare, an unknown language), `not_found` (no such file, symbol or repository).
 */
export async function similar(store: Store, request: SimilarRequest, meaning: Meaning = NO_MEANING): Promise<Answer> {
  const started = performance.now();
  const [resolved, sample] = await Promise.all([resolve(store, request, NO_FILTERS), sampleOf(store, request)]);
  const notes = [...unreadNotes(resolved), ...sample.notes, ...meaning.notes];
  let vector: SampleMeaning | null = null;
  if (meaning.model !== null) {
    try {
      vector = await meaningOfSample(meaning.model, sample, request.signal);
    } catch (error) {
      throwIfAborted(request.signal);
      notes.push(meaningLeftOut(error));
    }
  }
  if (resolved.within.size === 0) notes.push(nothingThere(resolved, request));
  const scored = resolved.within.size === 0 ? [] : await score(resolved, sample, vector, request.signal);
  const limit = pageSize(request.limit);
  const results = await render(resolved, sample, scored, limit);
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(resolved.views)]);
  return {
    query: sample.shown, mode: 'hybrid', total: { value: results.length, exact: results.length < limit },
    tookMs: Math.round((performance.now() - started) * 100) / 100, nextCursor: null, results, coverage, freshness, notes,
  };
}

function nothingThere(resolved: Resolved, request: SimilarRequest): string {
  const where = resolved.repositories.map(({ name }) => name).slice(0, 5).join(', ');
  const what = (request.languages ?? []).length > 0 ? `No ${(request.languages ?? []).join(' or ')} file` : 'No file';
  return `${what}${(request.paths ?? []).length > 0 ? ' under the path' : ''} is indexed in ${where}; nothing was compared.`;
}

async function score(resolved: Resolved, sample: Sample, vector: SampleMeaning | null, signal: AbortSignal | undefined): Promise<readonly Scored[]> {
  const best = new Map<BlobId, Scored>();
  for (const each of await compare(resolved, sample, vector, signal)) {
    const value = scoreOf(each.signals, vector === null ? null : each.meaning);
    if (value > (best.get(each.blob)?.score ?? -Infinity)) best.set(each.blob, { ...each, score: value });
  }
  return [...best.values()].sort((a, b) => b.score - a.score || a.blob - b.blob);
}

/** All candidates for a request with what speaks for each: what the weights are learned from. */
export async function comparedFor(store: Store, request: SimilarRequest, model: EmbeddingModel | null): Promise<readonly Compared[]> {
  const [resolved, sample] = await Promise.all([resolve(store, request), sampleOf(store, request)]);
  return compare(resolved, sample, model === null ? null : await meaningOfSample(model, sample, undefined));
}

const wordVectors = new WeakMap<EmbeddingModel, WordVectors>();

async function meaningOfSample(model: EmbeddingModel, sample: Sample, signal: AbortSignal | undefined): Promise<SampleMeaning> {
  let words = wordVectors.get(model) ?? null;
  if (words === null && model.encodeWords !== undefined) wordVectors.set(model, (words = new WordVectors((word) => (model.encodeWords as (word: string) => Int8Array)(word))));
  return { model: model.id, vector: await model.embedCode(sample.text, sample.language, signal), words };
}
