import { FEATURES, type Feature, type Cosines, type MeaningFeatures } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. This table holds where a question is asked by words alone. */
export const WORD_WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: 0.089,
  best: 0.172,
  whole: -0.079,
  relativeSum: 1.203,
  relativeWhole: 1.706,
  coverage: -0.087,
  chunkCoverage: 0.922,
  nameCoverage: 1.647,
  chunkNameCoverage: 0.430,
  nameSum: 0.442,
  headCoverage: 0.454,
  density: 0.494,
  stem: 0.635,
  stemPrecision: 1.606,
  stemExact: 4.110,
  parent: -1.121,
  folders: 5.914,
  depth: -0.468,
  size: -0.161,
  defines: 2.028,
  definesExact: 1.912,
  test: -3.878,
  example: -2.126,
  vendored: 0.000,
  legacy: -2.690,
  barrel: 0.450,
  declarations: -3.606,
  document: -3.228,
  data: -3.139,
  generated: -1.746,
  older: -5.149,
  platform: -3.559,
  imported: 0.645,
  folder: 0.331,
};

/** These hold where vectors speak as well. */
export const WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: 0.464,
  best: 0.931,
  whole: -0.262,
  relativeSum: -0.225,
  relativeWhole: 0.604,
  coverage: 0.244,
  chunkCoverage: 0.042,
  nameCoverage: 1.859,
  chunkNameCoverage: 1.100,
  nameSum: 0.156,
  headCoverage: 0.212,
  density: 1.012,
  stem: -0.581,
  stemPrecision: 2.336,
  stemExact: 4.064,
  parent: -0.817,
  folders: 3.448,
  depth: -0.893,
  size: 0.392,
  defines: 1.872,
  definesExact: 1.831,
  test: -2.796,
  example: -1.362,
  vendored: 0.000,
  legacy: -2.322,
  barrel: 1.117,
  declarations: -2.203,
  document: -2.735,
  data: -1.935,
  generated: -1.109,
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
  meaningRank: 'among the first by meaning',
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
