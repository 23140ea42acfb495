import type { StaticWeights } from './model-file.ts';

/** Counts the words of one text by row, then gives the text's vector. Used again and again, so that a text allocates nothing. */
export class Pooler {
  readonly #weights: StaticWeights;
  readonly #counts: Float32Array;
  readonly #touched: Int32Array;
  readonly #sum: Float32Array;
  #distinct = 0;

  constructor(weights: StaticWeights) {
    this.#weights = weights;
    this.#counts = new Float32Array(weights.scales.length);
    this.#touched = new Int32Array(weights.scales.length);
    this.#sum = new Float32Array(weights.dimensions);
  }

  /** Adds rows[from], ..., rows[to - 1]. */
  add(rows: Uint16Array, from: number, to: number, weight: number): void {
    const counts = this.#counts;
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      if (counts[row] === 0) this.#touched[this.#distinct++] = row;
      counts[row] = (counts[row] as number) + weight;
    }
  }

  /** A repeated word counts by the logarithm of its weight. */
  finishText(into: Int8Array, at: number): void {
    this.#finish(into, at, null);
  }

  /** In a question a word counts once, by what the model learned that it says in questions. */
  finishQuestion(into: Int8Array, at: number): void {
    this.#finish(into, at, this.#weights.questions);
  }

  #finish(into: Int8Array, at: number, questions: Float32Array | null): void {
    const { rows, scales, dimensions } = this.#weights;
    const sum = this.#sum;
    sum.fill(0);
    for (let i = 0; i < this.#distinct; i++) {
      const row = this.#touched[i] as number;
      const weight = (scales[row] as number) * (questions === null ? Math.log(1 + (this.#counts[row] as number)) : (questions[row] as number));
      this.#counts[row] = 0;
      const from = row * dimensions;
      for (let k = 0; k < dimensions; k++) sum[k] = (sum[k] as number) + weight * (rows[from + k] as number);
    }
    this.#distinct = 0;
    let squares = 0;
    for (let k = 0; k < dimensions; k++) squares += (sum[k] as number) ** 2;
    const factor = squares === 0 ? 0 : 127 / Math.sqrt(squares);
    for (let k = 0; k < dimensions; k++) into[at + k] = Math.round((sum[k] as number) * factor);
  }
}
