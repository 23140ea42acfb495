/**
 * Which rows of the model's table a word is made of.
 *
 * A word that the model knows has a row of its own. One that it does not is cut into words that it knows (`urlencode`:
 * `url`, `encode`); what cannot be cut gets two rows out of a small table by its hash, so that equal unseen words are
 * still near each other and different ones are not.
 */
import { partsOf, stem } from '../../words/mod.ts';

/** Rows that unseen words share; they stand behind the rows of the vocabulary. */
export const HASH_ROWS = 4_096;
/** Letters that a piece of a cut word has at least. */
const SHORTEST_PIECE = 3;
/** An unseen word longer than this is data (a digest, a blob) and says nothing. */
const LONGEST_WORD = 40;
const NOTHING: readonly number[] = [];

export class Lexicon {
  readonly #rowByWord: ReadonlyMap<string, number>;
  readonly #words: number;
  readonly #longest: number;

  /** `vocabulary`: stemmed words, the most frequent first; row i belongs to word i. */
  constructor(vocabulary: readonly string[]) {
    this.#rowByWord = new Map(vocabulary.map((word, row) => [word, row]));
    this.#words = vocabulary.length;
    this.#longest = vocabulary.reduce((longest, word) => Math.max(longest, word.length), 0);
  }

  get rows(): number {
    return this.#words + HASH_ROWS;
  }

  /** Rows of an identifier's parts, in order. Parts of one letter and plain numbers say nothing. */
  rowsOfIdentifier(identifier: string): number[] {
    return partsOf(identifier).flatMap((part) => (part.length < 2 || /^\d+$/.test(part) ? NOTHING : this.rowsOfWord(stem(part))));
  }

  rowsOfWord(word: string): readonly number[] {
    const own = this.#rowByWord.get(word);
    if (own !== undefined) return [own];
    if (word.length > LONGEST_WORD) return NOTHING;
    return this.#cut(word) ?? this.#hashed(word);
  }

  /** Whether a word has a row of its own. */
  has(word: string): boolean {
    return this.#rowByWord.has(word);
  }

  /** The cut into the fewest known pieces, and among those the one of the most frequent words; at most four pieces. */
  #cut(word: string): number[] | null {
    const best: ({ pieces: number; cost: number; from: number; row: number } | null)[] = new Array<null>(word.length + 1).fill(null);
    best[0] = { pieces: 0, cost: 0, from: 0, row: -1 };
    for (let to = SHORTEST_PIECE; to <= word.length; to++) {
      for (let from = Math.max(0, to - this.#longest); from <= to - SHORTEST_PIECE; from++) {
        const before = best[from];
        if (before === null || before === undefined || before.pieces === 4) continue;
        const row = this.#rowByWord.get(word.slice(from, to));
        if (row === undefined) continue;
        const [pieces, cost] = [before.pieces + 1, before.cost + Math.log2(row + 2)];
        const known = best[to];
        if (known === null || known === undefined || pieces < known.pieces || (pieces === known.pieces && cost < known.cost)) best[to] = { pieces, cost, from, row };
      }
    }
    const rows: number[] = [];
    for (let at = word.length; at > 0; ) {
      const step = best[at];
      if (step === null || step === undefined) return null;
      rows.unshift(step.row);
      at = step.from;
    }
    return rows;
  }

  #hashed(word: string): number[] {
    let [one, two] = [0x811c9dc5, 0x9747b28c];
    for (let at = 0; at < word.length; at++) {
      const unit = word.charCodeAt(at);
      one = Math.imul(one ^ unit, 0x01000193);
      two = Math.imul(two ^ unit, 0x5bd1e995);
      two ^= two >>> 13;
    }
    return [this.#words + ((one ^ (one >>> 15)) >>> 0) % HASH_ROWS, this.#words + ((two ^ (two >>> 16)) >>> 0) % HASH_ROWS];
  }
}
