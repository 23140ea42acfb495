import { FEATURES, type Feature, type Cosines, type MeaningFeatures } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. This table holds where a question is asked by words alone. */
export const WORD_WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  relativeSum: 2.043,
  relativeWhole: 2.138,
  chunkCoverage: 0.901,
  nameCoverage: 2.062,
  chunkNameCoverage: 0.700,
  headCoverage: 0.594,
  stem: 1.150,
  stemPrecision: 1.726,
  stemExact: 4.245,
  parent: 0.000,
  folders: 4.399,
  depth: -0.385,
  size: -0.292,
  defines: 1.951,
  definesExact: 1.887,
  test: -6.308,
  example: -6.031,
  vendored: -6.000,
  legacy: -6.058,
  barrel: 0.432,
  declarations: -4.458,
  document: -6.160,
  data: -6.137,
  generated: -6.030,
  older: -6.809,
  platform: -4.220,
  imported: 0.637,
  folder: 0.485,
};

/** These hold where vectors speak as well. */
export const WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  relativeSum: 0.942,
  relativeWhole: 1.479,
  chunkCoverage: 0.743,
  nameCoverage: 1.937,
  chunkNameCoverage: 0.110,
  headCoverage: 0.157,
  stem: 0.000,
  stemPrecision: 0.847,
  stemExact: 4.504,
  parent: 0.000,
  folders: 0.000,
  depth: -0.546,
  size: -0.021,
  defines: 1.899,
  definesExact: 1.814,
  test: -6.242,
  example: -6.017,
  vendored: -6.000,
  legacy: -6.034,
  barrel: 0.272,
  declarations: -4.387,
  document: -6.104,
  data: -6.061,
  generated: -6.017,
  older: -6.989,
  platform: -3.895,
  imported: 0.570,
  folder: 0.476,
  near: 0.000,
  nearMany: 0.000,
  nearWhole: 0.350,
  nearPath: 0.218,
  meaningRank: 2.571,
  nearName: 0.844,
  nearFolder: 2.597,
};

const WITH_MEANING = Float64Array.from(FEATURES, (feature) => WEIGHTS[feature] ?? 0);
const BY_WORDS = Float64Array.from(FEATURES, (feature) => WORD_WEIGHTS[feature] ?? 0);

export function scoreOf(features: Float64Array, withMeaning: boolean): number {
  const weights = withMeaning ? WITH_MEANING : BY_WORDS;
  let score = 0;
  for (let i = 0; i < weights.length; i++) score += (weights[i] as number) * (features[i] as number);
  return score;
}

/** What a feature says, for people. */
const PHRASES: Readonly<Partial<Record<Feature, string>>> = {
  imported: 'imported by other strong results', folder: 'others in its folder match', older: 'an older version', platform: 'for one platform',
  near: 'close in meaning', nearMany: 'several parts close in meaning', nearWhole: 'the whole file is close in meaning', nearPath: 'its path is close in meaning',
  meaningRank: 'among the first by meaning', nearName: 'defines a name close in meaning', nearFolder: 'its folder is close in meaning',
  relativeSum: 'words of the question',
  relativeWhole: 'words of the question, over the whole file',
  chunkCoverage: 'most of the words in one piece',
  nameCoverage: 'words in its names',
  chunkNameCoverage: 'words in one name',
  headCoverage: 'words at its head',
  stem: 'words in the file name',
  stemPrecision: 'the file name is about it',
  stemExact: 'the file name is the question',
  parent: 'words in its folder',
  folders: 'words in its path',
  depth: 'depth of its path',
  size: 'size',
  defines: 'defines a name asked for',
  definesExact: 'defines the very name',
  test: 'a test',
  example: 'an example or document folder',
  vendored: 'vendored',
  legacy: 'legacy',
  barrel: 'hands on what others define',
  declarations: 'declarations',
  document: 'a document',
  data: 'data',
  generated: 'generated',
};

/** The features that moved a file most, strongest first, as short phrases with their share of the score. */
export function explain(features: Float64Array, withMeaning: boolean, most: number): string[] {
  const weights = withMeaning ? WITH_MEANING : BY_WORDS;
  return FEATURES.map((name, i) => ({ name, share: (weights[i] as number) * (features[i] as number) }))
    .filter(({ share }) => Math.abs(share) >= 0.05)
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
    .slice(0, most)
    .map(({ name, share }) => `${PHRASES[name] ?? name} ${signed(share)}`);
}

/** How much each cosine counts where meaning alone decides, and what a file loses that the question does not ask for. */
const MEANING: Cosines = { near: 1, many: 0.5, whole: 0.2, path: 0.4 };
const UNASKED = 0.15;

export function scoreOfMeaning({ cosines: { near, many, whole, path } }: MeaningFeatures, isUnasked: boolean): number {
  return MEANING.near * near + MEANING.many * many + MEANING.whole * whole + MEANING.path * path - (isUnasked ? UNASKED : 0);
}

export function explainMeaning({ cosines: { near, many, whole, path } }: MeaningFeatures, isUnasked: boolean): string[] {
  return [
    `close in meaning ${signed(MEANING.near * near)}`, `several parts close in meaning ${signed(MEANING.many * many)}`,
    `the whole file is close in meaning ${signed(MEANING.whole * whole)}`, `its path is close in meaning ${signed(MEANING.path * path)}`,
    ...(isUnasked ? [`a kind of file that was not asked for ${signed(-UNASKED)}`] : []),
  ];
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : ''}${share.toFixed(2)}`;
}
