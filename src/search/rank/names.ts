/**
 * How near the names that a file defines are to a question, and the words of its folder to the question's words and
 * their neighbours in the model. Asked only of the strongest candidates, whose names are read from facts and remembered by content.
 */
import { unpackSymbols, type BlobId, type SymbolKind } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { partsOf, stem } from '../../words/mod.ts';
import type { NearNames } from './features.ts';
import { cosineOf, vectorOf, type QueryVector } from './meaning.ts';
import type { Question } from './question.ts';

/** Names of one file that are compared, and files whose names are remembered. */
const NAMES = 40;
const REMEMBERED = 4_000;
/** Cosine from which two words are neighbours at all; a neighbour never counts as much as the word itself. */
const BAR = 0.3;
const NEIGHBOUR = 0.9;
/** What is found inside of definitions says little about what they are for. */
const INNER = new Set<SymbolKind>(['variable', 'field', 'property', 'key', 'enum_member', 'section']);

export interface NamedFile {
  readonly blob: BlobId;
  readonly path: string;
}

const namesByStore = new WeakMap<Store, Map<BlobId, readonly string[]>>();

/** In the order of `files`; nothing where the model is too slow to be asked for each word. */
export async function nearNames(store: Store, files: readonly NamedFile[], question: Question, idf: ReadonlyMap<string, number>, meaning: QueryVector | null): Promise<readonly NearNames[]> {
  const encode = meaning?.encodeWords ?? null;
  if (meaning === null || encode === null) return [];
  const known = await namesOf(store, files.map(({ blob }) => blob));
  const rarest = Math.max(1, ...idf.values());
  const asked = question.words.map(({ word, term }) => ({ term, weight: idf.get(term) ?? rarest, vector: vectorOf(word, encode) }));
  const total = asked.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const folders = new Map<string, number>();
  const folderOf = (path: string): number => {
    const name = path.split('/').at(-2) ?? '';
    let share = folders.get(name);
    if (share === undefined) {
      const words = partsOf(name).map((word) => ({ term: stem(word), vector: vectorOf(word.toLowerCase(), encode) }));
      const best = asked.map(({ term, vector }) => words.reduce((most, word) => Math.max(most, word.term === term ? 1 : (NEIGHBOUR * (cosineOf(word.vector, vector) - BAR)) / (1 - BAR)), 0));
      folders.set(name, (share = asked.reduce((sum, { weight }, i) => sum + weight * (best[i] as number), 0) / total));
    }
    return share;
  };
  return files.map(({ blob, path }): NearNames => {
    let name = 0;
    for (const each of known.get(blob) ?? []) name = Math.max(name, cosineOf(vectorOf(each, encode), meaning.vector));
    return { name, folder: folderOf(path) };
  });
}

async function namesOf(store: Store, blobs: readonly BlobId[]): Promise<ReadonlyMap<BlobId, readonly string[]>> {
  const known = namesByStore.get(store) ?? new Map<BlobId, readonly string[]>();
  namesByStore.set(store, known);
  if (known.size > REMEMBERED) known.clear();
  const unread = [...new Set(blobs)].filter((blob) => !known.has(blob));
  if (unread.length === 0) return known;
  const [texts, facts] = await Promise.all([store.files.texts(unread), store.files.facts(unread)]);
  for (const [blob, packed] of facts) {
    const text = texts.get(blob);
    const symbols = text === undefined ? [] : unpackSymbols(packed, text);
    const names = [...new Set(symbols.filter(({ kind, name }) => !INNER.has(kind) && name.length > 1).map(({ name }) => name))].slice(0, NAMES);
    known.set(blob, names);
  }
  return known;
}
