import { FEATURES, type Feature, type Cosines, type MeaningFeatures } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. This table holds where a question is asked by words alone. */
export const WORD_WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: 0.035,
  best: 0.045,
  whole: -0.218,
  relativeSum: 1.328,
  relativeWhole: 1.913,
  coverage: -0.015,
  chunkCoverage: 1.045,
  nameCoverage: 1.720,
  chunkNameCoverage: 0.393,
  nameSum: 0.440,
  headCoverage: 0.452,
  density: 0.502,
  stem: 0.657,
  stemPrecision: 1.590,
  stemExact: 4.113,
  parent: -0.913,
  folders: 5.678,
  depth: -0.439,
  size: -0.151,
  defines: 2.072,
  definesExact: 1.959,
  test: -3.857,
  example: -2.241,
  vendored: 0.000,
  legacy: -2.704,
  barrel: 0.437,
  declarations: -3.649,
  document: -3.212,
  data: -3.063,
  generated: -1.761,
  older: -5.200,
  platform: -3.611,
  imported: 0.774,
  folder: 0.380,
};

/** These hold where vectors speak as well. */
export const WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: -0.096,
  best: -0.116,
  whole: -0.123,
  relativeSum: 1.076,
  relativeWhole: 1.674,
  coverage: 0.105,
  chunkCoverage: 0.989,
  nameCoverage: 1.822,
  chunkNameCoverage: 0.405,
  nameSum: 0.177,
  headCoverage: 0.233,
  density: -0.088,
  stem: -1.072,
  stemPrecision: 0.894,
  stemExact: 4.641,
  parent: -0.691,
  folders: 3.292,
  depth: -0.503,
  size: -0.032,
  defines: 1.830,
  definesExact: 1.648,
  test: -3.865,
  example: -2.274,
  vendored: 0.000,
  legacy: -2.497,
  barrel: 0.320,
  declarations: -3.648,
  document: -3.235,
  data: -2.685,
  generated: -1.658,
  older: -5.583,
  platform: -3.403,
  imported: 0.713,
  folder: 0.411,
  near: 0.063,
  nearMany: -0.126,
  nearWhole: 0.430,
  nearPath: 0.251,
  meaningRank: 2.869,
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
