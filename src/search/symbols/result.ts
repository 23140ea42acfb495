import { LIMITS } from '../../base/mod.ts';
import type { Result, Role, Tier } from '../../domain/mod.ts';
import { lastLineWithin } from '../answer/lines.ts';
import { resultSymbol, snippetOf, type ResultMaker } from '../answer/result.ts';
import { surroundings } from '../answer/surroundings.ts';
import type { Relation, SymbolResult } from '../requests.ts';
import type { Definition } from './definitions.ts';

/** Lines shown of the other end of an edge; a definition that was asked for is shown as far as a reader takes it in at once. */
const LINES_SHOWN = 12;

/** A definition as a result. */
export function definitionResult(maker: ResultMaker, definition: Definition, edge?: { relation: Relation; role: Role; tier: Tier; method: string; why?: readonly string[] }): SymbolResult {
  const { symbol, text, symbols, index } = definition;
  const { startLine, endLine } = symbol.span;
  const last = edge === undefined ? lastLineWithin(text, startLine, endLine, LIMITS.chunkMaxChars) : Math.min(endLine, startLine + LINES_SHOWN - 1);
  const { snippet, matches } = snippetOf(text, startLine, last, [[symbol.nameStart, symbol.nameStart + symbol.name.length]]);
  const result: Result = {
    ...maker.base(definition.place, definition.info), startLine, endLine, score: definition.score, kind: 'symbol',
    symbol: resultSymbol(symbols, index, text), snippet, matches, why: [...definition.why, ...(edge?.why ?? [])],
    ...(edge === undefined ? surroundings(symbols, index, text, startLine, endLine) : {}),
  };
  return { ...result, relation: edge?.relation ?? 'definition', role: edge?.role ?? 'definition', tier: edge?.tier ?? 'resolved', method: edge?.method ?? 'definition' };
}
