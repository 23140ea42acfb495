/** What vectors say about each file for one question. Cosines are of the model's rows, -1 to 1; pure arithmetic over the store's answers. */
import type { BlobId } from '../../domain/mod.ts';
import type { Store, VectorHit, VectorProducts } from '../../store/mod.ts';
import type { RankScope } from './definers.ts';
import { NO_MEANING, type Cosines, type MeaningFeatures } from './features.ts';

/** Chunks that are asked for by meaning; their files are candidates. */
const NEAREST = 400;
const SCALE = 127 * 127;
/** Paths, names and words whose vectors are remembered for each encoder. */
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

/** What all vectors of one file say: the nearest three, and the file's direction as a whole. */
export interface WholeMeaning extends FileMeaning {
  readonly chunks: number;
  /** Cosine of the mean of the file's chunks. */
  readonly mean: number;
  /** Cosine of one of its chunks. */
  readonly at: (chunk: number) => number;
}

/** `near`: what was found of some of them before. */
export async function wholeFiles(store: Store, blobs: readonly BlobId[], { model, vector }: QueryVector, near: ReadonlyMap<BlobId, FileMeaning>): Promise<ReadonlyMap<BlobId, WholeMeaning>> {
  const all = await store.vectors.products(blobs, model, vector);
  return new Map([...all].flatMap(([blob, own]) => (own.products.length === 0 ? [] : [[blob, wholeOf(own, near.get(blob))] as const])));
}

function wholeOf({ products, sumLength }: VectorProducts, near: FileMeaning | undefined): WholeMeaning {
  const chunks = products.length;
  let total = 0;
  for (let one = 0; one < chunks; one++) total += products[one] as number;
  const mean = sumLength === 0 ? 0 : total / (sumLength * 127);
  const at = (one: number): number => (products[one] as number) / SCALE;
  // Three chunks that are among the nearest of all are the nearest of their file.
  if (near !== undefined && (near.nearest.length === 3 || near.nearest.length === chunks)) return { ...near, chunks, mean, at };
  let [first, second, third, chunk] = [-SCALE, -SCALE, -SCALE, 0];
  for (let one = 0; one < chunks; one++) {
    const dot = products[one] as number;
    if (dot > first) [first, second, third, chunk] = [dot, first, second, one];
    else if (dot > second) [second, third] = [dot, second];
    else if (dot > third) third = dot;
  }
  return { nearest: [first, second, third].slice(0, chunks).map((value) => value / SCALE), chunk, chunks, mean, at };
}

export function cosineOf(a: Int8Array, b: Int8Array): number {
  let dot = 0;
  for (let k = 0; k < b.length; k++) dot += (a[k] as number) * (b[k] as number);
  return dot / SCALE;
}

const wordVectors = new WeakMap<NonNullable<QueryVector['encodeWords']>, Map<string, Int8Array>>();

/** How near the words of a path are to the question; 0 where the model is not asked for paths. */
function pathCosine(path: string, meaning: QueryVector): number {
  return meaning.encodeWords === null ? 0 : cosineOf(vectorOf(path, meaning.encodeWords), meaning.vector);
}

/** The vector of a path or name, remembered. */
export function vectorOf(words: string, encodeWords: NonNullable<QueryVector['encodeWords']>): Int8Array {
  let known = wordVectors.get(encodeWords);
  if (known === undefined) wordVectors.set(encodeWords, (known = new Map()));
  let vector = known.get(words);
  if (vector === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(words, (vector = encodeWords(words)));
  }
  return vector;
}

/** The features of some candidates, in order. A file without vectors is as near as the mean of the others. */
export function meaningFeatures(files: readonly { readonly file: WholeMeaning | undefined; readonly path: string }[], meaning: QueryVector): readonly MeaningFeatures[] {
  const cosines = files.map(({ file, path }): Cosines | null => (file === undefined ? null : {
    near: file.nearest[0] as number, many: file.nearest.reduce((sum, value) => sum + value, 0) / file.nearest.length, whole: file.mean, path: pathCosine(path, meaning),
  }));
  const known = cosines.filter((each) => each !== null);
  const relative = { near: deviations(known, 'near'), many: deviations(known, 'many'), whole: deviations(known, 'whole'), path: deviations(known, 'path') };
  const places = new Map([...new Set(known.map(({ near }) => near))].sort((a, b) => b - a).map((near, place) => [near, place]));
  return cosines.map((own): MeaningFeatures => own === null ? NO_MEANING : {
    cosines: own, relative: { near: relative.near(own), many: relative.many(own), whole: relative.whole(own), path: relative.path(own) },
    place: places.get(own.near) as number,
  });
}

function deviations(all: readonly Cosines[], key: keyof Cosines): (own: Cosines) => number {
  const mean = all.reduce((sum, each) => sum + each[key], 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(all.reduce((sum, each) => sum + (each[key] - mean) ** 2, 0) / Math.max(1, all.length)) || 1;
  return (own) => (own[key] - mean) / deviation;
}
