import { NO_METER, type Meter } from '../../base/mod.ts';
import type { Cluster, RateCounts } from '../port.ts';
import { memoryCounts } from './rates.ts';

/** One process that shares with nobody. */
export function openMemoryCluster(meter: Meter = NO_METER): Cluster {
  const memory = memoryCounts();
  const counts: RateCounts = {
    take(key, rate, peek) {
      meter.count('code_index_shared_requests_total', { part: 'rates', outcome: 'done' });
      return memory.take(key, rate, peek);
    },
  };
  return {
    counts, answers: null,
    tell: async () => false,
    hear: () => ({ [Symbol.dispose]: () => {} }),
    check: async () => 'nothing is shared',
    async [Symbol.asyncDispose]() {},
  };
}
