/**
 * Evidence: what the term index says about each file for one question. BM25F over chunks, gathered per file.
 * Pure arithmetic over postings; the same over every driver.
 */
import type { BlobSet } from '../../domain/mod.ts';
import { visitTerm } from '../../domain/mod.ts';
import type { ChunkBlock, TermPostings } from '../../store/mod.ts';
import type { QueryTerm } from './question.ts';

/** BM25F: how much a term counts in each field, how fast repeats saturate, how much long chunks lose. */
const FIELD = { code: 1, comment: 0.9, name: 2.2 };
const K1 = 1.2;
const B = 0.6;

export interface FileEvidence {
  readonly block: ChunkBlock;
  /** Ordinal in the block. */
  readonly ordinal: number;
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

/** Sums of one block, reused by the terms one after the other. */
interface Sums {
  readonly block: ChunkBlock;
  readonly score: Float32Array;
  readonly cover: Float32Array;
  readonly nameCover: Float32Array;
}

export interface Gathered {
  readonly files: readonly FileEvidence[];
  /** Inverse document frequency by term. */
  readonly idf: ReadonlyMap<string, number>;
  readonly averageTerms: number;
}

export function gather(terms: readonly QueryTerm[], postings: readonly TermPostings[], statistics: { chunks: number; terms: number }, within: BlobSet): Gathered {
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
      if (own === undefined) {
        const chunks = block.chunkStart[block.blobs.length] as number;
        own = { block, score: new Float32Array(chunks), cover: new Float32Array(chunks), nameCover: new Float32Array(chunks) };
        sums.set(block, own);
      }
      addTerm(own, bytes, termIdf, averageTerms);
    }
  }
  const context = { idfTotal: idfTotal || 1, postings, idf, weightOf };
  const files = [...sums.values()].flatMap((own) => filesOf(own, within, context));
  return { files, idf, averageTerms };
}

/** Positive for every term; near zero for one in most chunks. */
function idfOf(documents: number, chunks: number): number {
  return Math.log(1 + (chunks - Math.min(documents, chunks) + 0.5) / (documents + 0.5));
}

function addTerm(own: Sums, bytes: Uint8Array, idf: number, averageTerms: number): void {
  const { score, cover, nameCover } = own;
  const { chunkTerms } = own.block;
  visitTerm(bytes, (chunk, frequency) => {
    const inName = frequency >= 0x80;
    const weighted = ((frequency >>> 3) & 15) * FIELD.code + (frequency & 7) * FIELD.comment + (inName ? FIELD.name : 0);
    const norm = K1 * (1 - B + (B * (chunkTerms[chunk] as number)) / averageTerms);
    score[chunk] = (score[chunk] as number) + (idf * weighted * (K1 + 1)) / (weighted + norm);
    cover[chunk] = (cover[chunk] as number) + idf;
    if (inName) nameCover[chunk] = (nameCover[chunk] as number) + idf;
  });
}

interface Context {
  /** Idf of all terms that occur at all. */
  readonly idfTotal: number;
  readonly postings: readonly TermPostings[];
  readonly idf: ReadonlyMap<string, number>;
  readonly weightOf: ReadonlyMap<string, number>;
}

function filesOf(own: Sums, within: BlobSet, context: Context): FileEvidence[] {
  const { block, score, cover, nameCover } = own;
  const { idfTotal } = context;
  const presence = presenceOf(block, context);
  const files: FileEvidence[] = [];
  for (let ordinal = 0; ordinal < block.blobs.length; ordinal++) {
    if ((presence.inFile[ordinal] as number) === 0 || !within.has(block.blobs[ordinal] as number)) continue;
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
    files.push({
      block, ordinal, blob: block.blobs[ordinal] as number, chunks: to - from, sum, best, bestChunk,
      coverage: (presence.inFile[ordinal] as number) / idfTotal, chunkCoverage: chunkCoverage / idfTotal,
      nameCoverage: (presence.inName[ordinal] as number) / idfTotal, chunkNameCoverage: chunkNameCoverage / idfTotal,
      nameSum: nameSum / idfTotal, headCoverage: (cover[from] as number) / idfTotal, whole: presence.whole[ordinal] as number,
    });
  }
  return files;
}

interface Presence {
  /** Idf of the terms that each file has at all, and has in a name: each term counted once a file. */
  readonly inFile: Float32Array;
  readonly inName: Float32Array;
  readonly whole: Float32Array;
}

function presenceOf(block: ChunkBlock, context: Context): Presence {
  const blobOf = chunkBlobs(block);
  const count = block.blobs.length;
  const inFile = new Float32Array(count);
  const inName = new Float32Array(count);
  const whole = new Float32Array(count);
  const frequency = new Float32Array(count);
  const named = new Uint8Array(count);
  const norms = fileNorms(block);
  const touched: number[] = [];
  for (const { term, blocks } of context.postings) {
    const own = blocks.find((item) => item.block === block);
    if (own === undefined) continue;
    const value = (context.idf.get(term) as number) * (context.weightOf.get(term) ?? 1);
    visitTerm(own.bytes, (chunk, detail) => {
      const blob = blobOf[chunk] as number;
      if (frequency[blob] === 0) touched.push(blob);
      const isName = detail >= 0x80;
      frequency[blob] = (frequency[blob] as number) + ((detail >>> 3) & 15) * FIELD.code + (detail & 7) * FIELD.comment + (isName ? FIELD.name : 0);
      if (isName) named[blob] = 1;
    });
    for (const blob of touched) {
      inFile[blob] = (inFile[blob] as number) + value;
      if (named[blob] === 1) inName[blob] = (inName[blob] as number) + value;
      const times = frequency[blob] as number;
      whole[blob] = (whole[blob] as number) + (value * times * (K1 + 1)) / (times + (norms[blob] as number));
      frequency[blob] = 0;
      named[blob] = 0;
    }
    touched.length = 0;
  }
  return { inFile, inName, whole };
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
