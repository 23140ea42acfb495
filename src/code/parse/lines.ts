/** Offsets of line starts of one text, and the 1-based line of an offset. */
export class Lines {
  readonly starts: Uint32Array;
  readonly count: number;
  readonly #length: number;
  /** The last answer: most questions come in order. */
  #last = 0;

  constructor(text: string) {
    let starts = new Uint32Array(Math.max(16, text.length >>> 4));
    let count = 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      if (count === starts.length) {
        const grown = new Uint32Array(count * 2);
        grown.set(starts);
        starts = grown;
      }
      starts[count++] = at + 1;
    }
    this.starts = starts.subarray(0, count);
    this.count = count;
    this.#length = text.length;
  }

  /** The 1-based line that holds `offset`. */
  at(offset: number): number {
    const starts = this.starts;
    let low = 0;
    let high = this.count - 1;
    const last = this.#last;
    if ((starts[last] as number) <= offset) {
      low = last;
      if (last + 1 > high || offset < (starts[last + 1] as number)) return last + 1;
      if (last + 2 > high || offset < (starts[last + 2] as number)) return (this.#last = last + 1) + 1;
    } else high = last;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return low + 1;
  }

  /** Offset of the first unit of a 1-based line; the text's length past the last. */
  startOf(line: number): number {
    return line > this.count ? this.#length : (this.starts[line - 1] as number);
  }
}
