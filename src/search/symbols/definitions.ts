import { comparePaths } from '../../base/mod.ts';
import type { BlobId, BlobInfo, SymbolFact, SymbolKind } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import { symbolsOf } from '../answer/result.ts';
import { readPath } from '../rank/place.ts';
import type { Resolved } from '../scope/resolve.ts';
import { placesOf } from '../text/collect.ts';
import { splitName, type Name } from './name.ts';

/** Files that are opened for one name; a name defined in more is answered from the first of them. */
const MOST_FILES = 300;

export type Closeness = 'exact' | 'prefix' | 'substring' | 'fuzzy';

/** One definition with the file that it stands in. */
export interface Definition {
  readonly blob: BlobId;
  readonly info: BlobInfo | undefined;
  readonly place: Place;
  readonly text: string;
  readonly packed: Uint8Array;
  readonly symbols: readonly SymbolFact[];
  readonly index: number;
  readonly symbol: SymbolFact;
  readonly score: number;
  readonly why: readonly string[];
}

export interface Definitions {
  /** Best first. */
  readonly found: readonly Definition[];
  readonly exactTotal: boolean;
}

export interface DefinitionOptions {
  readonly kinds?: readonly SymbolKind[];
  /** Names that begin with the asked one are given too, after it. */
  readonly andPrefix?: boolean;
  /** Only the name itself, whatever is found. */
  readonly exactOnly?: boolean;
  /** Files that are opened first, and how many at most, where many define the name. */
  readonly first?: readonly BlobId[];
  readonly mostFiles?: number;
}

/** Definitions by name: the name itself, and where there is none what begins with it, holds it, or is spelled nearly so. */
export async function findDefinitions(resolved: Resolved, typed: string, options: DefinitionOptions = {}): Promise<Definitions> {
  const name = splitName(typed);
  const levels: readonly Closeness[] = options.exactOnly === true ? ['exact'] : ['exact', 'prefix', 'substring', 'fuzzy'];
  const found: Definition[] = [];
  let exactTotal = true;
  for (const closeness of levels) {
    if (found.length > 0 && !(closeness === 'prefix' && options.andPrefix === true)) break;
    if (closeness !== 'exact' && name.last.length < 2) break;
    const level = await atLevel(resolved, name, closeness, options, new Set(found.map(({ blob, index }) => `${blob}:${index}`)));
    found.push(...level.found);
    exactTotal = exactTotal && level.complete;
  }
  found.sort((a, b) => b.score - a.score || comparePaths(a.place.entry.path, b.place.entry.path) || a.symbol.span.start - b.symbol.span.start);
  return { found, exactTotal };
}

async function atLevel(resolved: Resolved, name: Name, closeness: Closeness, options: DefinitionOptions, known: ReadonlySet<string>): Promise<{ found: Definition[]; complete: boolean }> {
  const { store } = resolved;
  const { kinds, first = [], mostFiles = MOST_FILES } = options;
  const names = await store.symbols.names({
    repositories: resolved.repositoryIds, within: resolved.within, name: name.last.toLowerCase(), match: closeness, limit: closeness === 'exact' ? 1 : 40,
  });
  const distance = new Map(names.map((hit) => [hit.name, hit.distance]));
  const all = new Set(names.flatMap((hit) => [...hit.blobs]));
  const blobs = [...new Set([...first.filter((blob) => all.has(blob)), ...all])];
  const ids = blobs.slice(0, mostFiles);
  const [texts, facts, infos, places] = await Promise.all([store.files.texts(ids), store.files.facts(ids), store.files.blobs(ids), placesOf(resolved, ids)]);
  const found: Definition[] = [];
  for (const blob of ids) {
    const text = texts.get(blob);
    const packed = facts.get(blob);
    if (text === undefined || packed === undefined) continue;
    const symbols = symbolsOf(packed, text);
    symbols.forEach((symbol, index) => {
      const far = distance.get(symbol.name.toLowerCase());
      if (far === undefined || known.has(`${blob}:${index}`) || (kinds !== undefined && kinds.length > 0 && !kinds.includes(symbol.kind)) || !isWithin(name, symbols, symbol)) return;
      for (const place of places.get(blob) ?? []) {
        found.push({ blob, info: infos.get(blob), place, text, packed, symbols, index, symbol, ...score(name, closeness, far, symbol, place, text, infos.get(blob)) });
      }
    });
  }
  return { found, complete: blobs.length <= mostFiles };
}

/** The containers as asked are the nearest ones around the symbol, innermost last. */
function isWithin(name: Name, symbols: readonly SymbolFact[], symbol: SymbolFact): boolean {
  let container = symbol.container;
  for (let at = name.containers.length - 1; at >= 0; at--) {
    const wanted = (name.containers[at] as string).toLowerCase();
    // A receiver type (Go) or a namespace spelled inside the name counts as its container too.
    while (container >= 0 && lastPart((symbols[container] as SymbolFact).name) !== wanted) container = (symbols[container] as SymbolFact).container;
    if (container < 0) return false;
    container = (symbols[container] as SymbolFact).container;
  }
  return true;
}

function lastPart(name: string): string {
  return splitName(name).last.toLowerCase();
}

const KIND_WORTH: Partial<Record<SymbolKind, number>> = {
  class: 1, interface: 1, struct: 1, trait: 1, enum: 1, type: 0.9, union: 0.9, module: 0.7, namespace: 0.7, function: 0.9, method: 0.8, constructor: 0.7, macro: 0.8,
  constant: 0.5, variable: 0.4, enum_member: 0.4, property: 0.3, field: 0.3, section: 0.1, key: 0.1, parameter: 0, type_parameter: 0,
};

function score(name: Name, closeness: Closeness, distance: number, symbol: SymbolFact, place: Place, text: string, info: BlobInfo | undefined): { score: number; why: string[] } {
  const why: string[] = [];
  let sum = { exact: 8, prefix: 5, substring: 3, fuzzy: 2 }[closeness];
  if (closeness === 'exact' && symbol.name === name.last) {
    sum += 2;
    why.push('exact name');
  } else why.push({ exact: 'name in another case', prefix: 'begins with the name', substring: 'holds the name', fuzzy: `did you mean ${symbol.name}` }[closeness]);
  sum -= distance * 0.3 + (closeness === 'exact' ? 0 : Math.min(1, (symbol.name.length - name.last.length) * 0.03));
  sum += KIND_WORTH[symbol.kind] ?? 0.3;
  if (symbol.exported) sum += 0.4;
  if (isDeclarationOnly(symbol, text, info)) {
    sum -= 1;
    why.push('declaration');
  }
  const path = readPath(place.entry.path);
  for (const sign of ['test', 'vendored', 'example', 'legacy'] as const) {
    if (!path[sign]) continue;
    sum -= 1;
    why.push(`${sign}, lower`);
  }
  if (path.declarations) sum -= 0.5;
  return { score: Math.round((sum - path.depth * 0.02) * 1000) / 1000, why };
}

/** A C prototype, as against the definition with its body. */
export function isDeclarationOnly(symbol: SymbolFact, text: string, info: BlobInfo | undefined): boolean {
  return /^(?:c|cpp|objc|objective_c)$/.test(info?.language ?? '') && /^(?:function|method)$/.test(symbol.kind) && !text.slice(symbol.span.start, symbol.span.end).includes('{');
}
