/** Facts as lines of text, for tests and for reading: what was found, in order, one thing a line. */
import type { Facts, ImportFact, Occurrence, SymbolFact } from '../../domain/mod.ts';

export function listFacts(text: string, facts: Facts): string {
  const parts = [
    facts.symbols.map((symbol) => symbolLine(text, facts, symbol)),
    facts.occurrences.filter((occurrence) => occurrence.role !== 'definition').map((occurrence) => occurrenceLine(text, facts, occurrence)),
    facts.imports.map(importLine),
    facts.problems.map((problem) => `! ${problem.kind}`),
  ];
  return `${parts.filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** `12 method close < Socket | exported | void close(int how) | Closes it.` */
function symbolLine(text: string, facts: Facts, symbol: SymbolFact): string {
  const container = facts.symbols[symbol.container];
  const signature = text.slice(symbol.signatureStart, symbol.signatureEnd).replace(/\s+/g, ' ');
  const doc = symbol.docStart < 0 ? '' : ` | ${text.slice(symbol.docStart, symbol.docEnd).replace(/\s+/g, ' ')}`;
  return `${symbol.nameLine} ${symbol.kind} ${symbol.name}${container ? ` < ${container.name}` : ''} | ${symbol.exported ? 'exported' : 'local'} | ${signature}${doc}`;
}

/** `14 call send . socket < close` */
function occurrenceLine(text: string, facts: Facts, occurrence: Occurrence): string {
  const name = text.slice(occurrence.start, occurrence.start + occurrence.length);
  const qualifier = occurrence.qualifierStart < 0 ? '' : ` . ${text.slice(occurrence.qualifierStart, occurrence.qualifierStart + occurrence.qualifierLength)}`;
  const around = facts.symbols[occurrence.symbol];
  return `${occurrence.line} ${occurrence.role} ${name}${qualifier}${around ? ` < ${around.name}` : ''}`;
}

function importLine(fact: ImportFact): string {
  return `${fact.line} import ${fact.name || '-'} from ${fact.source}${fact.alias === '' ? '' : ` as ${fact.alias}`}`;
}
