import type { RepositoryId } from '../../domain/mod.ts';
import type { SymbolNameHit, SymbolQuery, Symbols } from '../ports.ts';
import type { BlockInfo, Blocks } from './blocks.ts';
import type { Core } from './core.ts';
import { NameHits } from './name-hits.ts';
import { nameTest, type NameTest } from './name-test.ts';

/** Bytes of name pages that one substring or fuzzy lookup reads at most; what lies beyond is not looked at. */
const SCAN_BYTES = 134_217_728;
const PAGES_AT_ONCE = 64;

/** Names of symbols: a point lookup, a range, or a scan that makes no string for names that do not match. */
export function makeSymbols(core: Core, blocks: Blocks): Symbols {
  return {
    names: async (query) => core.read('Looking symbols up', () => names(blocks, blocks.of('name', query.repositories as RepositoryId[]), query)),
  };
}

function names(blocks: Blocks, infos: readonly BlockInfo[], query: SymbolQuery): SymbolNameHit[] {
  const wanted = Buffer.from(query.name);
  const hits = new NameHits(query.within, query.limit);
  const test = nameTest(query.match, query.name);
  let budget = SCAN_BYTES;
  for (const info of infos) {
    if (query.match === 'exact') {
      const list = blocks.find(info, wanted);
      if (list !== null) hits.add(wanted, wanted.length, 0, list.documentCount, list.bytes, info.blobs);
    } else if (query.match === 'prefix') range(blocks, info, wanted, test, hits);
    else if (budget > 0) {
      scan(blocks, info, test, hits);
      budget -= info.row.bytes;
    }
  }
  return hits.finish();
}

/** Keys with the prefix stand next to each other. */
function range(blocks: Blocks, info: BlockInfo, prefix: Uint8Array, test: NameTest, hits: NameHits): void {
  for (let page = Math.max(0, info.directory.pageOf(prefix)); page < info.directory.length; page++) {
    if (page > 0 && info.directory.isPast(page, prefix)) return;
    visitNames(blocks.page(info.row, page), info, test, hits);
  }
}

function scan(blocks: Blocks, info: BlockInfo, test: NameTest, hits: NameHits): void {
  for (let from = 0; from < info.row.pages; from += PAGES_AT_ONCE) {
    for (const page of blocks.pages(info.row, from, PAGES_AT_ONCE)) visitNames(page, info, test, hits);
  }
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
