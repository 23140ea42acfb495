/** The order in which pairs are learned from. */
import { BATCH } from './kernel.ts';
import type { Pair, PairKind } from './pairs.ts';
import type { Units } from './prepare.ts';
import type { Random } from './random.ts';

/**
 * Full batches of one kind each, kinds mixed. Pairs over a kind's `most` are left out, others each epoch. `run` neighbours
 * of a batch come from one package: the wrong answers that look most alike are next to the right one.
 */
export function batchesOf(units: Units, pairs: readonly Pair[], most: Readonly<Partial<Record<PairKind, number>>>, run: number, random: Random): Pair[][] {
  const byKind = new Map<PairKind, Pair[]>();
  for (const pair of pairs) {
    const list = byKind.get(pair.kind);
    if (list === undefined) byKind.set(pair.kind, [pair]);
    else list.push(pair);
  }
  const batches: Pair[][] = [];
  for (const [kind, list] of byKind) {
    const kept = random.shuffled(list).slice(0, most[kind] ?? list.length);
    const byPackage = new Map<number, Pair[]>();
    for (const pair of kept) {
      const of = units.packageOf[pair.left] as number;
      const own = byPackage.get(of);
      if (own === undefined) byPackage.set(of, [pair]);
      else own.push(pair);
    }
    const runs: Pair[][] = [];
    for (const own of byPackage.values()) for (let at = 0; at < own.length; at += run) runs.push(own.slice(at, at + run));
    const order = random.shuffled(runs).flat();
    for (let at = 0; at + BATCH <= order.length; at += BATCH) batches.push(order.slice(at, at + BATCH));
  }
  return random.shuffled(batches);
}
