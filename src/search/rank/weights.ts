import { FEATURES, type Feature } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. */
export const WEIGHTS: Readonly<Record<Feature, number>> = {
  sum: 0.503,
  best: 0.980,
  whole: -0.292,
  relativeSum: -0.212,
  relativeWhole: 0.413,
  coverage: 0.242,
  chunkCoverage: 0.129,
  nameCoverage: 1.942,
  chunkNameCoverage: 1.093,
  nameSum: 0.061,
  headCoverage: 0.212,
  density: 1.007,
  stem: -0.647,
  stemPrecision: 2.364,
  stemExact: 4.074,
  parent: -0.754,
  folders: 3.409,
  depth: -0.888,
  size: 0.387,
  defines: 1.899,
  definesExact: 1.856,
  test: -2.825,
  example: -1.369,
  vendored: 0.000,
  legacy: -2.326,
  barrel: 1.115,
  declarations: 0.000,
  document: -2.726,
  data: -1.942,
  generated: -1.105,
};

const LIST = Float64Array.from(FEATURES, (feature) => WEIGHTS[feature]);

export function scoreOf(features: Float64Array): number {
  let score = 0;
  for (let i = 0; i < LIST.length; i++) score += (LIST[i] as number) * (features[i] as number);
  return score;
}

/** The features that moved a file most, strongest first, as short phrases with their share of the score. */
export function explain(features: Float64Array, most: number): string[] {
  return FEATURES.map((name, i) => ({ name, share: (LIST[i] as number) * (features[i] as number) }))
    .filter(({ share }) => Math.abs(share) >= 0.05)
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
    .slice(0, most)
    .map(({ name, share }) => `${name} ${share >= 0 ? '+' : ''}${share.toFixed(2)}`);
}
