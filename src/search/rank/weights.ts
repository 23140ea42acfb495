import { FEATURES, type Feature } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. */
export const WEIGHTS: Readonly<Record<Feature, number>> = {
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
