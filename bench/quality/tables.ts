/** A measured set as tables: overall, by category, by language, and what each mode gains over the others. */
import type { Table } from '../report.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import type { Category } from './labelled.ts';

/** One question, with what each mode answered. */
export interface Row {
  readonly repository: string;
  readonly language: string;
  readonly category: Category;
  /** Its number in the set's file, from 0. */
  readonly query: number;
  /** By mode, for each target: 1-based rank, 0 where it is not among the first ten. */
  readonly ranks: Record<string, readonly number[]>;
  readonly ndcg: Record<string, number>;
  readonly millis: Record<string, number>;
}

export interface Sampling {
  readonly samples: number;
  readonly seed: number;
}

export function tablesOf(modes: readonly string[], rows: readonly Row[], sampling: Sampling): readonly Table[] {
  const score = (part: readonly Row[]) => (mode: string): string =>
    shown(bootstrap(part.map(({ repository, ndcg }) => ({ group: repository, value: ndcg[mode] ?? 0 })), sampling.samples, sampling.seed));
  const by = (title: string, key: 'category' | 'language'): Table => {
    const parts = [...Map.groupBy(rows, (row) => row[key])].sort(([a], [b]) => (a < b ? -1 : 1));
    return { title, columns: [key, 'questions', ...modes], rows: parts.map(([value, part]) => [value, part.length, ...modes.map(score(part))]) };
  };
  const hit = (mode: string, within: number): string => (rows.filter(({ ranks }) => ranks[mode]?.some((rank) => rank > 0 && rank <= within)).length / rows.length).toFixed(3);
  const overall: Table = {
    title: 'NDCG@10',
    columns: ['', 'questions', ...modes],
    rows: [['all', rows.length, ...modes.map(score(rows))], ...[1, 5, 10].map((within) => [`a target within ${within}`, rows.length, ...modes.map((mode) => hit(mode, within))])],
  };
  const pairs = modes.flatMap((one, at) => modes.slice(at + 1).map((other) => [one, other] as const));
  return [overall, by('By category', 'category'), by('By language', 'language'), ...(pairs.length === 0 ? [] : [differences(pairs, rows, sampling)])];
}

function differences(pairs: readonly (readonly [string, string])[], rows: readonly Row[], { samples, seed }: Sampling): Table {
  const row = ([one, other]: readonly [string, string]): readonly (string | number)[] => {
    const values = rows.map(({ repository, ndcg }) => ({ group: repository, value: (ndcg[other] ?? 0) - (ndcg[one] ?? 0) }));
    const better = values.filter(({ value }) => value > 0).length;
    const worse = values.filter(({ value }) => value < 0).length;
    return [`${other} over ${one}`, shown(bootstrap(values, samples, seed)), better, worse, values.length - better - worse];
  };
  return { title: 'Paired differences', columns: ['', 'NDCG@10', 'better', 'worse', 'same'], rows: pairs.map(row) };
}

function shown({ mean, low, high }: Interval): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
