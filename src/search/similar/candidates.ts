import { CodeIndexError } from '../../base/mod.ts';
import { identifiersOf, termsOfIdentifier } from '../../words/mod.ts';
import { visitTerm, type BlobId } from '../../domain/mod.ts';
import type { ChunkBlock, Store } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import { KEYWORDS } from './vocabulary.ts';

/** The rarest terms of a snippet tell it apart; more of them cost time and add noise. */
const MOST_TERMS = 120;
/** Postings that are read beyond those of the three rarest terms. */
const MOST_VISITS = 150_000;
/** Files that are compared in full. */
const COMPARED = 160;
/** So many of them because their words are near, whatever their meaning. */
const BY_WORDS = 120;
const NEAREST = 400;

/** A sample as a vector. */
export interface SampleMeaning {
  readonly model: string;
  readonly vector: Int8Array;
}

/** A file that may be like the sample. */
export interface Candidate {
  readonly blob: BlobId;
  /** The chunk that is nearest by words, else by meaning. */
  readonly chunk: number;
  /** By words alone. */
  readonly score: number;
}

interface Best {
  total: number;
  best: number;
  chunk: number;
}

/** Files by the rare words that they share with the sample, and those whose vectors are near it. */
export async function candidatesFor(resolved: Resolved, text: string, meaning: SampleMeaning | null): Promise<readonly Candidate[]> {
  const { store, repositoryIds, within } = resolved;
  const [byWords, near] = await Promise.all([
    byTerms(resolved, text),
    meaning === null ? [] : store.vectors.nearest({ repositories: repositoryIds, within, model: meaning.model, vector: meaning.vector, limit: NEAREST }),
  ]);
  const out = new Map<BlobId, Candidate>();
  for (const candidate of byWords.slice(0, meaning === null ? COMPARED : BY_WORDS)) out.set(candidate.blob, candidate);
  const scores = new Map(byWords.map((candidate) => [candidate.blob, candidate]));
  for (const { blob, chunk } of near) {
    if (out.size >= COMPARED) break;
    if (!out.has(blob)) out.set(blob, scores.get(blob) ?? { blob, chunk, score: 0 });
  }
  for (const candidate of byWords.slice(BY_WORDS)) {
    if (out.size >= COMPARED) break;
    out.set(candidate.blob, candidate);
  }
  return [...out.values()];
}

async function byTerms(resolved: Resolved, text: string): Promise<readonly Candidate[]> {
  const counts = new Map<string, number>();
  const identifiers = identifiersOf(text);
  for (const identifier of identifiers) {
    if (KEYWORDS.has(identifier.toLowerCase())) continue;
    for (const term of termsOfIdentifier(identifier)) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  if (counts.size === 0) for (const identifier of identifiers) for (const term of termsOfIdentifier(identifier)) counts.set(term, 1);
  if (counts.size === 0) throw new CodeIndexError('invalid_query', 'The snippet holds no word to compare by.', 'Give a few lines of code.');
  const [postings, statistics] = await Promise.all([termPostings(resolved.store, resolved, [...counts.keys()]), resolved.store.terms.statistics(resolved.repositoryIds)]);
  let visits = 0;
  const rarest = postings
    .filter(({ documentCount }) => documentCount > 0)
    .sort((a, b) => a.documentCount - b.documentCount || (a.term < b.term ? -1 : 1))
    .filter(({ documentCount }, at) => at < MOST_TERMS && (at < 3 || (visits += documentCount) <= MOST_VISITS));
  const sums = new Map<ChunkBlock, Float32Array>();
  for (const { term, documentCount, blocks } of rarest) {
    const idf = Math.log(1 + (statistics.chunks - documentCount + 0.5) / (documentCount + 0.5));
    if (idf <= 0) continue;
    const weight = idf * idf * Math.log2(1 + (counts.get(term) ?? 1));
    for (const { block, bytes } of blocks) {
      let into = sums.get(block);
      if (into === undefined) sums.set(block, (into = new Float32Array(block.chunkStart[block.blobs.length] as number)));
      const sum = into;
      visitTerm(bytes, (chunk, frequency) => {
        // In the name of what is defined there it says what the code is about.
        const times = ((frequency >> 3) & 15) + (frequency & 7) + (frequency >= 0x80 ? 4 : 0);
        sum[chunk] = (sum[chunk] as number) + weight * Math.log2(1 + times);
      });
    }
  }
  return filesOf(resolved, sums);
}

const LOOKED_UP = 400;

async function termPostings(store: Store, resolved: Resolved, terms: readonly string[]): ReturnType<Store['terms']['postings']> {
  return store.terms.postings(resolved.repositoryIds, terms.slice(0, LOOKED_UP));
}

/** Files by their best chunk and, less so, by all of their chunks; longer ones hold more words by chance. */
function filesOf(resolved: Resolved, sums: ReadonlyMap<ChunkBlock, Float32Array>): readonly Candidate[] {
  const files = new Map<BlobId, Best & { terms: number }>();
  for (const [block, values] of sums) {
    block.blobs.forEach((blob, ordinal) => {
      if (!resolved.within.has(blob)) return;
      const first = block.chunkStart[ordinal] as number;
      for (let chunk = first; chunk < (block.chunkStart[ordinal + 1] as number); chunk++) {
        const value = values[chunk] as number;
        if (value <= 0) continue;
        const terms = block.chunkTerms[chunk] as number;
        const score = value / Math.sqrt(20 + terms);
        const own = files.get(blob);
        if (own === undefined) files.set(blob, { total: value, best: score, chunk: chunk - first, terms });
        else {
          own.total += value;
          own.terms += terms;
          if (score > own.best) [own.best, own.chunk] = [score, chunk - first];
        }
      }
    });
  }
  return [...files].map(([blob, { total, best, chunk, terms }]) => ({ blob, chunk, score: best + total / Math.sqrt(20 + terms) }))
    .sort((a, b) => b.score - a.score || a.blob - b.blob);
}
