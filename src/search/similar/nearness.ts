import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { SampleMeaning } from './candidates.ts';

const SCALE = 127 * 127;

/** Cosines of a file's vectors with the sample's, -1 to 1. */
export interface MeaningNearness {
  /** The nearest chunk. */
  readonly best: number;
  /** All chunks together. */
  readonly whole: number;
}

export const NO_NEARNESS: MeaningNearness = { best: 0, whole: 0 };

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
  return { best: Math.max(best, 0), whole };
}
