import { CodeIndexError } from '../../base/mod.ts';
import type { SymbolFact } from '../../domain/mod.ts';
import type { Place, Store } from '../../store/mod.ts';
import { coverageOf, freshnessOf, freshnessOfPlace } from '../answer/envelope.ts';
import { countOfLines, startOfLine } from '../answer/lines.ts';
import { ResultMaker, symbolAround, symbolsOf } from '../answer/result.ts';
import type { OutlineItem, ReadAnswer, ReadRequest } from '../requests.ts';
import { resolve, type Resolved } from '../scope/resolve.ts';
import { nearest } from '../scope/nearest.ts';
import { findDefinitions } from '../symbols/definitions.ts';
import { splitName } from '../symbols/name.ts';
import { mapOf } from './map.ts';
import { itemOf, outlineOf } from './outline.ts';

const TOKEN_CHARS = 4;
const DEFAULT_TOKENS = 8_000;
const DEFAULT_MAP_TOKENS = 1_500;

/**
 * Reads what is indexed: lines of a file, the body of a symbol, an outline, or the map of a repository.
 * Errors: `not_found` with the nearest names, `invalid_query` for a range that is none.
 */
export async function read(store: Store, request: ReadRequest): Promise<ReadAnswer> {
  const resolved = await resolve(store, request);
  if (request.view === 'map') return answerMap(resolved, request);
  if (request.symbol !== undefined) {
    const hash = request.symbol.indexOf('#');
    const path = hash > 0 && /[/.]/.test(request.symbol.slice(0, hash)) ? request.symbol.slice(0, hash) : request.path;
    return readSymbol(resolved, path === request.path ? request.symbol : request.symbol.slice(hash + 1), path, request);
  }
  if (request.path === undefined) throw new CodeIndexError('invalid_query', 'Nothing to read was named.', 'Give a path, a symbol, or view "map".');
  const file = await openFile(resolved, request.path);
  if (request.view === 'outline') return answerWith(resolved, file, { startLine: 1, endLine: file.totalLines, text: '', outline: outlineOf(file.symbols, file.text), truncated: false });
  return readLines(resolved, file, request);
}

interface File {
  readonly place: Place;
  readonly language: string;
  readonly text: string;
  readonly totalLines: number;
  readonly symbols: readonly SymbolFact[];
}

async function openFile(resolved: Resolved, typed: string): Promise<File> {
  const place = await findPlace(resolved, typed.replace(/^\.?\/+/, ''));
  const { entry } = place;
  if (entry.blob === null) {
    throw new CodeIndexError('not_found', `"${entry.path}" was left out of the index: ${entry.skipped?.replaceAll('_', ' ') ?? 'it has no text'}.`, 'Read it from disk, or force it in with a `!` line in .codeindexignore.');
  }
  const [texts, facts, infos] = await Promise.all([resolved.store.files.texts([entry.blob]), resolved.store.files.facts([entry.blob]), resolved.store.files.blobs([entry.blob])]);
  const text = texts.get(entry.blob) ?? '';
  return { place, language: infos.get(entry.blob)?.language ?? 'text', text, totalLines: countOfLines(text), symbols: symbolsOf(facts.get(entry.blob), text) };
}

/** The path as given, or the one file whose path ends so. */
async function findPlace(resolved: Resolved, path: string): Promise<Place> {
  for (const view of resolved.viewIds) {
    const entry = (await resolved.store.files.entriesAt(view, [path])).get(path);
    if (entry !== undefined) return { view, entry };
  }
  const ending: Place[] = [];
  const similar = new Set<string>();
  const base = path.slice(path.lastIndexOf('/') + 1);
  for (const view of resolved.viewIds) {
    for (let after: string | undefined; ;) {
      const entries = await resolved.store.files.entries(view, { limit: 5_000, ...(after === undefined ? {} : { after }) });
      for (const entry of entries) {
        if (entry.path.endsWith(`/${path}`)) ending.push({ view, entry });
        else if (entry.path.toLowerCase().endsWith(base.toLowerCase())) similar.add(entry.path);
      }
      const last = entries.at(-1);
      if (last === undefined || entries.length < 5_000) break;
      after = last.path;
    }
  }
  const distinct = [...new Set(ending.map(({ entry }) => entry.path))];
  if (distinct.length === 1) return ending[0] as Place;
  if (distinct.length > 1) throw new CodeIndexError('not_found', `"${path}" is the end of ${distinct.length} paths.`, `Name one of them: ${distinct.slice(0, 5).join(', ')}.`);
  const near = similar.size > 0 ? [...similar].slice(0, 3) : nearest(path, [...similar]);
  throw new CodeIndexError('not_found', `No indexed file has the path "${path}".`, near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Search with a path: filter to find its path.');
}

async function readSymbol(resolved: Resolved, name: string, path: string | undefined, request: ReadRequest): Promise<ReadAnswer> {
  let { found } = await findDefinitions(resolved, name);
  if (path !== undefined) {
    const wanted = path.replace(/^\.?\/+/, '');
    found = found.filter(({ place }) => place.entry.path === wanted || place.entry.path.endsWith(`/${wanted}`));
  }
  const { last } = splitName(name);
  const named = found.filter(({ symbol }) => symbol.name.toLowerCase() === last.toLowerCase());
  const best = named[0];
  if (best === undefined) {
    const near = [...new Set(found.map(({ symbol }) => symbol.name))].slice(0, 3);
    throw new CodeIndexError('not_found', `No symbol "${name}" is defined${path === undefined ? '' : ` in "${path}"`}.`, near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Search for the text with mode `text`.');
  }
  const file: File = { place: best.place, language: best.info?.language ?? 'text', text: best.text, totalLines: countOfLines(best.text), symbols: best.symbols };
  if (request.view === 'outline') {
    const inside = best.symbols.filter(({ span }) => span.start >= best.symbol.span.start && span.end <= best.symbol.span.end);
    return answerWith(resolved, file, { startLine: best.symbol.span.startLine, endLine: best.symbol.span.endLine, text: '', outline: inside.map((symbol) => itemOf(symbol, best.symbols, file.text)), truncated: false });
  }
  const docLine = best.symbol.docStart < 0 || best.symbol.docStart > best.symbol.span.start ? best.symbol.span.startLine : best.symbol.span.startLine - linesIn(best.text.slice(best.symbol.docStart, best.symbol.span.start));
  return readLines(resolved, file, { ...request, startLine: docLine, endLine: best.symbol.span.endLine }, best.symbol);
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

async function readLines(resolved: Resolved, file: File, request: ReadRequest, asked?: SymbolFact): Promise<ReadAnswer> {
  const first = request.startLine ?? 1;
  const wanted = request.endLine ?? file.totalLines;
  if (first < 1 || wanted < first && file.totalLines > 0) {
    throw new CodeIndexError('invalid_query', `Lines ${first} to ${wanted} are no range.`, `The file has lines 1 to ${file.totalLines}.`);
  }
  if (first > file.totalLines && file.totalLines > 0) {
    throw new CodeIndexError('invalid_query', `Line ${first} is past the end of "${file.place.entry.path}".`, `It has ${file.totalLines} lines.`);
  }
  const start = startOfLine(file.text, first);
  const end = startOfLine(file.text, Math.min(wanted, file.totalLines) + 1);
  const room = (request.maxTokens ?? DEFAULT_TOKENS) * TOKEN_CHARS;
  let text = file.text.slice(start, end);
  const truncated = text.length > room;
  if (truncated) {
    const cut = text.lastIndexOf('\n', room);
    text = text.slice(0, cut < 0 ? room : cut + 1);
  }
  const endLine = first + Math.max(0, countOfLines(text) - 1);
  const enclosing = asked ?? file.symbols[symbolAround(file.symbols, start + Math.max(0, text.search(/\S/)))];
  return answerWith(resolved, file, { startLine: first, endLine, text: text.replace(/\r?\n$/, ''), enclosing, outline: request.startLine === undefined ? [] : neighbours(file, first, endLine, enclosing), truncated });
}

/** The siblings just before and after what was read. */
function neighbours(file: File, first: number, last: number, enclosing: SymbolFact | undefined): readonly OutlineItem[] {
  const container = enclosing === undefined ? -1 : enclosing.container;
  const siblings = file.symbols.filter((symbol) => symbol.container === container && symbol !== enclosing);
  const before = siblings.filter(({ span }) => span.endLine < first).slice(-2);
  const after = siblings.filter(({ span }) => span.startLine > last).slice(0, 2);
  return [...before, ...after].map((symbol) => itemOf(symbol, file.symbols, file.text));
}

interface Part {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly enclosing?: SymbolFact | undefined;
  readonly outline: readonly OutlineItem[];
  readonly truncated: boolean;
}

async function answerWith(resolved: Resolved, file: File, part: Part): Promise<ReadAnswer> {
  const maker = new ResultMaker(resolved);
  const view = maker.view(file.place);
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(view === undefined ? resolved.views : [view])]);
  return {
    repository: maker.repositoryName(file.place), branch: view?.branch ?? null, path: file.place.entry.path, language: file.language,
    startLine: part.startLine, endLine: part.endLine, totalLines: file.totalLines, text: part.text,
    enclosing: part.enclosing === undefined ? null : itemOf(part.enclosing, file.symbols, file.text),
    outline: part.outline, map: [], truncated: part.truncated, fileFreshness: freshnessOfPlace(file.place, view), coverage, freshness,
  };
}

async function answerMap(resolved: Resolved, request: ReadRequest): Promise<ReadAnswer> {
  const { map, truncated } = await mapOf(resolved, (request.maxTokens ?? DEFAULT_MAP_TOKENS) * TOKEN_CHARS, request.path);
  const [coverage, freshness] = await Promise.all([coverageOf(resolved), freshnessOf(resolved.views)]);
  return {
    repository: resolved.repositories.map(({ name }) => name).join(', '), branch: resolved.views[0]?.branch ?? null, path: null, language: null,
    startLine: 0, endLine: 0, totalLines: 0, text: '', enclosing: null, outline: [], map, truncated, fileFreshness: null, coverage, freshness,
  };
}
