import type { RepositoryId } from '../../domain/mod.ts';
import { readTerm, termList } from '../../domain/mod.ts';
import type { ChunkBlock, TermPostings, Terms } from '../ports.ts';
import type { BlockInfo, Blocks } from './blocks.ts';
import type { Core } from './core.ts';

const encoder = new TextEncoder();

/** Postings of words in chunks, for the ranker above. */
export function makeTerms(core: Core, blocks: Blocks): Terms {
  return {
    postings: async (repositories, terms) => core.read('Looking words up', () => {
      const infos = blocks.of('term', repositories as RepositoryId[]);
      return terms.map((term) => postings(blocks, infos, term));
    }),
    statistics: async (repositories) => core.read('Counting words', () => {
      let chunks = 0;
      let terms = 0;
      for (const row of core.blocks('term', repositories)) {
        chunks += row.documents;
        terms += row.terms;
      }
      return { chunks, terms };
    }),
    blobsWithAll: async (repositories, terms, within) => core.read('Looking words up', () => {
      const found: number[] = [];
      for (const info of blocks.of('term', repositories as RepositoryId[])) {
        for (const blob of withAll(blocks, info, terms)) if (within.has(blob)) found.push(blob);
      }
      return Uint32Array.from(found).sort();
    }),
  };
}

function postings(blocks: Blocks, infos: readonly BlockInfo[], term: string): TermPostings {
  const key = encoder.encode(term);
  const found: { block: ChunkBlock; documentCount: number; bytes: Uint8Array }[] = [];
  let documentCount = 0;
  for (const info of infos) {
    const list = blocks.find(info, key);
    if (list === null || info.chunks === null) continue;
    documentCount += list.documentCount;
    found.push({ block: info.chunks, documentCount: list.documentCount, bytes: list.bytes });
  }
  return { term, blocks: found, documentCount };
}

/** Blobs of one block in which each term stands somewhere, the rarest term first. */
function withAll(blocks: Blocks, info: BlockInfo, terms: readonly string[]): number[] {
  const lists = [];
  for (const term of new Set(terms)) {
    const list = blocks.find(info, encoder.encode(term));
    if (list === null) return [];
    lists.push(list);
  }
  lists.sort((a, b) => a.documentCount - b.documentCount);
  let current: Uint8Array | null = null;
  for (const { bytes } of lists) {
    const marks: Uint8Array = new Uint8Array(info.blobs.length);
    markBlobs(info, bytes, marks, current);
    current = marks;
  }
  if (current === null) return [];
  const found: number[] = [];
  current.forEach((mark, at) => {
    if (mark === 1) found.push(info.blobs[at] as number);
  });
  return found;
}

const list = termList();

function markBlobs(info: BlockInfo, bytes: Uint8Array, marks: Uint8Array, among: Uint8Array | null): void {
  const { chunkStart } = info.chunks as ChunkBlock;
  const { count, ordinals } = readTerm(bytes, list);
  let blob = 0;
  for (let i = 0; i < count; i++) {
    while ((chunkStart[blob + 1] as number) <= (ordinals[i] as number)) blob++;
    if (among === null || among[blob] === 1) marks[blob] = 1;
  }
}
