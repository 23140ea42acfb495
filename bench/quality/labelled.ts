/** Labelled questions: reading a folder of them, and how good an answer is by its labels. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Target {
  readonly path: string;
  /** 1-based, inclusive; without lines any result of the file counts. */
  readonly start_line?: number | null;
  readonly end_line?: number | null;
}

export const CATEGORIES = ['symbol', 'semantic', 'architecture'] as const;
export type Category = (typeof CATEGORIES)[number];

export interface LabelledQuery {
  readonly query: string;
  readonly category: Category;
  /** `relevant` and `secondary` together: both count alike. */
  readonly targets: readonly Target[];
}

/** The questions about one repository at one revision. */
export interface LabelledRepository {
  readonly name: string;
  readonly language: string;
  readonly url: string;
  readonly revision: string;
  /** The folder that is indexed, relative to the checkout; empty for all of it. */
  readonly root: string;
  readonly queries: readonly LabelledQuery[];
}

interface File {
  readonly name: string;
  readonly language: string;
  readonly url: string;
  readonly revision: string;
  readonly root?: string | null;
  readonly queries: readonly { readonly query: string; readonly category?: Category; readonly relevant?: readonly (string | Target)[]; readonly secondary?: readonly (string | Target)[] }[];
}

/** All `*.json` of a folder, by name; only those named, where names are given. */
export function readLabelled(folder: string, only: readonly string[] = []): readonly LabelledRepository[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  const sets = files.map((name) => labelledOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as File));
  return sets.filter(({ name }) => only.length === 0 || only.includes(name));
}

function labelledOf({ name, language, url, revision, root, queries }: File): LabelledRepository {
  const target = (raw: string | Target): Target => (typeof raw === 'string' ? { path: raw } : raw);
  return {
    name, language, url, revision, root: root ?? '',
    queries: queries.map(({ query, category, relevant = [], secondary = [] }) => ({ query, category: category ?? guessed(query), targets: [...relevant, ...secondary].map(target) })),
  };
}

function guessed(query: string): Category {
  if (!query.trim().includes(' ')) return 'symbol';
  return /^how /i.test(query) ? 'architecture' : 'semantic';
}

/** The folder to index, or null where the repository is not checked out. */
export function checkoutOf(set: LabelledRepository, repos: string): string | null {
  const folder = join(repos, set.name, set.root);
  return existsSync(folder) ? folder : null;
}

/** What the measure reads of a result. */
export interface Place {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Of a result that is a file, no lines of it. */
export function wholeFile(path: string): Place {
  return { path, startLine: 1, endLine: Number.POSITIVE_INFINITY };
}

/** For each target the 1-based rank of the first result that covers it; 0 where none does. */
export function ranksOf(results: readonly Place[], targets: readonly Target[]): readonly number[] {
  return targets.map((target) => results.findIndex((result) => covers(result, target)) + 1);
}

/** A path may be told relative to the indexed folder or to the repository. */
function covers(result: Place, { path, start_line: start, end_line: end }: Target): boolean {
  const same = result.path === path || result.path.endsWith(`/${path}`) || path.endsWith(`/${result.path}`);
  return same && (start === undefined || start === null || (result.endLine >= start && result.startLine <= (end ?? start)));
}

const CUT = 10;

/** Normalized discounted cumulative gain of the first ten results, each rank counting once: 1 is perfect. */
export function ndcg10(ranks: readonly number[]): number {
  const gain = (rank: number): number => 1 / Math.log2(rank + 1);
  const found = new Set(ranks.filter((rank) => rank > 0 && rank <= CUT));
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(CUT, ranks.length); rank++) ideal += gain(rank);
  return ideal === 0 ? 0 : [...found].reduce((sum, rank) => sum + gain(rank), 0) / ideal;
}
