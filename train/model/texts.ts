/** Units as the model reads them: rows of its table with weights, by the same rule as src/embed/static reads a chunk. */
import type { FieldWeights, Lexicon } from '../../src/embed/static/mod.ts';
import type { PairKind } from './pairs.ts';
import { FIELDS, type Units } from './prepare.ts';
import type { Random } from './random.ts';

/** How likely words of a known name are taken out of the code that it names, so that code is known by what it does. */
const NAMELESS = 0.5;
/** Words of a doc comment that make a question at most, and how often only its beginning is taken. */
const QUESTION_WORDS = 40;
const SHORT_QUESTION = 0.5;

const [NAME, CONTAINER, SIGNATURE, DOC, BODY] = FIELDS.map((_, index) => index) as [number, number, number, number, number];

export class Texts {
  readonly #units: Units;
  readonly #fields: FieldWeights;
  readonly #rowStarts: Uint32Array;
  readonly #rowAt: Uint16Array;
  readonly #counts: Float32Array;
  readonly #skip: Uint8Array;
  readonly rows: Int32Array;
  readonly weights: Float32Array;
  length = 0;

  constructor(units: Units, lexicon: Lexicon, fields: FieldWeights) {
    this.#units = units;
    this.#fields = fields;
    const rowsOf = units.words.map((word) => lexicon.rowsOfWord(word));
    this.#rowStarts = new Uint32Array(rowsOf.length + 1);
    rowsOf.forEach((rows, word) => { this.#rowStarts[word + 1] = (this.#rowStarts[word] as number) + rows.length; });
    this.#rowAt = Uint16Array.from(rowsOf.flat());
    this.#counts = new Float32Array(lexicon.rows);
    this.#skip = new Uint8Array(lexicon.rows);
    this.rows = new Int32Array(lexicon.rows);
    this.weights = new Float32Array(lexicon.rows);
  }

  /** The left text of a pair into `rows`, `weights` and `length`; gives whether it is a question. */
  left(kind: PairKind, unit: number, random: Random): boolean {
    this.length = 0;
    if (kind === 'test' || kind === 'call' || kind === 'same_name') {
      this.#code(unit, kind === 'same_name' && random.next() < NAMELESS, kind !== 'same_name');
      return false;
    }
    if (kind === 'name') {
      this.#add(unit, NAME, 1);
      if (random.next() < 0.3) this.#add(unit, CONTAINER, 1);
    } else if (kind === 'heading') this.#add(unit, NAME, 1);
    else this.#add(unit, DOC, 1, random.next() < SHORT_QUESTION ? 4 + random.below(10) : QUESTION_WORDS);
    this.#finish(true);
    return true;
  }

  right(kind: PairKind, unit: number, random: Random): void {
    this.length = 0;
    if (kind === 'doc') this.#code(unit, random.next() < 0.25, false);
    else if (kind === 'name') this.#code(unit, true, random.next() < 0.5);
    else if (kind === 'same_name') this.#code(unit, random.next() < NAMELESS, random.next() < 0.3);
    else if (kind === 'heading' || kind === 'file') this.#body(unit);
    else this.#code(unit, false, random.next() < 0.5);
  }

  /** Code as the index holds it: with its name and, where asked, its doc. */
  code(unit: number, withDoc: boolean): void {
    this.length = 0;
    this.#code(unit, false, withDoc);
  }

  question(unit: number, field: 'doc' | 'name'): void {
    this.length = 0;
    this.#add(unit, field === 'doc' ? DOC : NAME, 1, QUESTION_WORDS);
    this.#finish(true);
  }

  #body(unit: number): void {
    this.#add(unit, BODY, 1);
    this.#finish(false);
  }

  #code(unit: number, nameless: boolean, withDoc: boolean): void {
    const { name, comment, container } = this.#fields;
    if (nameless) this.#mark(unit, 1);
    else {
      // The name stands in the signature too, where it counts 1.
      this.#add(unit, NAME, name - 1 + container);
      this.#add(unit, CONTAINER, container);
    }
    this.#add(unit, SIGNATURE, 1);
    this.#add(unit, BODY, 1);
    if (withDoc) this.#add(unit, DOC, comment);
    if (nameless) this.#mark(unit, 0);
    this.#finish(false);
  }

  #mark(unit: number, value: number): void {
    const { starts, wordAt } = this.#units;
    for (let at = starts[unit * 5 + NAME] as number; at < (starts[unit * 5 + NAME + 1] as number); at++) {
      const word = wordAt[at] as number;
      for (let r = this.#rowStarts[word] as number; r < (this.#rowStarts[word + 1] as number); r++) this.#skip[this.#rowAt[r] as number] = value;
    }
  }

  #add(unit: number, field: number, weight: number, most = 1_000): void {
    const { starts, wordAt, countAt } = this.#units;
    const from = starts[unit * 5 + field] as number;
    const to = Math.min(starts[unit * 5 + field + 1] as number, from + most);
    for (let at = from; at < to; at++) {
      const word = wordAt[at] as number;
      const added = weight * (countAt[at] as number);
      for (let r = this.#rowStarts[word] as number; r < (this.#rowStarts[word + 1] as number); r++) {
        const row = this.#rowAt[r] as number;
        if (this.#skip[row] === 1) continue;
        if (this.#counts[row] === 0) this.rows[this.length++] = row;
        this.#counts[row] = (this.#counts[row] as number) + added;
      }
    }
  }

  #finish(isQuestion: boolean): void {
    for (let i = 0; i < this.length; i++) {
      const row = this.rows[i] as number;
      this.weights[i] = isQuestion ? 1 : Math.log(1 + (this.#counts[row] as number));
      this.#counts[row] = 0;
    }
  }
}
