import type { BlobId, Expression, Result } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import { readCursor, writeCursor } from '../answer/cursor.ts';
import { LineCounter } from '../answer/lines.ts';
import { ResultMaker, resultSymbol, snippetOf, symbolAround, symbolsOf } from '../answer/result.ts';
import type { SearchRequest } from '../requests.ts';
import type { Resolved } from '../scope/resolve.ts';
import { FileMatcher, type LineHit } from '../verify/matcher.ts';
import { allHits, type Position } from './all.ts';
import { pageSize } from './collect.ts';
import { pageOfHits, type PagePosition } from './page.ts';

const MOST_CONTEXT = 50;

export interface Found {
  readonly results: readonly Result[];
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly nextCursor: string | null;
}

/** A line that goes into the page. */
interface Shown {
  readonly blob: BlobId;
  readonly text: string;
  readonly place: Place;
  readonly hit: LineHit;
  readonly score: number;
  readonly why: readonly string[];
}

/** Text and regex modes: every line that holds what the query looks for, in files that satisfy all of it. */
export async function searchLines(resolved: Resolved, expression: Expression, request: SearchRequest, question: string): Promise<Found> {
  const matcher = new FileMatcher(expression);
  const limit = pageSize(request.limit);
  if (request.all === true) {
    const cursor = readCursor(request.cursor, question, 3);
    const after: Position | null = cursor === null ? null : { repository: String(cursor[0]), path: String(cursor[1]), line: Number(cursor[2]) };
    const { files, total, next } = await allHits(resolved, matcher, { after, limit, signal: request.signal, question });
    const shown = files.flatMap(({ blob, text, place, lines }) => lines.map((hit): Shown => ({ blob, text, place, hit, score: 0, why: [] })));
    return {
      results: await render(resolved, shown, request.context ?? 0), total: { value: total, exact: true },
      nextCursor: next === null ? null : writeCursor(question, [next.repository, next.path, next.line]),
    };
  }
  const cursor = readCursor(request.cursor, question, 3);
  const at: PagePosition | null = cursor === null ? null : { from: Number(cursor[0]), to: Number(cursor[1]), skip: Number(cursor[2]) };
  const { lines, total, next } = await pageOfHits(resolved, matcher, { at, limit, signal: request.signal });
  const shown = lines.map(({ file, place, hit, score, why }): Shown => ({ blob: file.blob, text: file.text, place, hit, score, why }));
  return {
    results: await render(resolved, shown, request.context ?? 0), total,
    nextCursor: next === null ? null : writeCursor(question, [next.from, next.to, next.skip]),
  };
}

async function render(resolved: Resolved, shown: readonly Shown[], context: number): Promise<readonly Result[]> {
  const ids = [...new Set(shown.map(({ blob }) => blob))];
  if (ids.length === 0) return [];
  const [infos, facts] = await Promise.all([resolved.store.files.blobs(ids), resolved.store.files.facts(ids)]);
  const maker = new ResultMaker(resolved);
  const files = new Map(shown.map(({ blob, text }) => [blob, { text, symbols: symbolsOf(facts.get(blob), text), counter: new LineCounter(text) }]));
  const around = Math.max(0, Math.min(context, MOST_CONTEXT));
  const bases = new Map<Place, ReturnType<ResultMaker['base']>>();
  return shown.map(({ blob, place, hit, score, why }) => {
    const { text, symbols, counter } = files.get(blob) as { text: string; symbols: ReturnType<typeof symbolsOf>; counter: LineCounter };
    const line = counter.lineOf(hit.lineStart);
    const last = hit.matches.reduce((most, [, end]) => (end > hit.lineEnd + 1 ? Math.max(most, counter.lineOf(end - 1)) : most), line);
    const first = Math.max(1, line - around);
    const { snippet, matches } = snippetOf(text, first, last + around, hit.matches, linesBack(text, hit.lineStart, line - first));
    let base = bases.get(place);
    if (base === undefined) bases.set(place, (base = maker.base(place, infos.get(blob))));
    return {
      ...base, startLine: first, endLine: first + snippet.split('\n').length - 1, score, kind: 'line' as const,
      symbol: resultSymbol(symbols, symbolAround(symbols, hit.matches[0]?.[0] ?? hit.lineStart), text), snippet, matches, why,
    };
  });
}

/** Start of the line that many lines before the one at `lineStart`. */
function linesBack(text: string, lineStart: number, lines: number): number {
  let at = lineStart;
  for (let i = 0; i < lines && at > 0; i++) at = at === 1 ? 0 : text.lastIndexOf('\n', at - 2) + 1;
  return at;
}
