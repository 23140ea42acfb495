import { readTerm, termList } from '../../domain/mod.ts';
import type { ChunkBlock, TermPostings } from '../ports.ts';
import { find, type BlockInfo, type Pages } from './format.ts';

const encoder = new TextEncoder();

/** The key of a term in its blocks. */
export function termKey(term: string): Uint8Array {
  return encoder.encode(term);
}

/** Postings of a word over some blocks of chunks. */
export function postings(pages: Pages, infos: readonly BlockInfo[], term: string): TermPostings {
  const key = termKey(term);
  const found: { block: ChunkBlock; documentCount: number; bytes: Uint8Array }[] = [];
  let documentCount = 0;
  for (const info of infos) {
    const list = find(pages, info, key);
    if (list === null || info.chunks === null) continue;
    documentCount += list.documentCount;
    found.push({ block: info.chunks, documentCount: list.documentCount, bytes: list.bytes });
  }
  return { term, blocks: found, documentCount };
}

/** Blobs of one block in which each term stands somewhere, the rarest term first. */
export function withAll(pages: Pages, info: BlockInfo, terms: readonly string[]): number[] {
  const lists = [];
  for (const term of new Set(terms)) {
    const list = find(pages, info, termKey(term));
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
