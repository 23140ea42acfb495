import { FEATURES, type Feature } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. */
export const WEIGHTS: Readonly<Record<Feature, number>> = {
  sum: 0.539,
  best: 1.560,
  whole: -0.469,
  relativeSum: 0.030,
  relativeWhole: 0.640,
  coverage: 0.340,
  chunkCoverage: -0.486,
  nameCoverage: 1.992,
  chunkNameCoverage: 0.577,
  nameSum: -0.193,
  headCoverage: 0.688,
  density: 0.985,
  stem: 0.067,
  stemPrecision: 2.469,
  stemExact: 3.482,
  parent: -0.555,
  folders: 3.260,
  depth: -0.873,
  size: 0.413,
  defines: 1.222,
  definesExact: 0.431,
  test: -2.943,
  example: -1.550,
  vendored: 0.000,
  legacy: -2.307,
  barrel: 0.989,
  declarations: 0.000,
  document: -1.084,
  data: 0.000,
  generated: -2.202,
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
