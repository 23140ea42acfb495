import type { BlobInfo } from '../../domain/mod.ts';
import type { Place, Store } from '../../store/mod.ts';
import { gather, type FileEvidence } from './evidence.ts';
import { featuresOf, type FileContext } from './features.ts';
import { readPath } from './place.ts';
import { definersOf, type RankScope } from './definers.ts';
import { understand, type Question } from './question.ts';
import { explain, scoreOf } from './weights.ts';

/** Files whose features are computed; the rest rank by their BM25 sum behind them. */
const CANDIDATES = 300;
const REASONS = 6;

export interface RankedFile {
  readonly place: Place;
  readonly info: BlobInfo;
  readonly score: number;
  /** The chunk of the file to show, by its number in the packed facts. */
  readonly chunk: number;
  readonly why: readonly string[];
}

export interface Candidate {
  readonly evidence: FileEvidence;
  readonly place: Place;
  readonly info: BlobInfo;
  readonly features: Float64Array;
}

export interface Ranking {
  readonly question: Question;
  /** Best first. */
  readonly files: readonly RankedFile[];
  /** Files that hold at least one of the terms. */
  readonly matching: number;
}

/** Ranks the files in scope for a question in words. Deterministic: ties break by path. */
export async function rank(store: Store, scope: RankScope, words: string): Promise<Ranking> {
  const { question, candidates, matching } = await candidatesFor(store, scope, words);
  const files = candidates
    .map(({ evidence, place, info, features }) => ({ place, info, score: scoreOf(features), chunk: evidence.bestChunk, why: explain(features, REASONS) }))
    .sort((a, b) => b.score - a.score || (a.place.entry.path < b.place.entry.path ? -1 : 1));
  return { question, files, matching };
}

/** The candidates with their features: what the ranker scores, and what training learns from. */
export async function candidatesFor(store: Store, scope: RankScope, words: string): Promise<{ question: Question; candidates: Candidate[]; matching: number }> {
  const question = understand(words);
  const [postings, statistics] = await Promise.all([
    store.terms.postings(scope.repositories, question.terms.map(({ term }) => term)),
    store.terms.statistics(scope.repositories),
  ]);
  const definers = await definersOf(store, scope, question);
  const gathered = gather(question.terms, postings, statistics, scope.within, { most: CANDIDATES, preferred: definers.folded });
  const chosen = gathered.files;
  const ids = chosen.map(({ blob }) => blob);
  const [places, infos] = await Promise.all([store.files.places(scope.views, ids), store.files.blobs(ids)]);
  const placed = chosen.flatMap((evidence) => {
    const info = infos.get(evidence.blob);
    return info === undefined ? [] : (places.get(evidence.blob) ?? []).map((place) => ({ evidence, info, place, path: readPath(place.entry.path) }));
  });
  const greatest = { sum: Math.max(0, ...chosen.map(({ sum }) => sum)), whole: Math.max(0, ...chosen.map(({ whole }) => whole)) };
  const candidates = placed.map(({ evidence, info, place, path }) => {
    const context: FileContext = {
      evidence, greatest, path, language: info.language, textOnly: info.textOnly !== null,
      defines: definers.folded.get(evidence.blob) ?? 0, definesExact: definers.exact.get(evidence.blob) ?? 0,
    };
    return { evidence, place, info, features: featuresOf(question, context, gathered.idf) };
  });
  return { question, candidates, matching: gathered.matching };
}
