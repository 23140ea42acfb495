import type { Result, Role, Tier } from '../../domain/mod.ts';
import { resultSymbol, snippetOf, type ResultMaker } from '../answer/result.ts';
import type { Relation, SymbolResult } from '../requests.ts';
import type { Definition } from './definitions.ts';

/** Lines of a definition that a result shows; reading it whole is `read`. */
const LINES_SHOWN = 12;

/** A definition as a result. */
export function definitionResult(maker: ResultMaker, definition: Definition, edge?: { relation: Relation; role: Role; tier: Tier; method: string; why?: readonly string[] }): SymbolResult {
  const { symbol, text, symbols, index } = definition;
  const { startLine, endLine } = symbol.span;
  const { snippet, matches } = snippetOf(text, startLine, Math.min(endLine, startLine + LINES_SHOWN - 1), [[symbol.nameStart, symbol.nameStart + symbol.name.length]]);
  const result: Result = {
    ...maker.base(definition.place, definition.info), startLine, endLine, score: definition.score, kind: 'symbol',
    symbol: resultSymbol(symbols, index, text), snippet, matches, why: [...definition.why, ...(edge?.why ?? [])],
  };
  return { ...result, relation: edge?.relation ?? 'definition', role: edge?.role ?? 'definition', tier: edge?.tier ?? 'resolved', method: edge?.method ?? 'definition' };
}
