/** Rate limits: buckets that refill evenly, so that a minute's worth may come at once and nobody waits for a full minute. */
import type { RateCounts, RateTaken } from '../port.ts';

/** Callers remembered in each of two generations: some megabytes. When one is full, those not heard of since the last one are forgotten. */
const KEYS = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/** Counts in this process. */
export function memoryCounts(now: () => number = () => performance.now()): RateCounts {
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  return {
    take(key, { count, millis }, peek = false): RateTaken {
      const time = now();
      const bucket = young.get(key) ?? old.get(key) ?? { left: count, at: time };
      const perMilli = count / millis;
      bucket.left = Math.min(count, bucket.left + (time - bucket.at) * perMilli);
      bucket.at = time;
      const taken = bucket.left >= 1;
      if (taken && !peek) bucket.left -= 1;
      if (!peek) young.set(key, bucket);
      if (young.size >= KEYS) {
        old = young;
        young = new Map();
      }
      return { taken, left: Math.floor(bucket.left), waitMillis: bucket.left >= 1 ? 0 : Math.ceil((1 - bucket.left) / perMilli) };
    },
  };
}
