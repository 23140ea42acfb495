/** Sampled look-ups: what posting blocks and segments of vectors answer about words of the texts themselves. */
import { trigramsOf } from '../../code/mod.ts';
import { readTerm, unpackChunks, type BlobId, type BlobSet, type Repository, type ViewId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { digestOf, type Row } from './row.ts';

/** A text whose words are looked up. */
export interface Sample {
  readonly path: string;
  readonly text: string;
  readonly blob: BlobId;
}

const WORDS_OF_SAMPLE = 3;
const WORD = /[\p{L}_][\p{L}\p{N}_]{2,40}/gu;
/** Texts of which no more is looked at. */
const CHARS_OF_SAMPLE = 20_000;
/** A word in more chunks is compared by the files that hold it alone. */
const POSTINGS_COMPARED = 50_000;
const NAMES = 20;
const NEAREST = 20;

export async function* postingRows(
  store: Store, repository: Repository, views: readonly ViewId[], samples: readonly Sample[], models: readonly string[], ordinal: Ordinal,
): AsyncGenerator<readonly Row[]> {
  const within = await store.files.scope({ views, languages: [], notLanguages: [], paths: [], notPaths: [] });
  for (const { path, text, blob } of samples) {
    const rows = await Promise.all(wordsOf(text).map((word) => wordRows(store, repository, word, within, ordinal)));
    yield [...rows.flat(), ...(await nearRows(store, repository, path, blob, models, within, ordinal))];
  }
}

/** Numbers blobs alike in every store; -1 for those that no file leads to. */
type Ordinal = (blob: BlobId) => number;

function rowOf(repository: Repository, what: string, value: string): Row {
  return { about: `${what} in the repository "${repository.name}"`, kind: 'lookups', value };
}

function listed(blobs: ArrayLike<BlobId>, ordinal: Ordinal): string {
  return digestOf(JSON.stringify(Array.from(blobs, ordinal).sort((a, b) => a - b)));
}

async function wordRows(store: Store, repository: Repository, word: string, within: BlobSet, ordinal: Ordinal): Promise<readonly Row[]> {
  const repositories = [repository.id];
  const folded = word.toLowerCase();
  const rows: Row[] = [];
  for (const key of trigramsOf(word).slice(0, 1)) rows.push(rowOf(repository, `the files with the first trigram of ${word}`, listed(await store.trigrams.candidates(repositories, { kind: 'and', keys: [key], items: [] }, within), ordinal)));
  rows.push(rowOf(repository, `the files with the word ${folded}`, listed(await store.terms.blobsWithAll(repositories, [folded], within), ordinal)));
  rows.push(rowOf(repository, `the places of the word ${folded}`, await termValue(store, repository, folded, within, ordinal)));
  for (const match of ['exact', 'prefix'] as const) {
    const names = await store.symbols.names({ repositories, within, name: match === 'exact' ? folded : folded.slice(0, 4), match, limit: NAMES });
    rows.push(rowOf(repository, `the symbols (${match}) for ${folded}`, JSON.stringify(names.map(({ name, distance, blobs }) => [name, distance, listed(blobs, ordinal)]))));
  }
  return rows;
}

async function nearRows(store: Store, repository: Repository, path: string, blob: BlobId, models: readonly string[], within: BlobSet, ordinal: Ordinal): Promise<readonly Row[]> {
  const packed = (await store.files.facts([blob])).get(blob);
  const rows: Row[] = [];
  for (const model of packed === undefined ? [] : models) {
    const vectors = (await store.vectors.of([blob], model)).get(blob);
    if (vectors === undefined) continue;
    const vector = vectors.subarray(0, vectors.length / unpackChunks(packed as Uint8Array).length);
    const near = await store.vectors.nearest({ repositories: [repository.id], within, model, vector, limit: NEAREST });
    rows.push(rowOf(repository, `what is near to ${path} by ${model}`, JSON.stringify(near.map((hit) => [ordinal(hit.blob), hit.chunk, hit.distance]))));
  }
  return rows;
}

/** Words that stand far apart. */
function wordsOf(text: string): string[] {
  const words = [...new Set(text.slice(0, CHARS_OF_SAMPLE).match(WORD) ?? [])];
  const step = Math.max(1, Math.floor(words.length / WORDS_OF_SAMPLE));
  return words.filter((_, at) => at % step === 0).slice(0, WORDS_OF_SAMPLE);
}

/** Which chunks hold the term, how often and among how many words; blobs that are gone wait for compaction and say nothing. */
async function termValue(store: Store, repository: Repository, term: string, within: BlobSet, ordinal: Ordinal): Promise<string> {
  const [found] = await store.terms.postings([repository.id], [term]);
  if (found === undefined) return 'none';
  if (found.documentCount > POSTINGS_COMPARED) return 'many';
  const places: string[] = [];
  for (const { block, bytes } of found.blocks) {
    const { count, ordinals, frequencies } = readTerm(bytes);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const chunk = ordinals[i] as number;
      while ((block.chunkStart[at + 1] as number) <= chunk) at++;
      const blob = block.blobs[at] as number;
      if (within.has(blob)) places.push(`${ordinal(blob)} ${chunk - (block.chunkStart[at] as number)} ${frequencies[i]} ${block.chunkTerms[chunk]}`);
    }
  }
  return digestOf(places.sort().join('\n'));
}
