import type { BlobId, BlobInfo } from '../../domain/mod.ts';
import type { Place, Store } from '../../store/mod.ts';
import { amongOf, olderOf, type Neighbour } from './among.ts';
import { definersOf, type RankScope } from './definers.ts';
import { gather, noEvidence, type FileEvidence } from './evidence.ts';
import { addAmong, addNames, featuresOf, isUnasked, NO_MEANING, type Among, type FileContext } from './features.ts';
import { meaningFeatures, nearestFiles, wholeFiles, type FileMeaning, type QueryVector, type WholeMeaning } from './meaning.ts';
import { nearNames } from './names.ts';
import { readPath, type PathEvidence } from './place.ts';
import { understand, type Question } from './question.ts';
import { explain, explainMeaning, scoreOf, scoreOfMeaning } from './weights.ts';

/** Files whose features are computed for their words, and further ones for their meaning; the rest do not answer. */
const CANDIDATES = 120;
const NEAR_CANDIDATES = 50;
const REASONS = 6;
/** The strongest candidates, whose names are compared with the question. */
const NAMED = 12;
/** Share of the nearest chunk's cosine that the chunk to show has at least. */
const MEANT = 0.75;

export interface RankedFile {
  readonly place: Place;
  readonly info: BlobInfo;
  readonly score: number;
  /** The chunk of the file to show, by its number in the packed facts. */
  readonly chunk: number;
  readonly why: readonly string[];
}

export interface Candidate {
  readonly evidence: FileEvidence;
  readonly place: Place;
  readonly info: BlobInfo;
  readonly features: Float64Array;
  /** The chunk to show. */
  readonly chunk: number;
}

export interface Ranking {
  readonly question: Question;
  /** Best first. */
  readonly files: readonly RankedFile[];
  /** Files that hold at least one of the terms, or are near in meaning. */
  readonly matching: number;
}

interface Placed {
  readonly evidence: FileEvidence;
  readonly info: BlobInfo;
  readonly place: Place;
  readonly path: PathEvidence;
}

/**
 * Ranks the files in scope for a question in words: by words and, where `meaning` is given, by meaning too.
 * Deterministic: ties break by path.
 */
export async function rank(store: Store, scope: RankScope, words: string, meaning: QueryVector | null): Promise<Ranking> {
  const { question, candidates, matching } = await candidatesFor(store, scope, words, meaning);
  const files = candidates.map(({ place, info, features, chunk }): RankedFile => ({
    place, info, score: scoreOf(features, meaning !== null), chunk,
    // Of hundreds of candidates ten are shown, and only those have to say why.
    get why() {
      return explain(features, meaning !== null, REASONS);
    },
  }));
  return { question, files: files.sort(byScore), matching };
}

/** Ranks the files in scope by meaning alone. */
export async function rankByMeaning(store: Store, scope: RankScope, words: string, meaning: QueryVector): Promise<Ranking> {
  const near = await nearestFiles(store, scope, meaning);
  const ids = [...near.keys()];
  const [whole, places, infos] = await Promise.all([wholeFiles(store, ids, meaning, near), store.files.places(scope.views, ids), store.files.blobs(ids)]);
  const placed = ids.flatMap((blob) => {
    const info = infos.get(blob);
    return info === undefined ? [] : (places.get(blob) ?? []).map((place) => ({ blob, info, place }));
  });
  const question = understand(words);
  const features = meaningFeatures(placed.map(({ blob, place }) => ({ file: whole.get(blob), path: place.entry.path })), meaning);
  const older = olderOf(placed.map(({ place }) => readPath(place.entry.path)), question);
  const files = placed.map(({ blob, info, place }, at): RankedFile => {
    const own = features[at] ?? NO_MEANING;
    const unasked = older[at] === true || isUnasked(question, readPath(place.entry.path), info.language);
    return { place, info, score: scoreOfMeaning(own, unasked), chunk: near.get(blob)?.chunk ?? 0, why: explainMeaning(own, unasked) };
  });
  return { question, files: files.sort(byScore), matching: files.length };
}

function byScore(a: RankedFile, b: RankedFile): number {
  return b.score - a.score || (a.place.entry.path < b.place.entry.path ? -1 : 1);
}

/** The candidates with their features: what the ranker scores, and what training learns from. */
export async function candidatesFor(store: Store, scope: RankScope, words: string, meaning: QueryVector | null): Promise<{ question: Question; candidates: Candidate[]; matching: number }> {
  const question = understand(words);
  const [postings, statistics, definers, near] = await Promise.all([
    store.terms.postings(scope.repositories, question.terms.map(({ term }) => term)),
    store.terms.statistics(scope.repositories),
    definersOf(store, scope, question),
    meaning === null ? new Map<BlobId, FileMeaning>() : nearestFiles(store, scope, meaning),
  ]);
  const nearest = new Set([...near.keys()].slice(0, NEAR_CANDIDATES));
  const preferred = { has: (blob: number): boolean => definers.folded.has(blob) || nearest.has(blob) };
  const gathered = gather(question.terms, postings, statistics, scope.within, { most: CANDIDATES + nearest.size, preferred });
  const worded = new Set(gathered.files.map(({ blob }) => blob));
  const ids = [...worded, ...[...nearest].filter((blob) => !worded.has(blob))];
  const whole = meaning === null ? new Map<BlobId, WholeMeaning>() : await wholeFiles(store, ids, meaning, near);
  const chosen = [...gathered.files, ...ids.slice(worded.size).map((blob) => noEvidence(blob, whole.get(blob)?.chunks ?? 1, whole.get(blob)?.chunk ?? 0))];
  const placed = await placesOf(store, scope, chosen);
  const meanings = meaning === null ? [] : meaningFeatures(placed.map(({ evidence, place }) => ({ file: whole.get(evidence.blob), path: place.entry.path })), meaning);
  const greatest = { sum: Math.max(0, ...chosen.map(({ sum }) => sum)), whole: Math.max(0, ...chosen.map((file) => file.whole)) };
  const older = olderOf(placed.map(({ path }) => path), question);
  const candidates = placed.map(({ evidence, place, info, path }, at): Candidate => {
    const context: FileContext = {
      evidence, greatest, path, language: info.language, textOnly: info.textOnly !== null,
      defines: definers.folded.get(evidence.blob) ?? 0, definesExact: definers.exact.get(evidence.blob) ?? 0,
      older: older[at] ?? false, meaning: meanings[at] ?? NO_MEANING,
    };
    return { evidence, place, info, features: featuresOf(question, context, gathered.idf), chunk: chunkOf(evidence, whole.get(evidence.blob)) };
  });
  await compare(store, candidates, question, gathered.idf, meaning);
  return { question, candidates, matching: Math.max(gathered.matching, chosen.length) };
}

/** The second look: candidates speak about each other by how good they are alone, and the strongest show their names. */
async function compare(store: Store, candidates: readonly Candidate[], question: Question, idf: ReadonlyMap<string, number>, meaning: QueryVector | null): Promise<void> {
  const neighbours = candidates.map(({ place, info, features }): Neighbour => ({
    view: place.view, path: place.entry.path, blob: info.id, language: info.language, strength: scoreOf(features, meaning !== null),
  }));
  const strongest = neighbours.map((_, at) => at).sort((a, b) => (neighbours[b] as Neighbour).strength - (neighbours[a] as Neighbour).strength || a - b).slice(0, NAMED);
  const [among, names] = await Promise.all([amongOf(store, neighbours), nearNames(store, strongest.map((at) => neighbours[at] as Neighbour), question, idf, meaning)]);
  candidates.forEach(({ features }, at) => addAmong(features, among[at] as Among));
  names.forEach((near, at) => addNames((candidates[strongest[at] as number] as Candidate).features, near));
}

/** The chunk that the words choose, unless it means something else: the head of a file holds all its words and does nothing. */
function chunkOf({ sum, bestChunk }: FileEvidence, whole: WholeMeaning | undefined): number {
  if (whole === undefined || (sum > 0 && whole.at(bestChunk) >= MEANT * (whole.nearest[0] as number))) return bestChunk;
  return whole.chunk;
}

async function placesOf(store: Store, scope: RankScope, chosen: readonly FileEvidence[]): Promise<readonly Placed[]> {
  const ids = chosen.map(({ blob }) => blob);
  const [places, infos] = await Promise.all([store.files.places(scope.views, ids), store.files.blobs(ids)]);
  return chosen.flatMap((evidence) => {
    const info = infos.get(evidence.blob);
    return info === undefined ? [] : (places.get(evidence.blob) ?? []).map((place) => ({ evidence, info, place, path: readPath(place.entry.path) }));
  });
}
