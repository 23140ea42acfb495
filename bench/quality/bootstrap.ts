/** How sure a mean over labelled queries is: percentiles of means over resampled repositories and resampled queries of each. */

export interface Interval {
  readonly mean: number;
  /** 95% of the resampled means lie from `low` to `high`. */
  readonly low: number;
  readonly high: number;
}

/** One measured value, and the group (repository) that it was drawn with. */
export interface Drawn {
  readonly group: string;
  readonly value: number;
}

/** Uniform numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Groups are drawn with replacement, then values within each drawn group: queries of one repository are alike, so that
 * resampling queries alone would promise too much. For paired differences, give the differences.
 */
export function bootstrap(values: readonly Drawn[], samples: number, seed: number): Interval {
  const groups = [...Map.groupBy(values, ({ group }) => group).values()].map((group) => Float64Array.from(group, ({ value }) => value));
  if (groups.length === 0) return { mean: 0, low: 0, high: 0 };
  const random = randomFrom(seed);
  const means = Float64Array.from({ length: samples }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < groups.length; i++) {
      const group = groups[Math.floor(random() * groups.length)] as Float64Array;
      for (let j = 0; j < group.length; j++) sum += group[Math.floor(random() * group.length)] as number;
      count += group.length;
    }
    return sum / count;
  }).sort();
  const at = (share: number): number => means[Math.min(samples - 1, Math.floor(samples * share))] as number;
  return { mean: values.reduce((sum, { value }) => sum + value, 0) / values.length, low: at(0.025), high: at(0.975) };
}
