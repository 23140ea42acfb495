/** Listwise fitting of a linear ranker, and NDCG@10 of its order. Plain arithmetic, deterministic. */
import { ndcg10 } from '../bench/quality/labelled.ts';

export interface LabelledQuery {
  readonly group: string;
  readonly language: string;
  readonly query: string;
  readonly category: string;
  readonly targets: readonly string[];
  readonly paths: readonly string[];
  readonly features: readonly Float64Array[];
  /** For each candidate the target that it satisfies, or -1. */
  readonly relevant: readonly number[];
  /** For each candidate how strong it is by the plainest evidence; absent, by its first feature. */
  readonly strength?: readonly number[];
}

const STEPS = 150;
const RATE = 0.1;
const LAST_RATE = 0.03;
/** Candidates of one query that take part in fitting: the strongest by a plain score, and all targets. */
const NEGATIVES = 30;

export function ndcg({ features, paths, relevant, targets }: LabelledQuery, weights: Float64Array): number {
  const scores = features.map((row) => dot(row, weights));
  const order = scores.map((_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number) || ((paths[a] as string) < (paths[b] as string) ? -1 : 1));
  return gainOf(order.map((candidate) => relevant[candidate] as number), targets.length);
}

/** NDCG@10. `hits`: for each answer in order the target that it satisfies, or -1; a target counts once. */
export function gainOf(hits: readonly number[], targets: number): number {
  return ndcg10(Array.from({ length: targets }, (_, target) => hits.indexOf(target) + 1));
}

/** What is known of a feature before any label is seen: where its weight is drawn to, and the sign that it keeps (0: either). */
export interface Prior {
  readonly weight: number;
  readonly sign: -1 | 0 | 1;
}

/** NDCG@10 of each query under weights fitted without its own group. */
export function crossValidate(queries: readonly LabelledQuery[], l2: number, priors?: readonly Prior[]): number[] {
  const out = new Array<number>(queries.length).fill(0);
  for (const group of new Set(queries.map((query) => query.group))) {
    const weights = fit(queries.filter((query) => query.group !== group), l2, priors);
    queries.forEach((query, index) => {
      if (query.group === group) out[index] = ndcg(query, weights);
    });
  }
  return out;
}

interface Example {
  /** Rows of standardized features, one after the other. */
  readonly rows: Float64Array;
  readonly hits: Uint8Array;
}

/** Softmax cross-entropy over the candidates of each query, L2 towards the priors on standardized features, by Adam over all data. */
export function fit(queries: readonly LabelledQuery[], l2: number, priors: readonly Prior[] = []): Float64Array {
  const usable = queries.filter(({ relevant }) => relevant.some((target) => target >= 0)).map(strongest);
  const width = usable[0]?.features[0]?.length ?? 0;
  const scale = deviations(usable, width);
  const examples = usable.map(({ features, relevant }): Example => ({
    rows: Float64Array.from(features.flatMap((row) => [...row].map((value, i) => value / (scale[i] as number)))),
    hits: Uint8Array.from(relevant, (target) => (target >= 0 ? 1 : 0)),
  }));
  const drawn = scale.map((one, i) => (priors[i]?.weight ?? 0) * one);
  const weights = drawn.slice();
  const [first, second] = [new Float64Array(width), new Float64Array(width)];
  for (let step = 1; step <= STEPS; step++) {
    const gradient = gradientOf(examples, weights);
    const rate = step < STEPS * 0.6 ? RATE : LAST_RATE;
    for (let i = 0; i < width; i++) {
      const slope = (gradient[i] as number) / examples.length + l2 * ((weights[i] as number) - (drawn[i] as number));
      first[i] = 0.9 * (first[i] as number) + 0.1 * slope;
      second[i] = 0.99 * (second[i] as number) + 0.01 * slope * slope;
      const mean = (first[i] as number) / (1 - 0.9 ** step);
      const spread = (second[i] as number) / (1 - 0.99 ** step);
      weights[i] = (weights[i] as number) - (rate * mean) / (Math.sqrt(spread) + 1e-8);
      if ((weights[i] as number) * (priors[i]?.sign ?? 0) < 0) weights[i] = 0;
    }
  }
  return weights.map((weight, i) => weight / (scale[i] as number));
}

function strongest(query: LabelledQuery): LabelledQuery {
  const plain = query.strength ?? query.features.map((row) => row[0] as number);
  const order = plain.map((_, i) => i).sort((a, b) => (plain[b] as number) - (plain[a] as number));
  const kept = order.filter((candidate, rank) => rank < NEGATIVES || (query.relevant[candidate] as number) >= 0);
  const pick = <T>(list: readonly T[]): T[] => kept.map((i) => list[i] as T);
  return { ...query, paths: pick(query.paths), features: pick(query.features), relevant: pick(query.relevant) };
}

function gradientOf(examples: readonly Example[], weights: Float64Array): Float64Array {
  const width = weights.length;
  const gradient = new Float64Array(width);
  for (const { rows, hits } of examples) {
    const scores = new Float64Array(hits.length);
    let [greatest, total, count] = [Number.NEGATIVE_INFINITY, 0, 0];
    for (let at = 0; at < hits.length; at++) {
      let score = 0;
      for (let i = 0; i < width; i++) score += (rows[at * width + i] as number) * (weights[i] as number);
      scores[at] = score;
      if (score > greatest) greatest = score;
    }
    for (let at = 0; at < hits.length; at++) {
      scores[at] = Math.exp((scores[at] as number) - greatest);
      total += scores[at] as number;
      count += hits[at] as number;
    }
    for (let at = 0; at < hits.length; at++) {
      const share = (scores[at] as number) / total - (hits[at] as number) / count;
      for (let i = 0; i < width; i++) gradient[i] = (gradient[i] as number) + share * (rows[at * width + i] as number);
    }
  }
  return gradient;
}

function deviations(queries: readonly LabelledQuery[], width: number): Float64Array {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let count = 0;
  for (const { features } of queries) {
    for (const row of features) {
      count++;
      for (let i = 0; i < width; i++) {
        sums[i] = (sums[i] as number) + (row[i] as number);
        squares[i] = (squares[i] as number) + (row[i] as number) ** 2;
      }
    }
  }
  return sums.map((sum, i) => Math.sqrt(Math.max((squares[i] as number) / count - (sum / count) ** 2, 0)) || 1);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
