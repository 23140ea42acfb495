import { CodeIndexError } from '../../base/mod.ts';
import { languageNamed } from '../../code/mod.ts';
import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { startOfLine } from '../answer/lines.ts';
import { symbolAround, symbolsOf } from '../answer/result.ts';
import type { SimilarRequest } from '../requests.ts';
import { resolve, type Resolved } from '../scope/resolve.ts';
import { findDefinitions } from '../symbols/definitions.ts';
import { splitName } from '../symbols/name.ts';

/** More of a snippet than this adds nothing but time. */
const MOST_CHARS = 40_000;

/** What was asked about. */
export interface Sample {
  readonly text: string;
  readonly language: string | null;
  /** The stretch that was asked about, which is no answer to itself. */
  readonly own: { readonly blob: BlobId; readonly start: number; readonly end: number } | null;
  readonly shown: string;
  readonly notes: readonly string[];
}

/** Errors: `invalid_query` (nothing to compare, an unknown language), `not_found` (no such file or symbol). */
export async function sampleOf(store: Store, request: SimilarRequest): Promise<Sample> {
  const language = request.language === undefined ? null : languageNamed(request.language);
  if (request.language !== undefined && language === null) {
    throw new CodeIndexError('invalid_query', `No language is called "${request.language}".`, 'Leave the language of the snippet out, or name one such as `python`.');
  }
  if (request.snippet !== undefined) return cut({ text: request.snippet, language: language?.name ?? null, own: null, shown: request.snippet.slice(0, 200), notes: [] });
  if (request.symbol !== undefined) return cut(await sampleOfSymbol(store, request, request.symbol));
  return cut(await sampleAt(store, request));
}

function cut(sample: Sample): Sample {
  if (sample.text.trim() === '') throw new CodeIndexError('invalid_query', 'The snippet is empty.', 'Give a few lines of code.');
  if (sample.text.length <= MOST_CHARS) return sample;
  const end = sample.text.lastIndexOf('\n', MOST_CHARS);
  const text = sample.text.slice(0, end > MOST_CHARS / 2 ? end : MOST_CHARS);
  return { ...sample, text, notes: [`Of ${sample.text.length.toLocaleString('en-US')} characters the first ${text.length.toLocaleString('en-US')} were compared.`] };
}

/** Where the sample may lie, first to last: languages, paths and repositories narrow the answers, not the question. */
function whereabouts(request: SimilarRequest): readonly SimilarRequest[] {
  const { languages: _languages, paths: _paths, repositories, purpose: _purpose, sampleRepositories, ...where } = request;
  if (sampleRepositories !== undefined) return [{ ...where, repositories: sampleRepositories }];
  return [where, ...(repositories === undefined || repositories.length === 0 ? [] : [{ ...where, repositories }]), { ...where, repositories: ['*'] }];
}

/** What `find` gives in the first of the places that has it. */
async function firstOf<T>(store: Store, request: SimilarRequest, find: (resolved: Resolved) => Promise<T | null>): Promise<T | null> {
  for (const where of whereabouts(request)) {
    const found = await find(await resolve(store, where));
    if (found !== null) return found;
  }
  return null;
}

async function sampleOfSymbol(store: Store, request: SimilarRequest, typed: string): Promise<Sample> {
  const hash = typed.indexOf('#');
  const path = hash > 0 && /[/.]/.test(typed.slice(0, hash)) ? typed.slice(0, hash).replace(/^\.?\/+/, '') : request.path;
  const name = path !== undefined && hash > 0 ? typed.slice(hash + 1) : typed;
  const { last } = splitName(name);
  const best = await firstOf(store, request, async (resolved) => {
    const { found } = await findDefinitions(resolved, name, { exactOnly: true });
    const here = found.filter(({ place: { entry } }) => path === undefined || entry.path === path || entry.path.endsWith(`/${path}`));
    return here.find(({ symbol }) => symbol.name === last) ?? here[0] ?? null;
  });
  if (best === null) {
    throw new CodeIndexError('not_found', `No symbol "${name}" is defined${path === undefined ? '' : ` in "${path}"`}.`, 'Look its name up with `symbol`, or give a path with a line.');
  }
  const { symbol, text, blob, place, info } = best;
  const start = symbol.docStart < 0 ? symbol.span.start : Math.min(symbol.docStart, symbol.span.start);
  return { text: text.slice(start, symbol.span.end), language: info?.language ?? null, own: { blob, start, end: symbol.span.end }, shown: `${place.entry.path}#${symbol.name}`, notes: [] };
}

/** The lines named, or the symbol around the one line. */
async function sampleAt(store: Store, request: SimilarRequest): Promise<Sample> {
  const { path, startLine } = request;
  if (path === undefined || startLine === undefined) throw new CodeIndexError('invalid_query', 'Nothing to compare with was named.', 'Give a snippet, a symbol, or a path with a line.');
  const wanted = path.replace(/^\.?\/+/, '');
  const found = await firstOf(store, request, (resolved) => stretchIn(store, resolved, wanted, startLine, request.endLine));
  if (found === null) throw new CodeIndexError('not_found', `No indexed file has the path "${path}".`, 'Give the path from the root of the repository.');
  return found;
}

async function stretchIn(store: Store, { viewIds }: Resolved, wanted: string, startLine: number, endLine: number | undefined): Promise<Sample | null> {
  for (const view of viewIds) {
    const blob = (await store.files.entriesAt(view, [wanted])).get(wanted)?.blob ?? null;
    if (blob === null) continue;
    const [texts, facts, infos] = await Promise.all([store.files.texts([blob]), store.files.facts([blob]), store.files.blobs([blob])]);
    const text = texts.get(blob) ?? '';
    let start = startOfLine(text, startLine);
    if (start >= text.length) throw new CodeIndexError('invalid_query', `Line ${startLine} is past the end of "${wanted}".`, 'Name a line that is there.');
    let end = startOfLine(text, (endLine ?? startLine) + 1);
    if (endLine === undefined) {
      const symbols = symbolsOf(facts.get(blob), text);
      const around = symbols[symbolAround(symbols, Math.max(start, start + text.slice(start, end).search(/\S/)))];
      if (around !== undefined) [start, end] = [around.span.start, around.span.end];
    }
    return { text: text.slice(start, end), language: infos.get(blob)?.language ?? null, own: { blob, start, end }, shown: `${wanted}:${startLine}`, notes: [] };
  }
  return null;
}
