import { SIGNALS } from './compare.ts';
import type { MeaningNearness } from './nearness.ts';
import { MEANING_WEIGHTS, WORD_WEIGHTS } from './weights.ts';

/** Signals of meaning stand after those of words and shape. */
export const MEANING_SIGNALS: readonly string[] = ['meaning best', 'meaning whole'];

const byWords = Float64Array.from(SIGNALS, (name) => WORD_WEIGHTS[name] ?? 0);
const withMeaning = Float64Array.from([...SIGNALS, ...MEANING_SIGNALS], (name) => MEANING_WEIGHTS[name] ?? 0);

/** Higher is nearer; only the order counts. `meaning` null: there are no vectors to compare, and the weights are those learned without. */
export function scoreOf(signals: Float64Array, meaning: MeaningNearness | null): number {
  const weights = meaning === null ? byWords : withMeaning;
  let sum = 0;
  for (let i = 0; i < signals.length; i++) sum += (signals[i] as number) * (weights[i] as number);
  if (meaning === null) return sum;
  return sum + meaning.best * (weights[signals.length] as number) + meaning.whole * (weights[signals.length + 1] as number);
}
