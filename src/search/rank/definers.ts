/** Which files define a name that the question holds, and how much of a definition it is. */
import { unpackSymbols, type BlobSet, type RepositoryId, type SymbolFact, type SymbolKind, type ViewId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { Question } from './question.ts';

/** Files whose symbols are read to weigh a definition; a name defined in more places says little about any. */
const READ = 60;

const KIND_WEIGHT: Readonly<Partial<Record<SymbolKind, number>>> = {
  class: 1, interface: 1, trait: 1, struct: 1, enum: 0.95, union: 0.9, type: 0.85, module: 0.7, namespace: 0.7, package: 0.6, object: 0.8,
  function: 0.9, macro: 0.6, constructor: 0.4, method: 0.6, constant: 0.6, variable: 0.5, section: 0.3, property: 0.35, field: 0.3, enum_member: 0.3, key: 0.2,
};
const KIND_WEIGHT_OTHER = 0.3;
/** A definition that its file keeps to itself, or that only names a thing defined elsewhere, answers less. */
const HIDDEN = 0.6;

export interface RankScope {
  readonly repositories: readonly RepositoryId[];
  readonly views: readonly ViewId[];
  readonly within: BlobSet;
}

export interface Definers {
  /** By blob, 0 to 1: whatever the case of the name, and exactly as typed. */
  readonly folded: ReadonlyMap<number, number>;
  readonly exact: ReadonlyMap<number, number>;
}

export async function definersOf(store: Store, scope: RankScope, question: Question): Promise<Definers> {
  const folded = new Map<number, number>();
  const exact = new Map<number, number>();
  for (const name of question.names) {
    const hits = await store.symbols.names({ repositories: scope.repositories, within: scope.within, name, match: 'exact', limit: 1 });
    const blobs = hits.flatMap((hit) => [...hit.blobs]);
    const read = blobs.slice(0, READ);
    const [texts, facts] = await Promise.all([store.files.texts(read), store.files.facts(read)]);
    for (const blob of blobs) {
      const text = texts.get(blob);
      const packed = facts.get(blob);
      const symbols = text === undefined || packed === undefined ? [] : unpackSymbols(packed, text).filter((symbol) => symbol.name.toLowerCase() === name.toLowerCase());
      raise(folded, blob, Math.max(KIND_WEIGHT_OTHER * HIDDEN, ...symbols.map(weightOf)));
      const same = symbols.filter((symbol) => symbol.name === name);
      if (same.length > 0) raise(exact, blob, Math.max(...same.map(weightOf)));
    }
  }
  return { folded, exact };
}

function weightOf(symbol: SymbolFact): number {
  const kind = KIND_WEIGHT[symbol.kind] ?? KIND_WEIGHT_OTHER;
  // A definition has a body; what fits into one line is often a re-export, a forward declaration or an alias.
  const lines = symbol.span.endLine - symbol.span.startLine;
  return kind * (symbol.exported ? 1 : HIDDEN) * (lines === 0 ? 0.8 : 1);
}

function raise(map: Map<number, number>, blob: number, value: number): void {
  map.set(blob, Math.max(map.get(blob) ?? 0, value));
}
