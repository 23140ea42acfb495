import { CodeIndexError } from '../../base/mod.ts';
import { identifiersOf, termsOfIdentifier } from '../../words/mod.ts';
import { readTerm, termList, type BlobId } from '../../domain/mod.ts';
import type { ChunkBlock, Store } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import type { SampleMeaning } from './nearness.ts';
import { KEYWORDS } from './vocabulary.ts';

/** The rarest terms of a snippet tell it apart; more of them cost time and add noise. */
const MOST_TERMS = 120;
/** Postings that are read beyond those of the three rarest terms. */
const MOST_VISITS = 150_000;
/** Files that are compared in full; of a large scope fewer, because each has to be unpacked. */
const COMPARED = 160;
const COMPARED_OF_MANY = 72;
const MANY_FILES = 10_000;
/** The part of them that is chosen by words, whatever their meaning. */
const BY_WORDS = 0.75;
const NEAREST = 400;

/** A file that may be like the sample. */
export interface Candidate {
  readonly blob: BlobId;
  /** The chunk that is nearest by words, else by meaning. */
  readonly chunk: number;
}

/** Files by the rare words that they share with the sample, and those whose vectors are near it. */
export async function candidatesFor(resolved: Resolved, text: string, meaning: SampleMeaning | null): Promise<readonly Candidate[]> {
  const { store, repositoryIds, within } = resolved;
  const most = within.size > MANY_FILES ? COMPARED_OF_MANY : COMPARED;
  const [byWords, near] = await Promise.all([
    byTerms(resolved, text, most),
    meaning === null ? [] : store.vectors.nearest({ repositories: repositoryIds, within, model: meaning.model, vector: meaning.vector, limit: NEAREST }),
  ]);
  const out = new Map<BlobId, Candidate>();
  for (const candidate of byWords.slice(0, Math.round(most * (meaning === null ? 1 : BY_WORDS)))) out.set(candidate.blob, candidate);
  const known = new Map(byWords.map((candidate) => [candidate.blob, candidate]));
  for (const { blob, chunk } of near) {
    if (out.size >= most) break;
    if (!out.has(blob)) out.set(blob, known.get(blob) ?? { blob, chunk });
  }
  for (const candidate of byWords) {
    if (out.size >= most) break;
    out.set(candidate.blob, candidate);
  }
  return [...out.values()];
}

async function byTerms(resolved: Resolved, text: string, most: number): Promise<readonly Candidate[]> {
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
      addTo(into, bytes, weight);
    }
  }
  return filesOf(resolved, sums, most);
}

const list = termList();

function addTo(sums: Float32Array, bytes: Uint8Array, weight: number): void {
  const { count, ordinals, frequencies } = readTerm(bytes, list);
  for (let i = 0; i < count; i++) {
    const [chunk, frequency] = [ordinals[i] as number, frequencies[i] as number];
    // In the name of what is defined there it says what the code is about.
    const times = ((frequency >> 3) & 15) + (frequency & 7) + (frequency >= 0x80 ? 4 : 0);
    sums[chunk] = (sums[chunk] as number) + weight * Math.log2(1 + times);
  }
}

const LOOKED_UP = 400;

async function termPostings(store: Store, resolved: Resolved, terms: readonly string[]): ReturnType<Store['terms']['postings']> {
  return store.terms.postings(resolved.repositoryIds, terms.slice(0, LOOKED_UP));
}

/** The best files by their best chunk and, less so, by all of their chunks; longer ones hold more words by chance. */
function filesOf(resolved: Resolved, sums: ReadonlyMap<ChunkBlock, Float32Array>, most: number): readonly Candidate[] {
  const kept: { blob: BlobId; chunk: number; score: number }[] = [];
  let least = 0;
  const tidy = (): void => {
    kept.sort((a, b) => b.score - a.score || a.blob - b.blob);
    kept.length = Math.min(kept.length, most);
    least = kept.length < most ? 0 : (kept[most - 1] as { score: number }).score;
  };
  for (const [{ blobs, chunkStart, chunkTerms }, values] of sums) {
    for (let ordinal = 0; ordinal < blobs.length; ordinal++) {
      const first = chunkStart[ordinal] as number;
      const end = chunkStart[ordinal + 1] as number;
      let [total, terms, best, chunk] = [0, 0, 0, 0];
      for (let at = first; at < end; at++) {
        const value = values[at] as number;
        if (value <= 0) continue;
        const own = chunkTerms[at] as number;
        total += value;
        terms += own;
        const score = value / Math.sqrt(20 + own);
        if (score > best) [best, chunk] = [score, at - first];
      }
      if (total === 0) continue;
      const score = best + total / Math.sqrt(20 + terms);
      if (score <= least) continue;
      const blob = blobs[ordinal] as BlobId;
      if (resolved.within.has(blob)) kept.push({ blob, chunk, score });
      if (kept.length >= most * 8) tidy();
    }
  }
  tidy();
  return kept;
}
