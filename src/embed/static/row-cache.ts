import { IdentifierTable } from '../../words/mod.ts';
import type { Lexicon } from './lexicon.ts';

/** Identifiers whose rows are remembered. */
const REMEMBERED = 100_000;

/** The rows of identifiers, each looked up once: in two arrays, since a hundred thousand small ones would cost more than the model. */
export class RowCache {
  readonly #lexicon: Lexicon;
  #identifiers = new IdentifierTable();
  /** Where the rows of identifier i stand in `rows`: from ends[i - 1] to ends[i]. Identifiers get their rows in the order of their ids. */
  #ends = new Uint32Array(1 << 12);
  rows: Uint16Array = new Uint16Array(1 << 14);
  from = 0;
  to = 0;

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  /** Sets `from` and `to` to where in `rows` those of the identifier at [start, end) stand. */
  find(text: string, start: number, end: number, hash: number): void {
    const known = this.#identifiers.size;
    const id = this.#identifiers.idOf(text, start, end, hash);
    this.from = id === 0 ? 0 : (this.#ends[id - 1] as number);
    if (id < known) {
      this.to = this.#ends[id] as number;
      return;
    }
    const found = this.#lexicon.rowsOfIdentifier(text.slice(start, end));
    this.#reserve(id, this.from + found.length);
    this.rows.set(found, this.from);
    this.to = this.#ends[id] = this.from + found.length;
    if (id >= REMEMBERED) this.#identifiers = new IdentifierTable();
  }

  #reserve(id: number, rows: number): void {
    if (id >= this.#ends.length) {
      const ends = new Uint32Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    if (rows > this.rows.length) {
      const larger = new Uint16Array(Math.max(rows, this.rows.length * 2));
      larger.set(this.rows);
      this.rows = larger;
    }
  }
}
