import { SIGNALS } from './compare.ts';
import type { MeaningNearness } from './nearness.ts';
import { MEANING_WEIGHTS, WORD_WEIGHTS } from './weights.ts';

/** Signals of meaning stand after those of words and shape. */
export const MEANING_SIGNALS: readonly string[] = ['meaning best', 'meaning whole', 'meaning theme', 'meaning theme of the best'];

const byWords = Float64Array.from(SIGNALS, (name) => WORD_WEIGHTS[name] ?? 0);
const withMeaning = Float64Array.from([...SIGNALS, ...MEANING_SIGNALS], (name) => MEANING_WEIGHTS[name] ?? 0);

/** Higher is nearer; only the order counts. `meaning` null: there are no vectors to compare, and the weights are those learned without. */
export function scoreOf(signals: Float64Array, meaning: MeaningNearness | null): number {
  const weights = meaning === null ? byWords : withMeaning;
  let sum = 0;
  for (let i = 0; i < signals.length; i++) sum += (signals[i] as number) * (weights[i] as number);
  if (meaning === null) return sum;
  meaningSignals(meaning).forEach((value, i) => { sum += value * (weights[signals.length + i] as number); });
  return sum;
}

/** In the order of MEANING_SIGNALS. */
export function meaningSignals({ best, whole, theme, relativeTheme }: MeaningNearness): readonly number[] {
  return [best, whole, theme, relativeTheme];
}
