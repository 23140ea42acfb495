import { FEATURES, type Feature, type Cosines, type MeaningFeatures } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. This table holds where a question is asked by words alone. */
export const WORD_WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: 0.032,
  best: 0.034,
  whole: -0.217,
  relativeSum: 1.337,
  relativeWhole: 1.924,
  coverage: -0.017,
  chunkCoverage: 1.041,
  nameCoverage: 1.732,
  chunkNameCoverage: 0.393,
  nameSum: 0.433,
  headCoverage: 0.445,
  density: 0.509,
  stem: 0.678,
  stemPrecision: 1.605,
  stemExact: 4.080,
  parent: -0.989,
  folders: 5.716,
  depth: -0.419,
  size: -0.153,
  defines: 2.052,
  definesExact: 1.938,
  test: -3.855,
  example: -2.227,
  vendored: 0.000,
  legacy: -2.704,
  barrel: 0.437,
  declarations: -3.669,
  document: -3.193,
  data: -3.192,
  generated: -1.807,
  older: -5.141,
  platform: -3.611,
  imported: 0.731,
  folder: 0.378,
};

/** These hold where vectors speak as well. */
export const WEIGHTS: Readonly<Partial<Record<Feature, number>>> = {
  sum: -0.085,
  best: -0.105,
  whole: -0.087,
  relativeSum: 1.073,
  relativeWhole: 1.749,
  coverage: 0.139,
  chunkCoverage: 0.980,
  nameCoverage: 1.748,
  chunkNameCoverage: 0.407,
  nameSum: 0.218,
  headCoverage: 0.359,
  density: 0.008,
  stem: -1.253,
  stemPrecision: 0.971,
  stemExact: 4.596,
  parent: -0.523,
  folders: 3.155,
  depth: -0.429,
  size: -0.044,
  defines: 1.731,
  definesExact: 1.580,
  test: -3.737,
  example: -2.257,
  vendored: 0.000,
  legacy: -2.707,
  barrel: 0.310,
  declarations: -3.707,
  document: -3.209,
  data: -3.086,
  generated: -1.739,
  older: -6.069,
  platform: -3.643,
  imported: 0.713,
  folder: 0.400,
  near: 0.050,
  nearMany: -0.201,
  nearWhole: 0.392,
  nearPath: 0.246,
  meaningRank: 3.269,
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
