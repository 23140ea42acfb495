import { FEATURES, type Feature } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. */
export const WEIGHTS: Readonly<Record<Feature, number>> = {
  sum: 0.463,
  best: 0.960,
  whole: -0.278,
  relativeSum: -0.220,
  relativeWhole: 0.548,
  coverage: 0.247,
  chunkCoverage: 0.038,
  nameCoverage: 2.074,
  chunkNameCoverage: 0.944,
  nameSum: 0.120,
  headCoverage: 0.215,
  density: 1.015,
  stem: -0.614,
  stemPrecision: 2.347,
  stemExact: 4.085,
  parent: -0.762,
  folders: 3.401,
  depth: -0.893,
  size: 0.399,
  defines: 1.877,
  definesExact: 1.835,
  test: -2.830,
  example: -1.364,
  vendored: 0.000,
  legacy: -2.326,
  barrel: 1.115,
  declarations: -2.205,
  document: -2.731,
  data: -1.938,
  generated: -1.104,
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
