/** Definitions in clauses: a signature with its equations (Haskell), the heads of one function (Elixir). */
import type { FoundReference, FoundSymbol } from './found.ts';

const LONGEST_GAP = 1_000;

/**
 * One symbol for neighbours of one name on one level; `symbols` are sorted by start, the longer first.
 * The names of later clauses go to `references` as definitions, so that they count as no use.
 */
export function joinClauses(symbols: readonly FoundSymbol[], text: string, references: FoundReference[]): FoundSymbol[] {
  const joined: FoundSymbol[] = [];
  /** Indexes in `joined` of the symbols around the one in hand, and the last one closed on each level. */
  const open: number[] = [];
  const latest: (number | undefined)[] = [];
  for (const symbol of symbols) {
    while (open.length > 0 && (joined[open[open.length - 1] as number] as FoundSymbol).end <= symbol.start) open.pop();
    latest.length = Math.min(latest.length, open.length + 1);
    const before = latest[open.length];
    if (before !== undefined && isClauseOf(joined[before] as FoundSymbol, symbol, text)) {
      joined[before] = { ...(joined[before] as FoundSymbol), end: symbol.end };
      references.push({ role: 'definition', start: symbol.nameStart, end: symbol.nameEnd, qualifierStart: -1, qualifierEnd: -1, rank: 0 });
      open.push(before);
      continue;
    }
    latest[open.length] = joined.length;
    open.push(joined.length);
    joined.push(symbol);
  }
  return joined;
}

function isClauseOf(first: FoundSymbol, next: FoundSymbol, text: string): boolean {
  return first.kind === next.kind && first.end <= next.start && next.start - first.end <= LONGEST_GAP
    && text.slice(first.nameStart, first.nameEnd) === text.slice(next.nameStart, next.nameEnd)
    && isBare(text.slice(first.end, next.start));
}

/** Nothing but white space, pragmas and comments. A plain scan: a regular expression would try every way to split a line of dashes. */
function isBare(gap: string): boolean {
  for (let at = 0; at < gap.length; ) {
    if (gap.charCodeAt(at) <= 32) at++;
    else if (gap[at] === '#' || gap.startsWith('--', at)) at = endOf(gap, '\n', at);
    else if (gap.startsWith('{-', at)) at = endOf(gap, '-}', at);
    else return false;
  }
  return true;
}

function endOf(gap: string, mark: string, from: number): number {
  const at = gap.indexOf(mark, from);
  return at === -1 ? gap.length : at + mark.length;
}
