import { LIMITS } from '../../base/mod.ts';
import type { Occurrence, SymbolFact } from '../../domain/mod.ts';
import type { FoundReference } from './found.ts';
import type { Lines } from './lines.ts';
import { isLocal } from './local.ts';

/** Pattern numbers below this keep their order in a sort key. */
const RANKS = 512;
const INDEXES = 2 ** 21;

/**
 * Uses of names sorted by place, one for each place: names of definitions first, then the lowest rank.
 * Each knows the innermost symbol around it; a definition's own name belongs to what is around the definition.
 */
export function occurrencesOf(found: readonly FoundReference[], symbols: readonly SymbolFact[], lines: Lines): Occurrence[] {
  const count = Math.min(found.length, INDEXES - 1);
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const reference = found[i] as FoundReference;
    keys[i] = (reference.start * RANKS + Math.min(reference.rank, RANKS - 1)) * INDEXES + i;
  }
  keys.sort();
  const names = symbols.map((_, index) => index).sort((a, b) => nameOf(symbols, a) - nameOf(symbols, b));
  const occurrences: Occurrence[] = [];
  const around = new Around(symbols);
  let nextName = 0;
  let last = -1;
  const define = (index: number): void => {
    const symbol = symbols[index] as SymbolFact;
    last = symbol.nameStart;
    occurrences.push({ start: symbol.nameStart, length: symbol.name.length, line: symbol.nameLine, role: 'definition', symbol: symbol.container, qualifierStart: -1, qualifierLength: 0 });
  };
  for (let k = 0; k < count && occurrences.length < LIMITS.occurrencesPerFile; k++) {
    const reference = found[(keys[k] as number) % INDEXES] as FoundReference;
    while (nextName < names.length && nameOf(symbols, names[nextName] as number) <= reference.start) define(names[nextName++] as number);
    if (reference.start === last) continue;
    last = reference.start;
    const qualified = reference.qualifierStart >= 0;
    occurrences.push({
      start: reference.start, length: reference.end - reference.start, line: lines.at(reference.start), role: reference.role,
      symbol: around.at(reference.start),
      qualifierStart: reference.qualifierStart, qualifierLength: qualified ? reference.qualifierEnd - reference.qualifierStart : 0,
    });
  }
  while (nextName < names.length && occurrences.length < LIMITS.occurrencesPerFile) define(names[nextName++] as number);
  return occurrences;
}

function nameOf(symbols: readonly SymbolFact[], index: number): number {
  return (symbols[index] as SymbolFact).nameStart;
}

/** The innermost symbol around offsets that are asked for in rising order. */
class Around {
  readonly #symbols: readonly SymbolFact[];
  readonly #open: number[] = [];
  #next = 0;

  constructor(symbols: readonly SymbolFact[]) {
    this.#symbols = symbols;
  }

  at(offset: number): number {
    const symbols = this.#symbols;
    const open = this.#open;
    while (this.#next < symbols.length && (symbols[this.#next] as SymbolFact).span.start <= offset) {
      const symbol = symbols[this.#next] as SymbolFact;
      if (isLocal(symbols, symbol)) {
        this.#next++;
        continue;
      }
      const span = symbol.span;
      while (open.length > 0 && (symbols[open[open.length - 1] as number] as SymbolFact).span.end <= span.start) open.pop();
      open.push(this.#next++);
    }
    while (open.length > 0 && (symbols[open[open.length - 1] as number] as SymbolFact).span.end <= offset) open.pop();
    return open[open.length - 1] ?? -1;
  }
}
