import { unpackSymbols, type Atom, type Expression } from '../../domain/mod.ts';
import type { TrigramPlan } from '../../store/mod.ts';
import { compilePattern, type Searcher } from '../regex/engine.ts';
import { compileLiteral } from '../regex/literal.ts';
import { parsePattern } from '../regex/parse.ts';
import { both, either, planOfLiteral, planOfPattern } from '../regex/trigram-plan.ts';

/** A line with matches. Offsets in the text; `lineEnd` is before the line break. */
export interface LineHit {
  readonly lineStart: number;
  readonly lineEnd: number;
  /** [start, end) pairs, ascending; at most a few dozen. */
  readonly matches: readonly (readonly [number, number])[];
  /** Distinct atoms of the query on the line. */
  readonly atoms: number;
}

const MATCHES_OF_LINE = 50;

type Test = () => boolean;

/** An expression made ready to be held against one file after the other. Not shared between running searches. */
export class FileMatcher {
  readonly plan: TrigramPlan;
  /** The query asks for symbols, so `reset` wants the facts of the file. */
  readonly needsFacts: boolean;
  /** The atoms that a hit may show: those not under a NOT. */
  readonly positive: readonly Atom[];
  readonly #searchers: Searcher[] = [];
  readonly #all: (Searcher | SymbolSearcher)[] = [];
  readonly #test: Test;

  constructor(expression: Expression) {
    const positive: Atom[] = [];
    const plans = new Map<Atom, TrigramPlan>();
    const compile = (each: Expression, negated: boolean): Test => {
      switch (each.kind) {
        case 'not': {
          const inner = compile(each.item, !negated);
          return () => !inner();
        }
        case 'and': {
          // Literals are the cheapest to refute.
          const tests = [...each.items].sort((a, b) => cost(a) - cost(b)).map((item) => compile(item, negated));
          return () => tests.every((test) => test());
        }
        case 'or': {
          const tests = each.items.map((item) => compile(item, negated));
          return () => tests.some((test) => test());
        }
        case 'atom': {
          const { searcher, plan } = compileAtom(each.atom);
          plans.set(each.atom, plan);
          this.#all.push(searcher);
          if (!negated) {
            positive.push(each.atom);
            this.#searchers.push(searcher);
          }
          return () => searcher.next(0);
        }
      }
    };
    this.#test = compile(expression, false);
    this.plan = planOf(expression, plans);
    this.positive = positive;
    this.needsFacts = this.#all.some((searcher) => searcher instanceof SymbolSearcher);
  }

  /** Takes up a text; `packed` are its facts, if it has any. */
  reset(text: string, packed: Uint8Array | undefined): void {
    for (const searcher of this.#all) {
      if (searcher instanceof SymbolSearcher) searcher.take(text, packed);
      else searcher.reset(text);
    }
    this.#text = text;
  }

  #text = '';

  matches(): boolean {
    return this.#test();
  }

  /** How many lines hold a match. */
  count(): number {
    const text = this.#text;
    if (this.#searchers.length === 1) return countLines(text, this.#searchers[0] as Searcher, null);
    const starts = new Set<number>();
    for (const searcher of this.#searchers) countLines(text, searcher, starts);
    return starts.size;
  }

  /** The lines with matches in order, those beginning before `from` left out. */
  lines(most: number, from: number = 0): LineHit[] {
    const text = this.#text;
    const found = new Map<number, { matches: [number, number][]; atoms: Set<number> }>();
    this.#searchers.forEach((searcher, atom) => {
      let own = 0;
      for (let at = from; at <= text.length && searcher.next(at);) {
        const { start, end } = searcher;
        if (pastLastLine(text, start)) break;
        const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
        let line = found.get(lineStart);
        if (line === undefined) {
          if (own++ >= most) break;
          found.set(lineStart, (line = { matches: [], atoms: new Set() }));
        }
        line.atoms.add(atom);
        if (line.matches.length < MATCHES_OF_LINE) line.matches.push([start, end]);
        else {
          const next = text.indexOf('\n', end);
          if (next < 0) break;
          at = next + 1;
          continue;
        }
        at = end > start ? end : end + 1;
      }
    });
    return [...found.entries()].sort((a, b) => a[0] - b[0]).slice(0, most).map(([lineStart, { matches, atoms }]) => {
      const newline = text.indexOf('\n', lineStart);
      return {
        lineStart, lineEnd: newline < 0 ? text.length : newline, atoms: atoms.size,
        matches: matches.sort((a, b) => a[0] - b[0] || b[1] - a[1]).filter(([start, end], at, all) => at === 0 || start >= (all[at - 1] as [number, number])[1] || end > (all[at - 1] as [number, number])[1]),
      };
    });
  }
}

function cost(expression: Expression): number {
  if (expression.kind !== 'atom') return 2;
  return expression.atom.kind === 'literal' ? 0 : expression.atom.kind === 'regex' ? 1 : 3;
}

/** After a last line break there is no further line, so an empty match there is none. */
function pastLastLine(text: string, start: number): boolean {
  return start === text.length && (start === 0 || text.charCodeAt(start - 1) === 10);
}

function countLines(text: string, searcher: Searcher, starts: Set<number> | null): number {
  let count = 0;
  let at = 0;
  while (at <= text.length && searcher.next(at)) {
    const { start } = searcher;
    if (pastLastLine(text, start)) break;
    if (starts === null) count++;
    else starts.add(start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1);
    const newline = text.indexOf('\n', start);
    if (newline < 0) break;
    at = newline + 1;
  }
  return count;
}

function compileAtom(atom: Atom): { searcher: Searcher | SymbolSearcher; plan: TrigramPlan } {
  if (atom.kind === 'literal') return { searcher: compileLiteral(atom.text, atom.caseSensitive), plan: planOfLiteral(atom.text) };
  if (atom.kind === 'symbol') return { searcher: new SymbolSearcher(atom.name), plan: planOfLiteral(atom.name.split(/\.|::|#/).at(-1) ?? atom.name) };
  const pattern = parsePattern(atom.source, { caseSensitive: atom.caseSensitive });
  return { searcher: compilePattern(pattern, atom.source), plan: planOfPattern(pattern.node) };
}

function planOf(expression: Expression, plans: ReadonlyMap<Atom, TrigramPlan>): TrigramPlan {
  switch (expression.kind) {
    case 'atom': return plans.get(expression.atom) ?? { kind: 'all' };
    case 'not': return { kind: 'all' };
    case 'and': return expression.items.map((item) => planOf(item, plans)).reduce(both, { kind: 'all' });
    case 'or': return either(expression.items.map((item) => planOf(item, plans)));
  }
}

/** Finds the names of the symbols that a file defines. Case is ignored, as everywhere. */
class SymbolSearcher implements Searcher {
  start = 0;
  end = 0;
  readonly #name: string;
  #spans: readonly (readonly [number, number])[] = [];

  constructor(name: string) {
    this.#name = (name.split(/\.|::|#/).at(-1) ?? name).toLowerCase();
  }

  reset(): void {
    this.#spans = [];
  }

  take(text: string, packed: Uint8Array | undefined): void {
    this.#spans = packed === undefined ? [] : unpackSymbols(packed, text)
      .filter(({ name }) => name.toLowerCase() === this.#name)
      .map(({ nameStart, name }) => [nameStart, nameStart + name.length] as const);
  }

  next(from: number): boolean {
    const found = this.#spans.find(([start]) => start >= from);
    if (found === undefined) return false;
    [this.start, this.end] = found;
    return true;
  }
}
