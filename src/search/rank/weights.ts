import { FEATURES, type Feature } from './features.ts';

/** Weights of the linear ranker, learned by train/rank.ts; see docs/decisions for how they were checked. */
export const WEIGHTS: Readonly<Record<Feature, number>> = {
  sum: 1.6, best: 0.6, coverage: 1.5, chunkCoverage: 0.6, nameCoverage: 0.8, chunkNameCoverage: 0.8, density: 0.3,
  stem: 2.5, stemPrecision: 0.6, stemExact: 0.8, parent: 0.5, folders: 0.4, depth: -0.4, size: -0.35, mentions: 0.6,
  defines: 1, definesExact: 2, test: -1.5, example: -1.2, vendored: -1.2, legacy: -0.6, barrel: -0.6, declarations: -0.4, document: -1, data: -1, generated: -0.8,
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
