/** How much of each result is shown where not all of an answer fits: the best as whole as can be, later ones ever shorter. */
import type { Answer, Result } from '../../domain/mod.ts';

/** Share of the room that the first result may take when others follow. */
const FIRST = 0.65;
/** Sizes are estimated from what a character of code costs in this answer; where that was too little, everything gives way. */
const SCALES = [1, 0.93, 0.86, 0.78, 0.68, 0.55, 0.4, 0.2, 0];
/** The head of what is shown is worth as much as this many lines with matches, or this share of them all. */
const HEAD_WORTH = 2;
const HEAD_SHARE = 0.3;
/** Matches told of a result that is cut. */
const MOST_MATCHES = 8;
/** A blank line, or an annotation of what is not shown any more. */
const OPENS_NEXT = /^\s*(?:@\w+)?\s*$/;
/** Doc comments and annotations stand above a head. */
const ABOVE_HEAD = /^\s*(?:\/\/|\/\*|\*|#|--|@|%|;)/;

/** The answer within `room`, its results cut to whole lines, the first as it is where `firstWhole`; null where it cannot be. `measure` gives the size of an answer. */
export function within(answer: Answer, room: number, measure: (answer: Answer) => number, firstWhole: boolean): Answer | null {
  const whole = measure(answer);
  if (whole <= room) return answer;
  const { results } = answer;
  const sizes = results.map(({ snippet }) => snippet.length);
  const least = { ...answer, results: results.map((one, at) => (at === 0 ? shorten(one, 0) : pointer(one, 0))) };
  const around = measure(least);
  const cost = (whole - around) / Math.max(1, sizes.reduce((sum, size) => sum + size, 0) - least.results.reduce((sum, { snippet }) => sum + snippet.length, 0));
  const shares = sharesOf(sizes, (room - around) / Math.max(1, cost) + least.results.reduce((sum, { snippet }) => sum + snippet.length, 0), firstWhole);
  for (const scale of SCALES) {
    const shaped = { ...answer, results: results.map((one, at) => at === 0 && firstWhole ? one : (at === 0 ? shorten : pointer)(one, (shares[at] as number) * scale)) };
    if (measure(shaped) <= room) return shaped;
  }
  return null;
}

/** Characters for each result: the first up to its part, the others by rank, none more than it has, the rest to the first. */
function sharesOf(sizes: readonly number[], room: number, firstWhole: boolean): readonly number[] {
  const shares = sizes.map((size, at) => (at === 0 ? (firstWhole ? size : Math.min(size, sizes.length === 1 ? room : room * FIRST)) : 0));
  const weight = (at: number): number => 1 / (1 + at / 2);
  let left = room - (shares[0] ?? 0);
  let open = sizes.map((_, at) => at).slice(1);
  for (;;) {
    const unit = left / Math.max(1e-9, open.reduce((sum, at) => sum + weight(at), 0));
    const filled = open.filter((at) => (sizes[at] as number) <= unit * weight(at));
    for (const at of filled) left -= shares[at] = sizes[at] as number;
    open = open.filter((at) => !filled.includes(at));
    if (filled.length > 0) continue;
    for (const at of open) shares[at] = unit * weight(at);
    if (open.length === 0) shares[0] = Math.min(sizes[0] ?? 0, (shares[0] ?? 0) + left);
    return shares;
  }
}

/** A result in whole lines of at most `chars` together, at least one: its beginning, or where most of its matches are. */
export function shorten(result: Result, chars: number): Result {
  if (result.snippet.length <= chars) return result;
  const lines = result.snippet.split('\n');
  const matched = new Set(result.matches.map(({ line }) => line - result.startLine));
  const endFrom = (from: number): number => {
    let end = from + 1;
    for (let size = (lines[from] as string).length; end < lines.length && (size += (lines[end] as string).length + 1) <= chars; end++);
    return end;
  };
  const head = headIn(lines, result.symbol);
  const worthOfHead = Math.max(HEAD_WORTH, HEAD_SHARE * matched.size);
  const worth = (from: number): number => {
    const held = [...matched].filter((line) => line >= from && line < endFrom(from)).length;
    // What was asked for is shown, be it far from the head: the heading gives that.
    return held + (from === head && (held > 0 || matched.size === 0) ? worthOfHead : 0);
  };
  let [from, best] = [head, worth(head)];
  for (const line of result.kind === 'symbol' ? [] : [...matched].sort((a, b) => a - b)) {
    const at = (lines[line - 1] ?? '').trim() === '' ? line : line - 1;
    const value = worth(at);
    if (value > best) [from, best] = [at, value];
  }
  let end = endFrom(from);
  // Room that is left behind the last line goes to lines before the first.
  while (end === lines.length && from > 0 && lines.slice(from - 1, end).join('\n').length <= chars) from--;
  while (end > from + 1 && OPENS_NEXT.test(lines[end - 1] as string)) end--;
  const [first, last] = [result.startLine + from, result.startLine + end - 1];
  // A head that ended before the lines that are left is not around them.
  const enclosing = result.enclosing?.filter((one) => one.startLine < first && one.endLine >= first);
  return {
    ...result, ...(enclosing === undefined ? {} : { enclosing }), snippet: lines.slice(from, end).join('\n'), startLine: first, endLine: last, matches: result.matches.filter(({ line }) => line >= first && line <= last).slice(0, MOST_MATCHES),
    whole: result.whole ?? { startLine: result.startLine, endLine: result.endLine },
  };
}

/** Where the symbol that a result is shown under begins in its lines, with what stands above it; the first line where it does not. */
function headIn(lines: readonly string[], symbol: Result['symbol']): number {
  const fold = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
  const signature = fold(symbol?.signature ?? '');
  let at = symbol === null ? 0 : Math.max(0, lines.findIndex((line) => line.includes(symbol.name) && signature.includes(fold(line).slice(0, 20))));
  while (at > 0 && ABOVE_HEAD.test(lines[at - 1] as string)) at--;
  return at;
}

/** Later results that are cut to less than half are pointers: their neighbours are left to whoever opens them. */
export function pointer(result: Result, chars: number): Result {
  if (result.snippet.length <= 2 * chars) return shorten(result, chars);
  const { neighbours: _neighbours, ...rest } = shorten(result, chars);
  return rest;
}
