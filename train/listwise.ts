/** Listwise fitting of a linear ranker, and NDCG@10 of its order. Plain arithmetic, deterministic. */
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
}

const STEPS = 250;
const RATE = 0.08;
/** Candidates of one query that take part in fitting: the strongest by the first feature, and all targets. */
const NEGATIVES = 80;

export function ndcg(query: LabelledQuery, weights: Float64Array): number {
  const scores = query.features.map((features) => dot(features, weights));
  const order = scores.map((_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number) || ((query.paths[a] as string) < (query.paths[b] as string) ? -1 : 1));
  const seen = new Set<number>();
  let gain = 0;
  order.slice(0, 10).forEach((candidate, rank) => {
    const target = query.relevant[candidate] as number;
    if (target < 0 || seen.has(target)) return;
    seen.add(target);
    gain += 1 / Math.log2(rank + 2);
  });
  let ideal = 0;
  for (let rank = 0; rank < Math.min(10, query.targets.length); rank++) ideal += 1 / Math.log2(rank + 2);
  return ideal === 0 ? 0 : gain / ideal;
}

/** NDCG@10 of each query under weights fitted without its own group. */
export function crossValidate(queries: readonly LabelledQuery[], l2: number): number[] {
  const out = new Array<number>(queries.length).fill(0);
  for (const group of new Set(queries.map((query) => query.group))) {
    const weights = fit(queries.filter((query) => query.group !== group), l2);
    queries.forEach((query, index) => {
      if (query.group === group) out[index] = ndcg(query, weights);
    });
  }
  return out;
}

/** Softmax cross-entropy over the candidates of each query, L2 on standardized features, by Adam over all data. */
export function fit(queries: readonly LabelledQuery[], l2: number): Float64Array {
  const usable = queries.filter(({ relevant }) => relevant.some((target) => target >= 0)).map(strongest);
  const width = usable[0]?.features[0]?.length ?? 0;
  const scale = deviations(usable, width);
  const weights = new Float64Array(width);
  const first = new Float64Array(width);
  const second = new Float64Array(width);
  for (let step = 1; step <= STEPS; step++) {
    const gradient = gradientOf(usable, weights, scale);
    for (let i = 0; i < width; i++) {
      const slope = (gradient[i] as number) / usable.length + l2 * (weights[i] as number);
      first[i] = 0.9 * (first[i] as number) + 0.1 * slope;
      second[i] = 0.999 * (second[i] as number) + 0.001 * slope * slope;
      const mean = (first[i] as number) / (1 - 0.9 ** step);
      const spread = (second[i] as number) / (1 - 0.999 ** step);
      weights[i] = (weights[i] as number) - (RATE * mean) / (Math.sqrt(spread) + 1e-8);
    }
  }
  return weights.map((weight, i) => weight / (scale[i] as number));
}

function strongest(query: LabelledQuery): LabelledQuery {
  const order = query.features.map((_, i) => i).sort((a, b) => (query.features[b]?.[0] as number) - (query.features[a]?.[0] as number));
  const kept = order.filter((candidate, rank) => rank < NEGATIVES || (query.relevant[candidate] as number) >= 0);
  const pick = <T>(list: readonly T[]): T[] => kept.map((i) => list[i] as T);
  return { ...query, paths: pick(query.paths), features: pick(query.features), relevant: pick(query.relevant) };
}

function gradientOf(queries: readonly LabelledQuery[], weights: Float64Array, scale: Float64Array): Float64Array {
  const gradient = new Float64Array(weights.length);
  const scaled = weights.map((weight, i) => weight / (scale[i] as number));
  for (const { features, relevant } of queries) {
    const scores = features.map((row) => dot(row, scaled));
    const greatest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - greatest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const hits = relevant.filter((target) => target >= 0).length;
    features.forEach((row, candidate) => {
      const share = (powers[candidate] as number) / total - ((relevant[candidate] as number) >= 0 ? 1 / hits : 0);
      for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) + (share * (row[i] as number)) / (scale[i] as number);
    });
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
