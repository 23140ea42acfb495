/**
 * Evidence: what the term index says about each file for one question. BM25F over chunks, gathered per file.
 * Pure arithmetic over postings; the same over every driver.
 */
import type { BlobSet } from '../../domain/mod.ts';
import { readTerm, termList } from '../../domain/mod.ts';
import type { ChunkBlock, TermPostings } from '../../store/mod.ts';
import type { QueryTerm } from './question.ts';

/** BM25F: how much a term counts in each field, how fast repeats saturate, how much long chunks lose. */
const FIELD = { code: 1, comment: 0.9, name: 2.2 };
const K1 = 1.2;
const B = 0.6;

export interface FileEvidence {
  readonly blob: number;
  readonly chunks: number;
  /** Sum and greatest BM25F of the file's chunks. */
  readonly sum: number;
  readonly best: number;
  /** Chunk (within the file) to show. */
  readonly bestChunk: number;
  /** Shares (0 to 1, by idf) of the question's terms: in the file, in its best chunk, in names, in the names of one chunk. */
  readonly coverage: number;
  readonly chunkCoverage: number;
  readonly nameCoverage: number;
  readonly chunkNameCoverage: number;
  /** Idf of the question's terms in names, each chunk counted: how much of the file is about it. */
  readonly nameSum: number;
  /** Share of the terms in the first chunk, where files say what they are. */
  readonly headCoverage: number;
  /** BM25F of the file taken as one document. */
  readonly whole: number;
}

/** A file that none of the terms speaks for. */
export function noEvidence(blob: number, chunks: number, bestChunk: number): FileEvidence {
  return {
    blob, chunks, bestChunk, sum: 0, best: 0, coverage: 0, chunkCoverage: 0, nameCoverage: 0, chunkNameCoverage: 0, nameSum: 0, headCoverage: 0, whole: 0,
  };
}

/** What one block's chunks and files gather from the terms one after the other. */
interface Sums {
  readonly block: ChunkBlock;
  /** By chunk: BM25F, and the idf of the terms that it has, and has in a name. */
  readonly score: Float32Array;
  readonly cover: Float32Array;
  readonly nameCover: Float32Array;
  /** By file, each term counted once: idf of the terms that it has at all, and has in a name; BM25F as one document. */
  readonly inFile: Float32Array;
  readonly inName: Float32Array;
  readonly whole: Float32Array;
  readonly rough: Float32Array;
}

export interface Gathered {
  /** The files that are worth a closer look; of many the likeliest. */
  readonly files: readonly FileEvidence[];
  /** Files that hold a term at all. */
  readonly matching: number;
  /** Inverse document frequency by term. */
  readonly idf: ReadonlyMap<string, number>;
  readonly averageTerms: number;
}

/** At most `most` files, `preferred` ones before all others. */
export interface Choice {
  readonly most: number;
  readonly preferred: { has(blob: number): boolean };
}

export function gather(terms: readonly QueryTerm[], postings: readonly TermPostings[], statistics: { chunks: number; terms: number }, within: BlobSet, choice: Choice): Gathered {
  const averageTerms = statistics.chunks === 0 ? 1 : statistics.terms / statistics.chunks;
  const idf = new Map(postings.map(({ term, documentCount }) => [term, idfOf(documentCount, statistics.chunks)]));
  const weightOf = new Map(terms.map(({ term, weight }) => [term, weight]));
  const sums = new Map<ChunkBlock, Sums>();
  let idfTotal = 0;
  for (const { term, blocks } of postings) {
    const termIdf = (idf.get(term) as number) * (weightOf.get(term) ?? 1);
    if (blocks.length > 0) idfTotal += termIdf;
    for (const { block, bytes } of blocks) {
      let own = sums.get(block);
      if (own === undefined) sums.set(block, (own = emptySums(block)));
      addTerm(own, bytes, termIdf, averageTerms);
    }
  }
  const found = [...sums.values()];
  const { chosen, matching } = choose(found, within, idfTotal || 1, choice);
  return { files: chosen.map(({ own, ordinal }) => evidenceOf(own, ordinal, idfTotal || 1)), matching, idf, averageTerms };
}

/** Positive for every term; near zero for one in most chunks. */
function idfOf(documents: number, chunks: number): number {
  return Math.log(1 + (chunks - Math.min(documents, chunks) + 0.5) / (documents + 0.5));
}

const sumsByBlock = new WeakMap<ChunkBlock, Sums>();

/** The arrays of the query before, cleared: new ones of a large repository are 10 MB of garbage a query. Gathering never waits, so no two use them. */
function emptySums(block: ChunkBlock): Sums {
  const known = sumsByBlock.get(block);
  if (known !== undefined) {
    for (const array of [known.score, known.cover, known.nameCover, known.inFile, known.inName, known.whole, known.rough]) array.fill(0);
    return known;
  }
  const chunks = block.chunkStart[block.blobs.length] as number;
  const files = block.blobs.length;
  const made: Sums = {
    block, score: new Float32Array(chunks), cover: new Float32Array(chunks), nameCover: new Float32Array(chunks),
    inFile: new Float32Array(files), inName: new Float32Array(files), whole: new Float32Array(files), rough: new Float32Array(files),
  };
  sumsByBlock.set(block, made);
  return made;
}

const list = termList();

function addTerm(own: Sums, bytes: Uint8Array, idf: number, averageTerms: number): void {
  const { block, score, cover, nameCover } = own;
  const { chunkTerms, chunkStart } = block;
  const blobOf = chunkBlobs(block);
  const norms = fileNorms(block);
  const { count, ordinals, frequencies } = readTerm(bytes, list);
  const fixed = K1 * (1 - B);
  const slope = (K1 * B) / averageTerms;
  // A file's chunks stand together, so its own sum is whole when the next file's first chunk comes.
  for (let at = 0; at < count;) {
    const file = blobOf[ordinals[at] as number] as number;
    const end = chunkStart[file + 1] as number;
    let times = 0;
    let named = false;
    for (; at < count && (ordinals[at] as number) < end; at++) {
      const chunk = ordinals[at] as number;
      const detail = frequencies[at] as number;
      let weighted = ((detail >>> 3) & 15) * FIELD.code + (detail & 7) * FIELD.comment;
      if (detail >= 0x80) {
        weighted += FIELD.name;
        named = true;
        nameCover[chunk] = (nameCover[chunk] as number) + idf;
      }
      times += weighted;
      score[chunk] = (score[chunk] as number) + (idf * weighted * (K1 + 1)) / (weighted + fixed + slope * (chunkTerms[chunk] as number));
      cover[chunk] = (cover[chunk] as number) + idf;
    }
    own.inFile[file] = (own.inFile[file] as number) + idf;
    if (named) own.inName[file] = (own.inName[file] as number) + idf;
    own.whole[file] = (own.whole[file] as number) + (idf * times * (K1 + 1)) / (times + (norms[file] as number));
  }
}

interface Chosen {
  readonly own: Sums;
  readonly ordinal: number;
}

/** Tells the likeliest files by a rough score, without an object for each of the tens of thousands that hold a common word. */
function choose(sums: readonly Sums[], within: BlobSet, idfTotal: number, { most, preferred }: Choice): { chosen: Chosen[]; matching: number } {
  const rough = sums.map((own) => roughScores(own, within, idfTotal, preferred));
  const all = rough.reduce((sum, { count }) => sum + count, 0);
  const least = all <= most ? 0 : leastOf(rough, all, most);
  const chosen: Chosen[] = [];
  const equal: Chosen[] = [];
  for (const { own, scores } of rough) {
    for (let ordinal = 0; ordinal < scores.length; ordinal++) {
      const score = scores[ordinal] as number;
      if (score <= 0 || score < least) continue;
      if (score > least) chosen.push({ own, ordinal });
      else if (equal.length < most) equal.push({ own, ordinal });
    }
  }
  // Of equals at the cut the earlier ones fill the room.
  for (const each of equal) if (chosen.length < most) chosen.push(each);
  return { chosen, matching: all };
}

/** Steps of the histogram that tells which scores are sorted at all. */
const STEPS = 4_096;

/** The score of the `most`-th best of `all`. */
function leastOf(rough: readonly { scores: Float32Array; count: number }[], all: number, most: number): number {
  let greatest = 0;
  for (const { scores } of rough) for (let i = 0; i < scores.length; i++) if ((scores[i] as number) > greatest) greatest = scores[i] as number;
  const step = (STEPS - 1) / greatest;
  const steps = new Uint32Array(STEPS);
  for (const { scores } of rough) {
    for (let i = 0; i < scores.length; i++) {
      if ((scores[i] as number) <= 0) continue;
      const at = Math.floor((scores[i] as number) * step);
      steps[at] = (steps[at] as number) + 1;
    }
  }
  let from = STEPS;
  let above = 0;
  while (from > 0 && above < Math.min(most, all)) above += steps[--from] as number;
  const sorted = new Float32Array(above);
  let at = 0;
  for (const { scores } of rough) {
    for (let i = 0; i < scores.length; i++) if ((scores[i] as number) > 0 && Math.floor((scores[i] as number) * step) >= from) sorted[at++] = scores[i] as number;
  }
  return sorted.sort()[above - most] as number;
}

/** By ordinal; above 0 for every file in scope that holds a term. */
function roughScores(own: Sums, within: BlobSet, idfTotal: number, preferred: Choice['preferred']): { own: Sums; scores: Float32Array; count: number } {
  const { block, score, cover, nameCover, inFile } = own;
  const { blobs, chunkStart } = block;
  const scores = own.rough;
  let count = 0;
  for (let ordinal = 0; ordinal < scores.length; ordinal++) {
    const coverage = inFile[ordinal] as number;
    const blob = blobs[ordinal] as number;
    if (coverage === 0 || !within.has(blob)) continue;
    const to = chunkStart[ordinal + 1] as number;
    let sum = 0;
    let chunkCoverage = 0;
    let chunkNameCoverage = 0;
    for (let chunk = chunkStart[ordinal] as number; chunk < to; chunk++) {
      const covered = cover[chunk] as number;
      if (covered === 0) continue;
      sum += score[chunk] as number;
      if (covered > chunkCoverage) chunkCoverage = covered;
      if ((nameCover[chunk] as number) > chunkNameCoverage) chunkNameCoverage = nameCover[chunk] as number;
    }
    scores[ordinal] = Math.log(1 + sum) + (2 * coverage + chunkCoverage + chunkNameCoverage) / idfTotal + (preferred.has(blob) ? 10 : 0);
    count++;
  }
  return { own, scores, count };
}

function evidenceOf({ block, score, cover, nameCover, inFile, inName, whole }: Sums, ordinal: number, idfTotal: number): FileEvidence {
  const from = block.chunkStart[ordinal] as number;
  const to = block.chunkStart[ordinal + 1] as number;
  let sum = 0;
  let best = 0;
  let bestShown = 0;
  let bestChunk = 0;
  let chunkCoverage = 0;
  let chunkNameCoverage = 0;
  let nameSum = 0;
  for (let chunk = from; chunk < to; chunk++) {
    const value = score[chunk] as number;
    if (value === 0) continue;
    sum += value;
    if (value > best) best = value;
    const names = nameCover[chunk] as number;
    // The chunk to show is the one that defines what is asked, before one that only mentions it as often.
    const shown = value * (1 + names / idfTotal);
    if (shown > bestShown) {
      bestShown = shown;
      bestChunk = chunk - from;
    }
    nameSum += names;
    if ((cover[chunk] as number) > chunkCoverage) chunkCoverage = cover[chunk] as number;
    if (names > chunkNameCoverage) chunkNameCoverage = names;
  }
  return {
    blob: block.blobs[ordinal] as number, chunks: to - from, sum, best, bestChunk,
    coverage: (inFile[ordinal] as number) / idfTotal, chunkCoverage: chunkCoverage / idfTotal,
    nameCoverage: (inName[ordinal] as number) / idfTotal, chunkNameCoverage: chunkNameCoverage / idfTotal,
    nameSum: nameSum / idfTotal, headCoverage: (cover[from] as number) / idfTotal, whole: whole[ordinal] as number,
  };
}

const normsByBlock = new WeakMap<ChunkBlock, Float32Array>();

/** BM25's length norm of each file as one document, against the mean file of its block. */
function fileNorms(block: ChunkBlock): Float32Array {
  const known = normsByBlock.get(block);
  if (known !== undefined) return known;
  const lengths = new Float32Array(block.blobs.length);
  let total = 0;
  for (let ordinal = 0; ordinal < lengths.length; ordinal++) {
    for (let chunk = block.chunkStart[ordinal] as number; chunk < (block.chunkStart[ordinal + 1] as number); chunk++) lengths[ordinal]! += block.chunkTerms[chunk] as number;
    total += lengths[ordinal] as number;
  }
  const mean = total / Math.max(1, lengths.length) || 1;
  const norms = lengths.map((length) => K1 * (1 - B + (B * length) / mean));
  normsByBlock.set(block, norms);
  return norms;
}

const blobsByBlock = new WeakMap<ChunkBlock, Uint32Array>();

function chunkBlobs(block: ChunkBlock): Uint32Array {
  const known = blobsByBlock.get(block);
  if (known !== undefined) return known;
  const blobs = new Uint32Array(block.chunkStart[block.blobs.length] as number);
  for (let ordinal = 0; ordinal < block.blobs.length; ordinal++) blobs.fill(ordinal, block.chunkStart[ordinal], block.chunkStart[ordinal + 1]);
  blobsByBlock.set(block, blobs);
  return blobs;
}
