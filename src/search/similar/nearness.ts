import type { BlobId } from '../../domain/mod.ts';
import type { Store, VectorProducts } from '../../store/mod.ts';
import type { Background, WeighedSketch } from './compare.ts';
import { FAMILY, type Sketch } from './sketch.ts';

const SCALE = 127 * 127;

/** A sample as a vector. */
export interface SampleMeaning {
  readonly model: string;
  readonly vector: Int8Array;
  /** Null where the model cannot tell words at once. */
  readonly words: WordVectors | null;
}

/** Cosines of a file's vectors with the sample's, -1 to 1. */
export interface MeaningNearness {
  /** The nearest chunk. */
  readonly best: number;
  /** All chunks together. */
  readonly whole: number;
  /** What both are about: their words by how rare they are in the scope, each by its own vector, so that `hcf` may stand for `gcd`. */
  readonly theme: number;
  /** The same as a part of the greatest among the candidates. */
  readonly relativeTheme: number;
}

export const NO_NEARNESS: MeaningNearness = { best: 0, whole: 0, theme: 0, relativeTheme: 0 };

/** Vectors of single words, as far as a model tells them at once. */
export class WordVectors {
  readonly #encode: (word: string) => Int8Array;
  readonly #byHash = new Map<number, Int8Array>();
  /** Sketches are kept from one question to the next, and so are their themes while the background stays. */
  readonly #themes = new WeakMap<Sketch, { readonly background: Background; readonly theme: Float32Array }>();

  constructor(encode: (word: string) => Int8Array) {
    this.#encode = encode;
  }

  /** The sum of a sketch's theme words, each by its weight in the background. */
  theme(weighed: WeighedSketch, background: Background): Float32Array {
    const known = this.#themes.get(weighed.sketch);
    if (known?.background === background) return known.theme;
    const theme = this.#sum(weighed);
    this.#themes.set(weighed.sketch, { background, theme });
    return theme;
  }

  #sum({ sketch, families }: WeighedSketch): Float32Array {
    const { hashes, weights } = families[FAMILY.theme] as WeighedSketch['families'][number];
    let sum: Float32Array | null = null;
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i] as number;
      let vector = this.#byHash.get(hash);
      if (vector === undefined) {
        const word = sketch.spelled.get(hash);
        if (word === undefined) continue;
        if (this.#byHash.size >= 20_000) this.#byHash.clear();
        this.#byHash.set(hash, (vector = this.#encode(word)));
      }
      sum ??= new Float32Array(vector.length);
      const weight = weights[i] as number;
      for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + weight * (vector[k] as number);
    }
    return sum ?? new Float32Array(0);
  }
}

export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length === 0 || a.length !== b.length) return 0;
  let [dot, own, other] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] as number) * (b[i] as number);
    own += (a[i] as number) ** 2;
    other += (b[i] as number) ** 2;
  }
  return own === 0 || other === 0 ? 0 : dot / Math.sqrt(own * other);
}

export async function meaningOf(store: Store, blobs: readonly BlobId[], meaning: SampleMeaning): Promise<Map<BlobId, MeaningNearness>> {
  const all = await store.vectors.products(blobs, meaning.model, meaning.vector);
  const length = Math.hypot(...meaning.vector);
  return new Map([...all].map(([blob, own]) => [blob, nearnessOf(own, length)]));
}

/** `length`: of the sample's vector. */
function nearnessOf({ products, sumLength }: VectorProducts, length: number): MeaningNearness {
  let best = 0;
  let total = 0;
  for (let chunk = 0; chunk < products.length; chunk++) {
    const product = products[chunk] as number;
    total += product;
    if (product / SCALE > best) best = product / SCALE;
  }
  const whole = length === 0 || sumLength === 0 ? 0 : total / (length * sumLength);
  return { best, whole, theme: 0, relativeTheme: 0 };
}
