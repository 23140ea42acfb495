import { LIMITS } from '../../base/mod.ts';
import { unpackChunks, type ChunkFact, type Result, type Span, type SymbolFact } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import { identifiersOf } from '../../words/mod.ts';
import { lastLineWithin, startOfLine, withoutBlankEnds } from '../answer/lines.ts';
import { ResultMaker, resultSymbol, snippetOf, symbolOfChunk, symbolsOf } from '../answer/result.ts';
import { surroundings } from '../answer/surroundings.ts';
import { elsewhere } from '../answer/twins.ts';
import type { Resolved } from '../scope/resolve.ts';
import { reasonsOf } from './reasons.ts';
import type { Sample } from './asked.ts';
import type { Scored } from './compared.ts';
import { FAMILY, sketchOf, type Features } from './sketch.ts';

/** Stretches at least this alike (runs of tokens shared over all of both) are told once. */
const NEARLY_SAME = 0.85;
/** Paths named of what is nearly the same. */
const TWINS_NAMED = 3;

/** The nearest as results; what is nearly the same as one before it is named there. */
export async function render(resolved: Resolved, sample: Sample, scored: readonly Scored[], limit: number): Promise<readonly Result[]> {
  const kept: { readonly scored: Scored; readonly twins: Place[] }[] = [];
  for (const each of scored) {
    const twin = kept.find((other) => alike(other.scored, each) >= NEARLY_SAME);
    if (twin !== undefined) twin.twins.push(each.place);
    else if (kept.length < limit) kept.push({ scored: each, twins: [] });
    else break;
  }
  const ids = [...new Set(kept.map(({ scored: { blob } }) => blob))];
  const [infos, places] = await Promise.all([resolved.store.files.blobs(ids), resolved.store.files.places(resolved.viewIds, ids)]);
  const maker = new ResultMaker(resolved);
  const asked = sketchOf(sample.text, sample.language, { spell: true });
  const words = new Set(identifiersOf(sample.text));
  const best = kept[0]?.scored.score ?? 0;
  return kept.map(({ scored: each, twins }) => {
    const { text, facts, chunk } = each;
    const symbols = symbolsOf(facts, text);
    const stretch = chunk ?? (facts === undefined ? undefined : unpackChunks(facts)[0]) ?? wholeOf(text);
    const index = symbolOfChunk(symbols, stretch.symbol, stretch.span, spansOf(text, stretch.span, words));
    const [first, last] = withoutBlankEnds(text, ...shownLines(text, stretch.span, symbols[index]));
    const { snippet } = snippetOf(text, first, last, [], startOfLine(text, first));
    const paths = [...new Set(twins.map(({ entry }) => entry.path))];
    const more = paths.length === 0 ? [] : [`nearly the same: ${paths.slice(0, TWINS_NAMED).join(', ')}${paths.length > TWINS_NAMED ? ` and ${paths.length - TWINS_NAMED} more` : ''}`];
    return {
      ...maker.base(each.place, infos.get(each.blob)), startLine: first, endLine: first + snippet.split('\n').length - 1,
      // The best is 1; what is e times less likely to be the same idea is a third of it.
      score: Math.round(Math.exp(each.score - best) * 1000) / 1000,
      kind: 'chunk', symbol: resultSymbol(symbols, index, text), snippet, matches: [], why: [...reasonsOf(asked, each), ...more],
      ...surroundings(symbols, index, text, first, last), ...elsewhere(maker, each.place, [...(places.get(each.blob) ?? []), ...twins]),
    };
  });
}

function wholeOf(text: string): ChunkFact {
  return { span: { start: 0, end: text.length, startLine: 1, endLine: text.split('\n').length }, symbol: -1 };
}

function alike(one: Scored, two: Scored): number {
  const a = one.sketch.sketch.families[FAMILY.verbatim] as Features;
  const b = two.sketch.sketch.families[FAMILY.verbatim] as Features;
  const [least, most] = [Math.min(a.hashes.length, b.hashes.length), Math.max(a.hashes.length, b.hashes.length)];
  if (least === 0 || least < most * NEARLY_SAME) return 0;
  let shared = 0;
  for (let i = 0, j = 0; i < a.hashes.length && j < b.hashes.length; ) {
    const difference = (a.hashes[i] as number) - (b.hashes[j] as number);
    if (difference === 0) shared++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return shared / (a.hashes.length + b.hashes.length - shared);
}

/** The symbol that a chunk is shown under, where it begins in the chunk, else the chunk; of a long one what a reader takes in at once. */
function shownLines(text: string, chunk: Span, symbol: SymbolFact | undefined): readonly [number, number] {
  const begins = symbol !== undefined && symbol.nameStart >= chunk.start && symbol.nameStart < chunk.end;
  const from = !begins ? chunk.start : Math.max(chunk.start, symbol.docStart < 0 ? symbol.span.start : Math.min(symbol.docStart, symbol.span.start));
  const first = chunk.startLine + text.slice(chunk.start, from).split('\n').length - 1;
  return [first, lastLineWithin(text, first, begins ? Math.max(symbol.span.endLine, first) : chunk.endLine, LIMITS.chunkMaxChars)];
}

/** Where a chunk has the words of the sample. */
function spansOf(text: string, span: Span, words: ReadonlySet<string>): [number, number][] {
  const spans: [number, number][] = [];
  for (const { 0: word, index } of text.slice(span.start, span.end).matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
    if (words.has(word)) spans.push([span.start + index, span.start + index + word.length]);
  }
  return spans;
}
