import type { SymbolFact } from '../../domain/mod.ts';

/** Variables of a function: no place to cut a chunk at, and never what a use of a name is said to be in. */
export function isLocal(symbols: readonly SymbolFact[], symbol: SymbolFact): boolean {
  if (symbol.kind !== 'variable' && symbol.kind !== 'constant') return false;
  const around = symbols[symbol.container]?.kind;
  return around === 'function' || around === 'method' || around === 'constructor' || (around !== undefined && isLocal(symbols, symbols[symbol.container] as SymbolFact));
}
