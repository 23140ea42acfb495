import type { SymbolNameHit, SymbolQuery } from '../ports.ts';
import type { BlockInfo, PageRange } from './format.ts';
import { findInPage } from '../../domain/mod.ts';
import { NameHits } from './name-hits.ts';
import { nameTest, type NameTest } from './name-test.ts';

/** Bytes of name pages that one substring or fuzzy lookup reads at most; what lies beyond is not looked at. */
const SCAN_BYTES = 134_217_728;
const PAGES_AT_ONCE = 64;

/**
 * Names of symbols: a point lookup, a range, or a scan that makes no string for names that do not match. It asks for the
 * pages that it wants next and is given them: a driver may have to wait for them.
 */
export function* names(infos: readonly BlockInfo[], query: SymbolQuery): Generator<PageRange & { readonly scans: boolean }, SymbolNameHit[], readonly Uint8Array[]> {
  const wanted = Buffer.from(query.name);
  const hits = new NameHits(query.within, query.limit);
  const test = nameTest(query.match, query.name);
  let budget = SCAN_BYTES;
  for (const info of infos) {
    const { row, directory } = info;
    if (query.match === 'exact') {
      const number = directory.pageOf(wanted);
      if (number < 0) continue;
      const [page] = yield { row, from: number, count: 1, scans: false };
      const list = findInPage(page as Uint8Array, wanted);
      if (list !== null) hits.add(wanted, wanted.length, 0, list.documentCount, list.bytes, info.blobs);
    } else if (query.match === 'prefix') {
      // Keys with the prefix stand next to each other.
      const from = Math.max(0, directory.pageOf(wanted));
      let to = from;
      while (to < directory.length && (to === 0 || !directory.isPast(to, wanted))) to++;
      for (let at = from; at < to; at += PAGES_AT_ONCE) {
        for (const page of yield { row, from: at, count: Math.min(PAGES_AT_ONCE, to - at), scans: false }) visitNames(page, info, test, hits);
      }
    } else if (budget > 0) {
      for (let at = 0; at < row.pages; at += PAGES_AT_ONCE) {
        for (const page of yield { row, from: at, count: Math.min(PAGES_AT_ONCE, row.pages - at), scans: true }) visitNames(page, info, test, hits);
      }
      budget -= row.bytes;
    }
  }
  return hits.finish();
}

/** Where the last varint that was read ended. */
let end = 0;

function varint(bytes: Uint8Array, from: number): number {
  let at = from;
  let value = bytes[at++] as number;
  if (value >= 0x80) {
    value &= 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const next = bytes[at++] as number;
      value += (next & 0x7f) * scale;
      if (next < 0x80) break;
    }
  }
  end = at;
  return value;
}

let key: Uint8Array = new Uint8Array(256);

/** `visitPage` of the domain without an object for each entry: a scan sees hundreds of thousands. */
function visitNames(page: Uint8Array, info: BlockInfo, test: NameTest, hits: NameHits): void {
  for (let at = 0; at < page.length;) {
    const shared = varint(page, at);
    const fresh = varint(page, end);
    const length = shared + fresh;
    if (length > key.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(key);
      key = grown;
    }
    for (let i = 0; i < fresh; i++) key[shared + i] = page[end + i] as number;
    const count = varint(page, end + fresh);
    const bytes = varint(page, end);
    const postings = end;
    at = postings + bytes;
    const distance = test(key, length);
    if (distance >= 0) hits.add(key, length, distance, count, page.subarray(postings, at), info.blobs);
  }
}
