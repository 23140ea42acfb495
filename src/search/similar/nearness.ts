import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { SampleMeaning } from './candidates.ts';
import type { Background, WeighedSketch } from './compare.ts';
import { FAMILY, type Sketch } from './sketch.ts';

const SCALE = 127 * 127;

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
  const rows = await store.vectors.of(blobs, meaning.model);
  return new Map([...rows].map(([blob, vectors]) => [blob, nearnessOf(meaning.vector, vectors)]));
}

/** `vectors`: rows one after the other, each as long as `asked`. */
function nearnessOf(asked: Int8Array, vectors: Int8Array): MeaningNearness {
  const width = asked.length;
  const sum = new Float64Array(width);
  let best = -1;
  for (let row = 0; row + width <= vectors.length; row += width) {
    let dot = 0;
    for (let i = 0; i < width; i++) {
      const value = vectors[row + i] as number;
      dot += value * (asked[i] as number);
      sum[i] = (sum[i] as number) + value;
    }
    if (dot / SCALE > best) best = dot / SCALE;
  }
  let dot = 0;
  let own = 0;
  let other = 0;
  for (let i = 0; i < width; i++) {
    const [a, b] = [asked[i] as number, sum[i] as number];
    dot += a * b;
    own += a * a;
    other += b * b;
  }
  const whole = own === 0 || other === 0 ? 0 : dot / Math.sqrt(own * other);
  return { best: Math.max(best, 0), whole, theme: 0, relativeTheme: 0 };
}
