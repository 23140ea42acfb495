/** Features of one file for one question: plain numbers, each visible in `why`. */
import type { FileEvidence } from './evidence.ts';
import type { PathEvidence } from './place.ts';
import type { Question } from './question.ts';

export const FEATURES = [
  'relativeSum', 'relativeWhole', 'chunkCoverage', 'nameCoverage', 'chunkNameCoverage', 'headCoverage',
  'stem', 'stemPrecision', 'stemExact', 'parent', 'folders', 'depth', 'size',
  'defines', 'definesExact', 'test', 'example', 'vendored', 'legacy', 'barrel', 'declarations', 'document', 'data', 'generated',
  'older', 'platform', 'imported', 'folder',
  'near', 'nearMany', 'nearWhole', 'nearPath', 'meaningRank', 'nearName', 'nearFolder',
] as const;
/** Features that need vectors; without them they are 0 for every file, and other weights hold. */
export const OF_MEANING: ReadonlySet<Feature> = new Set(['near', 'nearMany', 'nearWhole', 'nearPath', 'meaningRank', 'nearName', 'nearFolder']);
export type Feature = (typeof FEATURES)[number];

export interface FileContext {
  readonly evidence: FileEvidence;
  /** The greatest sums among the candidates. */
  readonly greatest: { readonly sum: number; readonly whole: number };
  readonly path: PathEvidence;
  readonly language: string;
  readonly textOnly: boolean;
  /** How much the file defines a name of the question, 0 to 1 by kind and visibility: in some case, and exactly as typed. */
  readonly defines: number;
  readonly definesExact: number;
  /** The path holds a lesser version of what stands beside it in a greater one, and the question does not name it. */
  readonly older: boolean;
  readonly meaning: MeaningFeatures;
}

/** What the other candidates say about one. */
export interface Among {
  /** Strength of the candidates that import it; of the others in its folder. */
  readonly imported: number;
  readonly folder: number;
}

/** How near what a file defines is to the question, each 0 to 1. */
export interface NearNames {
  /** Cosine of the nearest name. */
  readonly name: number;
  /** Share of the question's words that are equal or near to one of the folder's. */
  readonly folder: number;
}

/** Cosines of the nearest chunk, of the three nearest on the average, of the file as a whole and of its path's words. */
export interface Cosines {
  readonly near: number;
  readonly many: number;
  readonly whole: number;
  readonly path: number;
}

export interface MeaningFeatures {
  readonly cosines: Cosines;
  /** Each in deviations from the mean of the candidates: models differ in how far apart their cosines are. */
  readonly relative: Cosines;
  /** Place by the nearest chunk; 0 is the nearest of all. */
  readonly place: number;
}

const NOTHING: Cosines = { near: 0, many: 0, whole: 0, path: 0 };
export const NO_MEANING: MeaningFeatures = { cosines: NOTHING, relative: NOTHING, place: Number.POSITIVE_INFINITY };

const DOCUMENT_LANGUAGES = new Set(['markdown', 'text', 'rst', 'asciidoc', 'tex', 'html', 'po', 'svg', 'org']);
const DATA_LANGUAGES = new Set(['json', 'yaml', 'toml', 'xml', 'ini', 'csv', 'css', 'scss', 'lockfile', 'properties', 'dockerfile', 'makefile', 'cmake', 'meson', 'gitignore']);

/** The features in the order of `FEATURES`, those of `addAmong` and `addNames` 0. Demotions are off where the question asks for such files. */
export function featuresOf(question: Question, file: FileContext, idf: ReadonlyMap<string, number>): Float64Array {
  const { evidence, path, meaning } = file;
  const asks = question.asksFor;
  const stem = matchShare(question, path.stem, idf);
  return Float64Array.of(
    evidence.sum / (file.greatest.sum || 1), evidence.whole / (file.greatest.whole || 1), evidence.chunkCoverage,
    evidence.nameCoverage, evidence.chunkNameCoverage, evidence.headCoverage,
    stem.recall, stem.precision, stem.precision === 1 ? stem.recall : 0,
    matchShare(question, path.parent, idf).recall, matchShare(question, path.folders, idf).recall,
    Math.log(1 + path.depth), Math.log(1 + evidence.chunks),
    file.defines, file.definesExact,
    path.test && !asks.tests ? 1 : 0, path.example && !asks.examples && !asks.documents ? 1 : 0, path.vendored && !asks.vendored ? 1 : 0,
    path.legacy ? 1 : 0, path.barrel ? 1 : 0, path.declarations || (path.header && file.language === 'c') ? 1 : 0,
    DOCUMENT_LANGUAGES.has(file.language) && !asks.documents ? 1 : 0,
    DATA_LANGUAGES.has(file.language) && !asks.configuration ? 1 : 0, file.textOnly ? 1 : 0,
    file.older ? 1 : 0, path.platform && !asks.platform ? 1 : 0, 0, 0,
    meaning.relative.near, meaning.relative.many, meaning.relative.whole, meaning.relative.path, 1 / (3 + meaning.place), 0, 0,
  );
}

const [IMPORTED, FOLDER, NEAR_NAME, NEAR_FOLDER] = (['imported', 'folder', 'nearName', 'nearFolder'] as const).map((name) => FEATURES.indexOf(name)) as [number, number, number, number];

/** Adds what is only known when the candidates have been compared. */
export function addAmong(features: Float64Array, { imported, folder }: Among): void {
  features[IMPORTED] = Math.log(1 + imported);
  features[FOLDER] = Math.log(1 + folder);
}

/** Adds what is only asked about the strongest candidates. */
export function addNames(features: Float64Array, { name, folder }: NearNames): void {
  features[NEAR_NAME] = name;
  features[NEAR_FOLDER] = folder;
}

/** A kind of file that a question has to ask for: tests, examples, what others wrote, what is kept for old callers, documents, data. */
export function isUnasked({ asksFor }: Question, path: PathEvidence, language: string): boolean {
  return (path.test && !asksFor.tests) || (path.example && !asksFor.examples && !asksFor.documents) || (path.vendored && !asksFor.vendored) || path.legacy
    || path.declarations || (DOCUMENT_LANGUAGES.has(language) && !asksFor.documents) || (DATA_LANGUAGES.has(language) && !asksFor.configuration);
}

/** Shares, by idf and weight, of the question's terms that are among `words`, and of `words` that the question names. */
function matchShare(question: Question, words: readonly string[], idf: ReadonlyMap<string, number>): { recall: number; precision: number } {
  if (words.length === 0) return { recall: 0, precision: 0 };
  const joined = words.join('');
  let matched = 0;
  let total = 0;
  const used = new Set<string>();
  for (const { term, weight } of question.terms) {
    const value = (idf.get(term) ?? 0) * weight;
    total += value;
    const word = words.find((candidate) => candidate === term || sharesStart(candidate, term));
    if (word !== undefined) {
      matched += word === term ? value : value * 0.7;
      used.add(word);
    } else if (term.length > 3 && joined === term) {
      matched += value;
      for (const candidate of words) used.add(candidate);
    }
  }
  return { recall: total === 0 ? 0 : matched / total, precision: used.size / words.length };
}

/** `auth` and `authent`, `param` and `parameter`: one is the beginning of the other and long enough to mean it. */
function sharesStart(a: string, b: string): boolean {
  const least = Math.min(a.length, b.length);
  return least >= 4 && (a.startsWith(b) || b.startsWith(a)) && Math.abs(a.length - b.length) <= 6;
}
