/** What a reader of some lines would open the file for: the heads around them, and what stands before and after. */
import type { Result, SymbolFact, SymbolHead, SymbolKind } from '../../domain/mod.ts';
import { signatureOf } from './result.ts';
import { startOfLine } from './lines.ts';

/** Neighbours named on each side. */
const BESIDE = 2;
/** Parts of definitions, which say nothing of a file's outline. */
const PARTS: ReadonlySet<SymbolKind> = new Set(['parameter', 'type_parameter', 'variable', 'key', 'string', 'number', 'boolean', 'array', 'null', 'enum_member', 'package']);

/** Heads that begin before the lines and go on in them, and the siblings before and after. `index`: the symbol that the lines are shown under, or -1. */
export function surroundings(symbols: readonly SymbolFact[], index: number, text: string, firstLine: number, lastLine: number): Pick<Result, 'enclosing' | 'neighbours'> {
  const start = startOfLine(text, firstLine);
  const at = start + Math.max(0, text.slice(start, start + 400).search(/\S/));
  const enclosing = symbols.filter(({ span, kind }) => span.startLine < firstLine && span.start <= at && at < span.end && !PARTS.has(kind));
  const container = symbols[index]?.container ?? -1;
  const before: SymbolFact[] = [];
  const after: SymbolFact[] = [];
  for (const symbol of symbols) {
    if (symbol.container !== container || PARTS.has(symbol.kind) || symbol === symbols[index]) continue;
    if (symbol.span.endLine < firstLine) {
      before.push(symbol);
      if (before.length > BESIDE) before.shift();
    } else if (symbol.span.startLine > lastLine && after.length < BESIDE) after.push(symbol);
  }
  const head = (symbol: SymbolFact, most: number): SymbolHead => {
    const signature = signatureOf(symbol, text);
    const short = signature === null || signature.length <= most ? signature : `${signature.slice(0, most - 1)}…`;
    return { name: symbol.name, kind: symbol.kind, signature: short, startLine: symbol.span.startLine, endLine: symbol.span.endLine };
  };
  return {
    ...(enclosing.length === 0 ? {} : { enclosing: enclosing.map((symbol) => head(symbol, 300)) }),
    ...(before.length + after.length === 0 ? {} : { neighbours: [...before, ...after].map((symbol) => head(symbol, 100)) }),
  };
}
