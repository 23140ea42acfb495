import { readPlain, visitPage, type RepositoryId } from '../../domain/mod.ts';
import type { SymbolNameHit, SymbolQuery, Symbols } from '../ports.ts';
import type { BlockInfo, Blocks } from './blocks.ts';
import type { Core } from './core.ts';
import { nameTest, type NameTest } from './name-test.ts';

/** Bytes of name pages that one substring or fuzzy lookup reads at most; what lies beyond is not looked at. */
const SCAN_BYTES = 134_217_728;
const SCAN_PAGES = 64;

interface Found {
  distance: number;
  readonly blobs: number[];
}

/** Names of symbols: a point lookup, a range, or a scan that makes no string for names that do not match. */
export function makeSymbols(core: Core, blocks: Blocks): Symbols {
  return {
    names: async (query) => core.read('Looking symbols up', () => names(blocks, blocks.of('name', query.repositories as RepositoryId[]), query)),
  };
}

function names(blocks: Blocks, infos: readonly BlockInfo[], query: SymbolQuery): SymbolNameHit[] {
  const key = Buffer.from(query.name);
  const found = new Map<string, Found>();
  const test = nameTest(query.match, query.name);
  let budget = SCAN_BYTES;
  for (const info of infos) {
    if (query.match === 'exact') {
      const list = blocks.find(info, key);
      if (list !== null) add(found, query.name, 0, info, list.documentCount, list.bytes, query);
    } else if (query.match === 'prefix') range(blocks, info, key, test, found, query);
    else if (budget > 0) budget -= scan(blocks, info, test, found, query);
  }
  return [...found]
    .map(([name, { distance, blobs }]) => ({ name, distance, blobs: Uint32Array.from(blobs).sort() }))
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, query.limit);
}

function add(found: Map<string, Found>, name: string, distance: number, info: BlockInfo, count: number, bytes: Uint8Array, { within }: SymbolQuery): void {
  const blobs: number[] = [];
  for (const ordinal of readPlain(bytes, count)) {
    const blob = info.blobs[ordinal] as number;
    if (within.has(blob)) blobs.push(blob);
  }
  if (blobs.length === 0) return;
  const known = found.get(name);
  if (known === undefined) found.set(name, { distance, blobs });
  else known.blobs.push(...blobs);
}

/** Keys from `prefix` on while they start with it. Shorter names stand first in no order of pages, so each block is bounded alone. */
function range(blocks: Blocks, info: BlockInfo, prefix: Uint8Array, test: NameTest, found: Map<string, Found>, query: SymbolQuery): void {
  let taken = 0;
  for (let page = Math.max(0, info.directory.pageOf(prefix)); page < info.directory.length; page++) {
    const more = visitPage(blocks.page(info.row, page), (key, count, postings) => {
      const order = Buffer.compare(key.subarray(0, prefix.length), prefix);
      if (order < 0) return true;
      if (order > 0 || taken >= query.limit * 4) return false;
      const distance = test(key, key.length);
      if (distance >= 0) {
        add(found, Buffer.from(key).toString(), distance, info, count, postings, query);
        taken++;
      }
      return true;
    });
    if (!more) return;
  }
}

/** Gives the bytes that were read. */
function scan(blocks: Blocks, info: BlockInfo, test: NameTest, found: Map<string, Found>, query: SymbolQuery): number {
  for (let from = 0; from < info.row.pages; from += SCAN_PAGES) {
    for (const page of blocks.pages(info.row, from, SCAN_PAGES)) {
      visitPage(page, (key, count, postings) => {
        const distance = test(key, key.length);
        if (distance >= 0) add(found, Buffer.from(key).toString(), distance, info, count, postings, query);
        return true;
      });
    }
  }
  return info.row.bytes;
}
