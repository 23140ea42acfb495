/** What vectors say about each file for one question. Cosines are of the model's rows, -1 to 1; pure arithmetic over the store's answers. */
import type { BlobId } from '../../domain/mod.ts';
import type { Store, VectorHit } from '../../store/mod.ts';
import type { RankScope } from './definers.ts';
import { NO_MEANING, type MeaningFeatures } from './features.ts';

/** Chunks that are asked for by meaning; their files are candidates. */
const NEAREST = 400;
const SCALE = 127 * 127;
/** Paths whose vectors are remembered for each encoder. */
const REMEMBERED = 20_000;

/** A question as a vector, with the model that made it. Absent where no vectors can be compared. */
export interface QueryVector {
  /** Only vectors of this model are compared. */
  readonly model: string;
  readonly vector: Int8Array;
  /** The vector of a path's words, near to `vector` where they mean the same; null where the model is too slow to be asked for each path. */
  readonly encodeWords: ((words: string) => Int8Array) | null;
}

export interface FileMeaning {
  /** Cosines of the file's nearest chunks, greatest first, at most three. */
  readonly nearest: readonly number[];
  /** The chunk that is nearest. */
  readonly chunk: number;
}

export async function nearestFiles(store: Store, scope: RankScope, meaning: QueryVector): Promise<ReadonlyMap<BlobId, FileMeaning>> {
  const hits = await store.vectors.nearest({ repositories: scope.repositories, within: scope.within, model: meaning.model, vector: meaning.vector, limit: NEAREST });
  return filesOf(hits);
}

function filesOf(hits: readonly VectorHit[]): ReadonlyMap<BlobId, FileMeaning> {
  const files = new Map<BlobId, { nearest: number[]; chunk: number }>();
  for (const { blob, chunk, distance } of hits) {
    const own = files.get(blob);
    if (own === undefined) files.set(blob, { nearest: [1 - distance], chunk });
    else if (own.nearest.length < 3) own.nearest.push(1 - distance);
  }
  return files;
}

/** For each of some files the cosines of all its chunks at once: greatest first the nearest three, and the file's direction as a whole. */
export interface WholeMeaning extends FileMeaning {
  readonly chunks: number;
  /** Cosine of the mean of the file's chunks. */
  readonly mean: number;
}

export async function wholeFiles(store: Store, blobs: readonly BlobId[], meaning: QueryVector): Promise<ReadonlyMap<BlobId, WholeMeaning>> {
  const rows = await store.vectors.of(blobs, meaning.model);
  const sum = new Float64Array(meaning.vector.length);
  return new Map([...rows].map(([blob, vectors]) => [blob, wholeOf(vectors, meaning.vector, sum)]));
}

function wholeOf(vectors: Int8Array, question: Int8Array, sum: Float64Array): WholeMeaning {
  const width = question.length;
  sum.fill(0);
  let [first, second, third, chunk] = [0, 0, 0, 0];
  for (let from = 0, at = 0; from < vectors.length; from += width, at++) {
    let dot = 0;
    for (let k = 0; k < width; k++) {
      const value = vectors[from + k] as number;
      dot += value * (question[k] as number);
      sum[k] = (sum[k] as number) + value;
    }
    if (dot > first) [first, second, third, chunk] = [dot, first, second, at];
    else if (dot > second) [second, third] = [dot, second];
    else if (dot > third) third = dot;
  }
  let [dot, squares] = [0, 0];
  for (let k = 0; k < width; k++) {
    dot += (sum[k] as number) * (question[k] as number);
    squares += (sum[k] as number) ** 2;
  }
  const chunks = vectors.length / width;
  return { nearest: [first, second, third].slice(0, Math.max(1, chunks)).map((value) => value / SCALE), chunk, chunks, mean: squares === 0 ? 0 : dot / (Math.sqrt(squares) * 127) };
}

const pathVectors = new WeakMap<NonNullable<QueryVector['encodeWords']>, Map<string, Int8Array>>();

/** How near the words of a path are to the question; 0 where the model is not asked for paths. */
export function pathCosine(path: string, meaning: QueryVector): number {
  if (meaning.encodeWords === null) return 0;
  let known = pathVectors.get(meaning.encodeWords);
  if (known === undefined) pathVectors.set(meaning.encodeWords, (known = new Map()));
  let vector = known.get(path);
  if (vector === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(path, (vector = meaning.encodeWords(path)));
  }
  let dot = 0;
  for (let k = 0; k < vector.length; k++) dot += (vector[k] as number) * (meaning.vector[k] as number);
  return dot / SCALE;
}

/** A cosine that falls short of the greatest by this has a share of 1/e. */
const SHARE_WIDTH = 0.06;

/** The features of some candidates, in order; a file without vectors has those of no meaning. */
export function meaningFeatures(files: readonly { readonly file: WholeMeaning | undefined; readonly path: string }[], meaning: QueryVector): readonly MeaningFeatures[] {
  const cosines = files.flatMap(({ file }) => (file === undefined ? [] : [file.nearest[0] as number]));
  if (cosines.length === 0) return files.map(() => NO_MEANING);
  const greatest = Math.max(...cosines);
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const deviation = Math.sqrt(cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cosines.length) || 1;
  const places = new Map([...new Set(cosines)].sort((a, b) => b - a).map((value, place) => [value, place]));
  return files.map(({ file, path }): MeaningFeatures => {
    if (file === undefined) return { ...NO_MEANING, path: pathCosine(path, meaning) };
    const near = file.nearest[0] as number;
    return {
      near, many: file.nearest.reduce((sum, value) => sum + value, 0) / file.nearest.length, whole: file.mean, path: pathCosine(path, meaning),
      relative: (near - mean) / deviation, share: Math.exp((near - greatest) / SHARE_WIDTH), place: places.get(near) as number,
    };
  });
}
