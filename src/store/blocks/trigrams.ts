import type { BlobSet } from '../../domain/mod.ts';
import { readPlain, type PostingList } from '../../domain/mod.ts';
import type { TrigramPlan } from '../ports.ts';
import { find, type BlockInfo, type Pages } from './format.ts';

/** Ordinals of one block, ascending; null stands for all of them. */
type Ordinals = Uint32Array | null;
const NONE: Uint32Array = new Uint32Array(0);
/** Lists looked up before the shortest of them are intersected. */
const LOOKUPS_AT_ONCE = 4;
/** Bytes of a list worth decoding for each candidate that it may rule out: a tenth of what reading the candidate costs. */
const BYTES_FOR_CANDIDATE = 4_096;

/** Candidates of a condition on trigrams, block by block: ascending ids within `within`. */
export function candidates(pages: Pages, infos: readonly BlockInfo[], plan: TrigramPlan, within: BlobSet): Uint32Array {
  if (plan.kind === 'none' || within.size === 0) return NONE;
  let found = new Uint32Array(256);
  let count = 0;
  let sorted = true;
  let last = 0;
  for (const info of infos) {
    const ordinals = evaluate(pages, info, plan, null);
    const length = ordinals === null ? info.row.documents : ordinals.length;
    for (let i = 0; i < length; i++) {
      const blob = info.blobs[ordinals === null ? i : (ordinals[i] as number)] as number;
      if (!within.has(blob)) continue;
      if (count === found.length) {
        const grown = new Uint32Array(count * 2);
        grown.set(found);
        found = grown;
      }
      found[count++] = blob;
      if (blob < last) sorted = false;
      last = blob;
    }
  }
  const result = found.subarray(0, count);
  return sorted ? result : result.sort();
}

function evaluate(pages: Pages, info: BlockInfo, plan: TrigramPlan, among: Ordinals): Ordinals {
  switch (plan.kind) {
    case 'all':
      return among;
    case 'none':
      return NONE;
    case 'and':
      return all(pages, info, plan.keys, plan.items, among);
    case 'or': {
      let union: Uint32Array = NONE;
      for (const item of plan.items) {
        const part = evaluate(pages, info, item, among);
        if (part === null || (among !== null && part.length === among.length)) return among;
        union = union.length === 0 ? part : merged(union, part);
      }
      return union;
    }
  }
}

function all(pages: Pages, info: BlockInfo, keys: readonly number[], items: readonly TrigramPlan[], among: Ordinals): Ordinals {
  let current = among;
  const order = rarestFirst(info, keys);
  for (let from = 0; from < order.length; from += LOOKUPS_AT_ONCE) {
    // Reading one wrong candidate costs more than looking all further trigrams up (measured on Linux: 10 to 6 ms).
    if (current !== null && current.length === 0) return NONE;
    const lists: PostingList[] = [];
    for (const trigram of order.slice(from, from + LOOKUPS_AT_ONCE)) {
      const list = find(pages, info, keyOf(trigram));
      if (list === null) return NONE;
      if (list.documentCount < info.row.documents) lists.push(list);
    }
    for (const list of lists.sort((a, b) => a.documentCount - b.documentCount)) {
      if (current === null) current = readPlain(list.bytes, list.documentCount);
      else if (list.bytes.length <= current.length * BYTES_FOR_CANDIDATE) current = intersected(current, list);
      if (current.length === 0) return NONE;
    }
  }
  for (const item of items) {
    current = evaluate(pages, info, item, current);
    if (current !== null && current.length === 0) return NONE;
  }
  return current;
}

/** The three bytes of a trigram, in one buffer that the next call reuses. */
function keyOf(trigram: number): Uint8Array {
  KEY[0] = trigram >>> 16;
  KEY[1] = trigram >>> 8;
  KEY[2] = trigram;
  return KEY;
}
const KEY = new Uint8Array(3);

/**
 * A page holds a fixed number of bytes, so the wider the stretch of keys on a trigram's page, the shorter the lists
 * there: an estimate of rarity that reads no page.
 */
function rarestFirst(info: BlockInfo, keys: readonly number[]): readonly number[] {
  if (keys.length < 2) return keys;
  const { directory } = info;
  const width = new Map<number, number>();
  for (const trigram of keys) {
    const page = directory.pageOf(keyOf(trigram));
    // Below the first page: the block does not hold it, which is the rarest of all.
    width.set(trigram, page < 0 ? Infinity : directory.head(page + 1) - directory.head(page));
  }
  return [...keys].sort((a, b) => (width.get(b) as number) - (width.get(a) as number));
}

/** Those of `current` that the list holds; reads the list only as far as needed. */
function intersected(current: Uint32Array, list: PostingList): Uint32Array {
  const { bytes, documentCount } = list;
  const out = new Uint32Array(Math.min(current.length, documentCount));
  const most = current.length;
  let count = 0;
  let at = 0;
  let ordinal = -1;
  let wanted = 0;
  let want = current[0] as number;
  for (let i = 0; i < documentCount; i++) {
    let value = bytes[at++] as number;
    if (value >= 0x80) {
      value &= 0x7f;
      let shift = 7;
      for (;;) {
        const next = bytes[at++] as number;
        value |= (next & 0x7f) << shift;
        if (next < 0x80) break;
        shift += 7;
      }
    }
    ordinal += value + 1;
    if (ordinal < want) continue;
    while (want < ordinal) {
      if (++wanted === most) return out.subarray(0, count);
      want = current[wanted] as number;
    }
    if (want === ordinal) out[count++] = ordinal;
  }
  return out.subarray(0, count);
}

/** Both, ascending, each once. */
function merged(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length + b.length);
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] as number) : Infinity;
    const right = j < b.length ? (b[j] as number) : Infinity;
    out[count++] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return out.subarray(0, count);
}

/** The keys that a condition may look up, each once. */
export function keysOf(plan: TrigramPlan): Uint8Array[] {
  const found = new Set<number>();
  const gather = (item: TrigramPlan): void => {
    if (item.kind === 'all' || item.kind === 'none') return;
    if (item.kind === 'and') for (const key of item.keys) found.add(key);
    item.items.forEach(gather);
  };
  gather(plan);
  return [...found].map((key) => Uint8Array.of(key >>> 16, key >>> 8, key));
}
