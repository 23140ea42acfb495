import { comparePaths } from '../../base/mod.ts';
import { lookupTerm } from '../../words/mod.ts';
import type { BlobId, SymbolFact } from '../../domain/mod.ts';
import type { PathTest } from '../../store/mod.ts';
import { symbolsOf } from '../answer/result.ts';
import { readPath } from '../rank/place.ts';
import type { OutlineItem } from '../requests.ts';
import { pathTest } from '../scope/globs.ts';
import type { Resolved } from '../scope/resolve.ts';
import { placesOf } from '../text/collect.ts';
import { itemOf } from './outline.ts';

/** Files whose symbols are opened; of a larger repository the shallow ones that are no tests come first. */
const MOST_FILES = 300;
const SYMBOLS_OF_FILE = 12;
/** Terms whose spread is asked for at once. */
const MOST_TERMS = 2_000;
/** What tells a reader how code is laid out; keys of data and headings do only where there is no code. */
const CODE = /^(?:class|interface|struct|trait|enum|union|type|function|method|constructor|module|namespace|macro|constant|variable)$/;
const DATA = /^(?:json|yaml|toml|xml|html|css|markdown|rst|text|ini|csv|svg)$/;

type MapItem = { readonly path: string; readonly symbols: readonly OutlineItem[] };

/** The chief files with their chief symbols, the most referred to first, fitted into `room` characters. */
export async function mapOf(resolved: Resolved, room: number, under: string | undefined): Promise<{ map: readonly MapItem[]; truncated: boolean }> {
  const test = under === undefined ? null : pathTest(under);
  const { opened, total, isData } = await chiefFiles(resolved, test);
  const ids = opened.map(({ blob }) => blob);
  const [texts, facts] = await Promise.all([resolved.store.files.texts(ids), resolved.store.files.facts(ids)]);
  const read = opened.map((file) => {
    const text = texts.get(file.blob) ?? '';
    const symbols = symbolsOf(facts.get(file.blob), text);
    return { ...file, text, symbols, chief: symbols.filter((symbol) => isChief(symbol, isData(file.blob))) };
  });
  const spread = await spreadOf(resolved, read.flatMap(({ chief }) => chief.map(({ name }) => name)));
  // A name of one common word is met for other reasons too.
  const worth = ({ name, kind, exported }: SymbolFact): number =>
    Math.log2(1 + (spread.get(name) ?? 0)) * (exported ? 1 : 0.6) * (name.length < 4 || name.startsWith('__') ? 0.4 : 1) * (/[a-z][A-Z]|.[_-]./.test(name) || /^[A-Z]/.test(name) ? 1 : 0.6) * (/^(?:macro|constant|variable)$/.test(kind) ? 0.4 : 1);
  const ranked = read.filter(({ chief }) => chief.length > 0).map((file) => {
    const chief = oneOfEach(file.chief).map((symbol) => ({ symbol, worth: worth(symbol) })).sort((a, b) => b.worth - a.worth).slice(0, SYMBOLS_OF_FILE);
    const sum = chief.reduce((total, each, at) => total + each.worth / (at + 1), 0) / (1 + file.burden * 0.1);
    return { ...file, chief: chief.map(({ symbol }) => symbol).sort((a, b) => a.span.start - b.span.start), sum };
  }).sort((a, b) => b.sum - a.sum || comparePaths(a.path, b.path));
  const map: MapItem[] = [];
  let left = room;
  for (const file of ranked) {
    const symbols: OutlineItem[] = [];
    left -= file.path.length + 1;
    for (const symbol of file.chief) {
      const item = itemOf(symbol, file.symbols, file.text);
      left -= (item.signature ?? item.name).slice(0, 160).length + 16;
      if (left < 0) break;
      symbols.push(item);
    }
    if (symbols.length > 0) map.push({ path: file.path, symbols });
    if (left < 0) break;
  }
  return { map, truncated: map.length < ranked.length || total > opened.length };
}

interface Shallow {
  readonly blob: BlobId;
  readonly path: string;
  readonly burden: number;
}

/** The files to open: shallow ones first, tests and what others wrote later, data last. Deep folders of a large repository are not looked into. */
async function chiefFiles(resolved: Resolved, test: PathTest | null): Promise<{ opened: readonly Shallow[]; total: number; isData: (blob: BlobId) => boolean }> {
  const byDepth = new Map<number, { blob: BlobId; path: string }[]>();
  let total = 0;
  for (const [blob, [place]] of await placesOf(resolved, resolved.within.toArray())) {
    if (place === undefined || !(test?.matches(place.entry.path) ?? true)) continue;
    const { path } = place.entry;
    const depth = path.split('/').length - 1;
    const own = byDepth.get(depth);
    if (own === undefined) byDepth.set(depth, [{ blob, path }]);
    else own.push({ blob, path });
    total++;
  }
  const data = new Set<BlobId>();
  const files: Shallow[] = [];
  for (const depth of [...byDepth.keys()].sort((a, b) => a - b)) {
    // What lies deeper bears at least its depth.
    if (files.filter(({ burden }) => burden < depth).length >= MOST_FILES) break;
    const own = byDepth.get(depth) as { blob: BlobId; path: string }[];
    const infos = await resolved.store.files.blobs(own.map(({ blob }) => blob));
    for (const { blob, path } of own) {
      const evidence = readPath(path);
      if (DATA.test(infos.get(blob)?.language ?? 'text')) data.add(blob);
      files.push({ blob, path, burden: depth + (evidence.test ? 20 : 0) + (evidence.vendored ? 20 : 0) + (evidence.example ? 10 : 0) + (data.has(blob) ? 100 : 0) });
    }
  }
  files.sort((a, b) => a.burden - b.burden || comparePaths(a.path, b.path));
  return { opened: files.slice(0, MOST_FILES), total, isData: (blob) => data.has(blob) };
}

function isChief(symbol: SymbolFact, data: boolean): boolean {
  return data ? symbol.container < 0 : CODE.test(symbol.kind) && (symbol.container < 0 || !/^(?:macro|constant|variable|type)$/.test(symbol.kind));
}

/** Overloads, and the same name in several types: the first stands for all. */
function oneOfEach(symbols: readonly SymbolFact[]): readonly SymbolFact[] {
  const seen = new Set<string>();
  return symbols.filter(({ name }) => seen.size < seen.add(name).size);
}

/** In how many chunks each name's term stands: a cheap sign of how much the others lean on it. */
async function spreadOf(resolved: Resolved, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const termOf = new Map<string, string>();
  for (const name of names) {
    const term = lookupTerm(name);
    if (term !== null) termOf.set(name, term);
  }
  const terms = [...new Set(termOf.values())].slice(0, MOST_TERMS);
  const postings = await resolved.store.terms.postings(resolved.repositoryIds, terms);
  const counts = new Map(postings.map(({ term, documentCount }) => [term, documentCount]));
  return new Map([...termOf].map(([name, term]) => [name, counts.get(term) ?? 0]));
}
