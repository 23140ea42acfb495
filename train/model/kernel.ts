/** The compiled arithmetic of training (kernel.as) over one linear memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of the host's WebAssembly that is used; the types of Node do not declare it. */
declare const WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: unknown } }> };

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(bytes: number): number;
  pool(n: number, starts: number, tokens: number, weights: number, scale: number, table: number, out: number, lengths: number): void;
  similarities(n: number, m: number, a: number, b: number, factor: number, c: number): void;
  contrast(n: number, s: number, groups: number, left: number, g: number, columns: number): number;
  spread(n: number, g: number, b: number, factor: number, across: number, out: number): void;
  learn(
    n: number, starts: number, tokens: number, weights: number, scale: number, scaleHeld: number, table: number, held: number,
    vectors: number, lengths: number, gradient: number, rate: number, scaleRate: number,
  ): void;
}

export const DIMENSIONS = 256;
/** Texts of one side of a batch; a multiple of 4. */
export const BATCH = 512;
/** Tokens of one text at most. */
export const MOST_TOKENS = 384;
const TEMPERATURE = 0.05;

/** One side of a batch: texts as tokens with weights, in the memory of the kernel. */
class Side {
  readonly starts: number;
  readonly tokens: number;
  readonly weights: number;
  readonly vectors: number;
  readonly lengths: number;
  readonly gradient: number;
  count = 0;
  #used = 0;
  readonly #kernel: Exports;

  constructor(kernel: Exports) {
    this.#kernel = kernel;
    this.starts = kernel.allocate((BATCH + 1) * 4);
    this.tokens = kernel.allocate(BATCH * MOST_TOKENS * 4);
    this.weights = kernel.allocate(BATCH * MOST_TOKENS * 4);
    this.vectors = kernel.allocate(BATCH * DIMENSIONS * 4);
    this.lengths = kernel.allocate(BATCH * 4);
    this.gradient = kernel.allocate(BATCH * DIMENSIONS * 4);
  }

  clear(): void {
    this.count = 0;
    this.#used = 0;
    new Int32Array(this.#kernel.memory.buffer, this.starts, 1)[0] = 0;
  }

  add(tokens: ArrayLike<number>, weights: ArrayLike<number>, length: number): void {
    const { buffer } = this.#kernel.memory;
    const kept = Math.min(length, MOST_TOKENS);
    const toTokens = new Int32Array(buffer, this.tokens + this.#used * 4, kept);
    const toWeights = new Float32Array(buffer, this.weights + this.#used * 4, kept);
    for (let i = 0; i < kept; i++) {
      toTokens[i] = tokens[i] as number;
      toWeights[i] = weights[i] as number;
    }
    this.#used += kept;
    this.count++;
    new Int32Array(this.#kernel.memory.buffer, this.starts, BATCH + 1)[this.count] = this.#used;
  }
}

export class Trainer {
  readonly rows: number;
  readonly left: Side;
  readonly right: Side;
  readonly #kernel: Exports;
  readonly #table: number;
  readonly #held: number;
  readonly #scale: number;
  readonly #scaleHeld: number;
  readonly #similarities: number;
  readonly #gradient: number;
  readonly #columns: number;
  readonly #groups: number;
  readonly #leftGroups: number;

  private constructor(kernel: Exports, rows: number) {
    this.#kernel = kernel;
    this.rows = rows;
    this.#table = kernel.allocate(rows * DIMENSIONS * 4);
    this.#held = kernel.allocate(rows * DIMENSIONS * 4);
    this.#scale = kernel.allocate(rows * 4);
    this.#scaleHeld = kernel.allocate(rows * 4);
    this.#similarities = kernel.allocate(BATCH * BATCH * 4);
    this.#gradient = kernel.allocate(BATCH * BATCH * 4);
    this.#columns = kernel.allocate(BATCH * 4);
    this.#groups = kernel.allocate(BATCH * 4);
    this.#leftGroups = kernel.allocate(BATCH * 4);
    this.left = new Side(kernel);
    this.right = new Side(kernel);
    this.scale.fill(1);
    new Float32Array(kernel.memory.buffer, this.#scaleHeld, rows).fill(0.1);
    new Float32Array(kernel.memory.buffer, this.#held, rows * DIMENSIONS).fill(1e-6);
  }

  /** Compiles the kernel and reserves memory for `rows` rows. */
  static async open(rows: number): Promise<Trainer> {
    const asc = await import('assemblyscript/asc');
    const source = readFileSync(join(import.meta.dirname, 'kernel.as'), 'utf8');
    let wasm: Uint8Array | null = null;
    const { error, stderr } = await asc.main(['kernel.ts', '-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--outFile', 'kernel.wasm'], {
      readFile: (name: string) => (name === 'kernel.ts' ? source : null),
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name === 'kernel.wasm') wasm = contents as Uint8Array;
      },
      listFiles: () => [],
    });
    if (error !== null || wasm === null) throw new Error(`the kernel does not compile: ${stderr.toString()}`);
    const { instance } = await WebAssembly.instantiate(wasm as Uint8Array, { env: { abort: () => { throw new Error('the kernel ran out of memory'); } } });
    return new Trainer(instance.exports as Exports, rows);
  }

  /** rows x DIMENSIONS. */
  get table(): Float32Array {
    return new Float32Array(this.#kernel.memory.buffer, this.#table, this.rows * DIMENSIONS);
  }

  /** What a token weighs in a question, beside the length of its row. */
  get scale(): Float32Array {
    return new Float32Array(this.#kernel.memory.buffer, this.#scale, this.rows);
  }

  clear(): void {
    this.left.clear();
    this.right.clear();
  }

  /** One step over what was added to both sides; equal groups are no wrong answers to each other. Gives the mean loss. */
  step(groups: Int32Array, leftGroups: Int32Array, leftIsQuestion: boolean, rate: number): number {
    const [k, l, r, n] = [this.#kernel, this.left, this.right, this.left.count];
    new Int32Array(k.memory.buffer, this.#groups, n).set(groups.subarray(0, n));
    new Int32Array(k.memory.buffer, this.#leftGroups, n).set(leftGroups.subarray(0, n));
    const scale = leftIsQuestion ? this.#scale : 0;
    k.pool(n, l.starts, l.tokens, l.weights, scale, this.#table, l.vectors, l.lengths);
    k.pool(n, r.starts, r.tokens, r.weights, 0, this.#table, r.vectors, r.lengths);
    k.similarities(n, n, l.vectors, r.vectors, 1 / TEMPERATURE, this.#similarities);
    const loss = k.contrast(n, this.#similarities, this.#groups, this.#leftGroups, this.#gradient, this.#columns);
    k.spread(n, this.#gradient, r.vectors, 1 / TEMPERATURE, 0, l.gradient);
    k.spread(n, this.#gradient, l.vectors, 1 / TEMPERATURE, 1, r.gradient);
    k.learn(n, l.starts, l.tokens, l.weights, scale, this.#scaleHeld, this.#table, this.#held, l.vectors, l.lengths, l.gradient, rate, rate);
    k.learn(n, r.starts, r.tokens, r.weights, 0, this.#scaleHeld, this.#table, this.#held, r.vectors, r.lengths, r.gradient, rate, rate);
    return loss;
  }
}
