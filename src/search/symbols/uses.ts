import { performance } from 'node:perf_hooks';
import { comparePaths, throwIfAborted } from '../../base/mod.ts';
import { trigramsOf } from '../../code/mod.ts';
import { lookupTerm } from '../../words/mod.ts';
import { unpackImports, unpackOccurrences, type BlobId, type Occurrence } from '../../domain/mod.ts';
import { LineCounter, startOfLine } from '../answer/lines.ts';
import { resultSymbol, snippetOf, symbolsOf, type ResultMaker } from '../answer/result.ts';
import { readPath } from '../rank/place.ts';
import type { Relation, SymbolResult } from '../requests.ts';
import type { Resolved } from '../scope/resolve.ts';
import { BATCH, FIRST_BATCH, placesOf } from '../text/collect.ts';
import { bind, type Edge, type UseFile } from './bind.ts';
import type { Definition } from './definitions.ts';
import { splitName } from './name.ts';

/** Files that are bound and ordered together. */
const WINDOW = 80;
const COUNT_MILLIS = 25;
const SLOW_MILLIS = 3_000;

export interface UsePosition {
  readonly from: number;
  readonly to: number;
  readonly skip: number;
}

interface Asked {
  readonly name: string;
  readonly relations: readonly ('references' | 'callers' | 'implementations')[];
  readonly definitions: readonly Definition[];
  readonly limit: number;
  readonly at: UsePosition | null;
  readonly signal: AbortSignal | undefined;
}

export interface Uses {
  readonly results: readonly SymbolResult[];
  readonly total: number;
  readonly exact: boolean;
  readonly next: UsePosition | null;
}

/** The uses of a name, window by window of files; within a window resolved edges stand before candidates. */
export async function findUses(resolved: Resolved, maker: ResultMaker, asked: Asked): Promise<Uses> {
  const started = performance.now();
  const { last } = splitName(asked.name);
  // The spelling that is defined is the one that is used; an unknown name is looked for as typed.
  const spelled = asked.definitions.some(({ symbol }) => symbol.name === last) ? last : (asked.definitions[0]?.symbol.name ?? last);
  const ids = nearFirst(await candidates(resolved, spelled), asked.definitions);
  const headers = await headersOf(resolved, ids, asked.definitions);
  const from = asked.at?.from ?? 0;
  const skip = asked.at?.skip ?? 0;
  const fixedEnd = asked.at !== null && asked.at.to > from ? asked.at.to : null;
  const found: SymbolResult[] = [];
  let total = 0;
  let at = from;
  for (let size = FIRST_BATCH; at < ids.length && (fixedEnd !== null ? at < fixedEnd : at - from < WINDOW || found.length < asked.limit + skip);) {
    throwIfAborted(asked.signal);
    if (performance.now() - started > SLOW_MILLIS) break;
    const batch = [...ids.subarray(at, Math.min(at + size, fixedEnd ?? ids.length))];
    found.push(...(await usesIn(resolved, maker, batch, spelled, asked, headers)));
    at += batch.length;
    size = Math.min(BATCH, size * 2);
  }
  const end = at;
  total += found.length;
  const until = performance.now() + COUNT_MILLIS;
  while (at < ids.length && performance.now() < until) {
    throwIfAborted(asked.signal);
    const batch = [...ids.subarray(at, at + FIRST_BATCH * 2)];
    total += await countIn(resolved, batch, spelled, asked);
    at += batch.length;
  }
  found.sort((a, b) => b.score - a.score || comparePaths(a.path, b.path) || a.startLine - b.startLine);
  const results = found.slice(skip, skip + asked.limit);
  const more = skip + results.length < found.length;
  const next = more ? { from, to: end, skip: skip + results.length } : end < ids.length && (total > found.length || at < ids.length) ? { from: end, to: 0, skip: 0 } : null;
  return { results, total, exact: at >= ids.length && from === 0, next };
}

/** Parsed files that may use the name: by its term, or by its trigrams where the name is no term. */
async function candidates(resolved: Resolved, name: string): Promise<Uint32Array> {
  const term = lookupTerm(name);
  if (term !== null) return resolved.store.terms.blobsWithAll(resolved.repositoryIds, [term], resolved.within);
  const keys = trigramsOf(name);
  return resolved.store.trigrams.candidates(resolved.repositoryIds, keys.length === 0 ? { kind: 'all' } : { kind: 'and', keys, items: [] }, resolved.within);
}

/** Files with a definition first: their uses are the surest. */
function nearFirst(ids: Uint32Array, definitions: readonly Definition[]): Uint32Array {
  const defining = new Set(definitions.map(({ blob }) => blob));
  return Uint32Array.from([...ids.filter((id) => defining.has(id)), ...ids.filter((id) => !defining.has(id))]);
}

async function usesIn(resolved: Resolved, maker: ResultMaker, ids: readonly BlobId[], name: string, asked: Asked, headers: readonly string[]): Promise<SymbolResult[]> {
  const { store } = resolved;
  const [texts, facts] = await Promise.all([store.files.texts(ids), store.files.facts(ids)]);
  const holding = ids.filter((id) => texts.get(id)?.includes(name) === true && facts.has(id));
  const [infos, places] = await Promise.all([store.files.blobs(holding), placesOf(resolved, holding)]);
  const repositoryOf = new Map(resolved.views.map(({ id, repository }) => [id, repository]));
  const out: SymbolResult[] = [];
  for (const id of holding) {
    const text = texts.get(id) as string;
    const packed = facts.get(id) as Uint8Array;
    const occurrences = occurrencesOf(packed, text, name);
    if (occurrences.length === 0) continue;
    const symbols = symbolsOf(packed, text);
    const imports = unpackImports(packed);
    for (const place of places.get(id) ?? []) {
      const file: UseFile = { repository: repositoryOf.get(place.view) ?? -1, blob: id, path: place.entry.path, language: infos.get(id)?.language ?? '', text, symbols, imports, headers };
      const edges = occurrences.map((use) => ({ use, edge: bind(use, file, asked.definitions, (definition) => repositoryOf.get(definition.place.view) ?? file.repository) }));
      const base = maker.base(place, infos.get(id));
      const counter = new LineCounter(text);
      const make = (relation: Relation, use: Occurrence, edge: Edge, why: readonly string[]): SymbolResult => {
        const lineStart = use.start === 0 ? 0 : text.lastIndexOf('\n', use.start - 1) + 1;
        const line = counter.lineOf(lineStart);
        const { snippet, matches } = snippetOf(text, line, line, [[use.start, use.start + use.length]], lineStart);
        return {
          ...base, startLine: line, endLine: line, score: scoreOf(edge, place.entry.path, use), kind: 'line', symbol: resultSymbol(symbols, use.symbol, text), snippet, matches,
          why, relation, role: use.role, tier: edge.tier, method: edge.method,
        };
      };
      for (const relation of asked.relations) {
        if (relation === 'references') for (const { use, edge } of edges) out.push(make('reference', use, edge, [use.role]));
        else if (relation === 'implementations') for (const { use, edge } of edges) { if (use.role === 'inherit') out.push(make('implementation', use, edge, ['inherits from it'])); }
        else out.push(...callersOf(edges, file.language).map(({ use, edge, calls }) => make('caller', use, edge, [calls === 1 ? 'calls it' : `calls it ${calls} times`])));
      }
    }
  }
  return out;
}

function occurrencesOf(packed: Uint8Array, text: string, name: string): Occurrence[] {
  return unpackOccurrences(packed, (start, length) => length === name.length && text.startsWith(name, start)).filter(({ role }) => role !== 'definition');
}

/** Calls by the symbol around them, the surest edge for each. */
function callersOf(edges: readonly { readonly use: Occurrence; readonly edge: Edge }[], language: string): { use: Occurrence; edge: Edge; calls: number }[] {
  const bySymbol = new Map<number, { use: Occurrence; edge: Edge; calls: number }>();
  for (const { use, edge } of edges) {
    if (use.role !== 'call' || !callsAt(use, language)) continue;
    const known = bySymbol.get(use.symbol);
    if (known === undefined) bySymbol.set(use.symbol, { use, edge, calls: 1 });
    else bySymbol.set(use.symbol, { ...(known.edge.tier === 'candidate' && edge.tier === 'resolved' ? { use, edge } : known), calls: known.calls + 1 });
  }
  return [...bySymbol.values()];
}

/** C calls nothing outside a function: what looks so is a prototype. */
function callsAt(use: Occurrence, language: string): boolean {
  return use.symbol >= 0 || !/^(?:c|cpp|objc)$/.test(language);
}

/** Headers that are looked through for a declaration of one name. */
const MOST_HEADERS = 500;

/** Headers among the files that hold the name: who includes one has seen its declaration. */
async function headersOf(resolved: Resolved, ids: Uint32Array, definitions: readonly Definition[]): Promise<readonly string[]> {
  if (!definitions.some(({ info }) => /^(?:c|cpp|objc)$/.test(info?.language ?? ''))) return [];
  const places = await placesOf(resolved, [...ids.subarray(0, 4_000)]);
  return [...places.values()].flatMap((own) => own.map(({ entry }) => entry.path)).filter((path) => /\.(?:h|hh|hpp|hxx)$/.test(path)).slice(0, MOST_HEADERS);
}

function scoreOf(edge: Edge, path: string, use: Occurrence): number {
  const evidence = readPath(path);
  const sure = edge.tier === 'resolved' ? 4 : edge.method === 'name alone' ? 0 : 1;
  const burden = (evidence.test ? 1 : 0) + (evidence.vendored ? 1 : 0) + (evidence.example ? 0.5 : 0);
  return Math.round((sure + (use.role === 'import' ? 0 : 0.5) - burden - evidence.depth * 0.02) * 1000) / 1000;
}

async function countIn(resolved: Resolved, ids: readonly BlobId[], name: string, asked: Asked): Promise<number> {
  const { store } = resolved;
  const [texts, facts] = await Promise.all([store.files.texts(ids), store.files.facts(ids)]);
  const counts = new Map<BlobId, number>();
  for (const id of ids) {
    const text = texts.get(id);
    const packed = facts.get(id);
    if (text === undefined || packed === undefined || !text.includes(name)) continue;
    const occurrences = occurrencesOf(packed, text, name);
    let count = 0;
    for (const relation of asked.relations) {
      if (relation === 'references') count += occurrences.length;
      else if (relation === 'implementations') count += occurrences.filter(({ role }) => role === 'inherit').length;
      else count += new Set(occurrences.flatMap(({ role, symbol }) => (role === 'call' ? [symbol] : []))).size;
    }
    if (count > 0) counts.set(id, count);
  }
  const places = await placesOf(resolved, [...counts.keys()]);
  let total = 0;
  for (const [id, count] of counts) total += count * (places.get(id)?.length ?? 0);
  return total;
}

/** The line of an offset, for edges that are told by the place of the call. */
export function lineOfOffset(text: string, offset: number): { line: number; start: number } {
  const line = new LineCounter(text).lineOf(offset);
  return { line, start: startOfLine(text, line) };
}
