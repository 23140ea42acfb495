import type { SymbolFact } from '../../domain/mod.ts';
import { signatureOf } from '../answer/result.ts';
import type { OutlineItem } from '../requests.ts';

export function outlineOf(symbols: readonly SymbolFact[], text: string): readonly OutlineItem[] {
  return symbols.map((symbol) => itemOf(symbol, symbols, text));
}

export function itemOf(symbol: SymbolFact, symbols: readonly SymbolFact[], text: string): OutlineItem {
  let depth = 0;
  for (let at = symbol.container; at >= 0; at = (symbols[at] as SymbolFact).container) depth++;
  return {
    name: symbol.name, kind: symbol.kind, signature: signatureOf(symbol, text), startLine: symbol.span.startLine, endLine: symbol.span.endLine,
    depth, exported: symbol.exported,
  };
}
