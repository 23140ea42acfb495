/**
 * Learns the weights by which `similar` compares code, from aligned sets of parallel solutions in several languages.
 *
 *   node train/similar.ts --sets A.json,B.json --repos DIR,DIR [--cache DIR] [--pairs 300] [--l2 0.01] [--misses] [--write]
 *
 * A set is { repositories: { <language>: { path } }, concepts: [{ concept, files: { <language>: [path] } }] }, beside it
 * <set>.neutral.json with files that count neither way. Source files that are no tests are indexed under names that say
 * nothing, each language as one repository. Each pair of languages of a concept asks twice: with the file as it is, and
 * masked (comments removed, the concept's words replaced by x). Sets are split in two halves by concept; the figures to
 * trust are those of a half or a set that was not fitted. `--write` puts weights fitted on everything into
 * src/search/similar/weights.ts, once the figures are known.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { openStaticModel, STATIC_MODEL } from '../src/embed/mod.ts';
import { comparedFor, MEANING_SIGNALS, meaningSignals, SIGNALS } from '../src/search/similar/mod.ts';
import { openIndexed } from './indexed.ts';
import { fit, type LabelledQuery } from './listwise.ts';

const { values: flags } = parseArgs({
  options: {
    sets: { type: 'string' }, repos: { type: 'string' }, cache: { type: 'string', default: 'train/cache/similar' }, pairs: { type: 'string', default: '600' },
    l2: { type: 'string', default: '0.01' }, misses: { type: 'boolean', default: false }, write: { type: 'boolean', default: false },
  },
});

const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  python: ['.py'], java: ['.java'], javascript: ['.js', '.mjs'], typescript: ['.ts'], go: ['.go'], rust: ['.rs'], c: ['.c', '.h'],
  cpp: ['.cpp', '.cc', '.hpp', '.h'], csharp: ['.cs'], kotlin: ['.kt'], ruby: ['.rb'], php: ['.php'],
};
const TESTS = /(^|\/)(tests?|__tests__|spec)\/|[._-]?tests?\.\w+$|Tests?\.\w+$|_test\.\w+$|(^|\/)test_|\.test\.|(^|\/)(leetcode|exercism)\//i;
const COMMENTS = /\/\*[\s\S]*?\*\/|"""[\s\S]*?"""|'''[\s\S]*?'''|^[ \t]*(?:\/\/|#(?!include)|--)[^\n]*$/gm;
const ALL = [...SIGNALS, ...MEANING_SIGNALS];
const model = openStaticModel();

interface Concept {
  readonly concept: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
}

interface ParallelSet {
  readonly repositories: Readonly<Record<string, { readonly path: string }>>;
  readonly concepts: readonly Concept[];
}

interface Asked extends LabelledQuery {
  readonly set: string;
  readonly half: number;
  readonly masked: boolean;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const opaque = (language: string, file: string): string => `src/${hash(`${language}/${file}`).slice(0, 12)}/solution${extname(file)}`;

function masked(text: string, concept: string): string {
  let out = text.replace(COMMENTS, '');
  for (const word of concept.toLowerCase().match(/[a-z]{3,}/g) ?? []) out = out.replace(new RegExp(word, 'gi'), 'x');
  return out;
}

/** Copies one language's source files under names that say nothing, unless an earlier run did; returns their folder. */
function copied(language: string, from: string, cache: string): string {
  const root = join(cache, 'files', language);
  for (const entry of existsSync(root) ? [] : readdirSync(from, { recursive: true, withFileTypes: true })) {
    const file = relative(from, join(entry.parentPath, entry.name));
    if (!entry.isFile() || file.startsWith('.git') || !(EXTENSIONS[language] as string[]).includes(extname(file)) || TESTS.test(file)) continue;
    const to = join(root, opaque(language, file));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, readFileSync(join(from, file)));
  }
  return root;
}

async function askedOf(setFile: string, repos: string, pairs: number): Promise<Asked[]> {
  const set = JSON.parse(readFileSync(setFile, 'utf8')) as ParallelSet;
  const neutralFile = setFile.replace(/\.json$/, '.neutral.json');
  const neutral = new Map(existsSync(neutralFile) ? (JSON.parse(readFileSync(neutralFile, 'utf8')) as { concepts: Concept[] }).concepts.map((each) => [each.concept, each.files]) : []);
  const languages = Object.keys(EXTENSIONS).filter((language) => set.repositories[language] !== undefined);
  const cache = join(flags.cache, basename(setFile, '.json'));
  const folderOf = (language: string): string => join(repos, (set.repositories[language] as { path: string }).path);
  const indexed = languages.map((language) => ({ name: language, folder: copied(language, folderOf(language), cache) }));
  await using store = await openIndexed(join(cache, 'data'), indexed, model, STATIC_MODEL);
  const all: { concept: Concept; from: string; to: string; file: string; order: string }[] = [];
  for (const concept of set.concepts) {
    for (const from of languages) for (const to of languages) {
      const [file] = concept.files[from] ?? [];
      if (from !== to && file !== undefined && concept.files[to] !== undefined) all.push({ concept, from, to, file, order: hash(`${concept.concept}|${from}|${to}`) });
    }
  }
  all.sort((a, b) => (a.order < b.order ? -1 : 1));
  const out: Asked[] = [];
  let [missed, millis] = [0, 0];
  for (const { concept, from, to, file } of all.slice(0, pairs)) {
    const source = readFileSync(join(folderOf(from), file), 'utf8');
    const right = new Set((concept.files[to] as string[]).map((each) => opaque(to, each)));
    const ignored = new Set((neutral.get(concept.concept)?.[to] ?? []).map((each) => opaque(to, each)));
    for (const isMasked of [false, true]) {
      const request = { snippet: (isMasked ? masked(source, concept.concept) : source).slice(0, 20_000), language: from, languages: [to], repositories: [to] };
      if (request.snippet.trim() === '') continue;
      const started = performance.now();
      const compared = (await comparedFor(store, request, model)).filter(({ place: { entry } }) => right.has(entry.path) || !ignored.has(entry.path));
      millis += performance.now() - started;
      const relevant = compared.map(({ place: { entry } }) => (right.has(entry.path) ? 0 : -1));
      if (!relevant.includes(0)) missed++;
      out.push({
        set: setFile, half: Number.parseInt(hash(concept.concept).slice(0, 2), 16) % 2, masked: isMasked, group: concept.concept, language: to, query: `${from}/${file}`,
        category: '', targets: concept.files[to] as string[], paths: compared.map(({ place: { entry } }) => entry.path),
        features: compared.map(({ signals, meaning }) => Float64Array.from([...signals, ...meaningSignals(meaning)])), relevant, strength: relevant.map(() => 0),
      });
    }
  }
  process.stderr.write(`${setFile}: ${out.length} asked, ${missed} without the right file among the candidates, ${(millis / out.length).toFixed(1)} ms each\n`);
  return out;
}

function dot(row: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] as number) * (weights[i] as number);
  return sum;
}

/** How many other files are before the first right one. */
function rankOf({ features, relevant, paths }: Asked, weights: Float64Array): number {
  const scores = features.map((row) => dot(row, weights));
  if (scores.some(Number.isNaN)) throw new Error('A signal or a weight is no number.');
  const best = Math.max(-Infinity, ...scores.filter((_, i) => (relevant[i] as number) >= 0));
  if (best === -Infinity) return Infinity;
  return new Set(paths.filter((_, i) => (relevant[i] as number) < 0 && (scores[i] as number) >= best)).size;
}

function report(name: string, asked: readonly Asked[], weights: Float64Array): void {
  const ranks = asked.map((each) => rankOf(each, weights));
  const share = (k: number): string => (ranks.filter((rank) => rank < k).length / ranks.length).toFixed(3);
  if (ranks.length > 0) console.log(`${name.padEnd(36)} ${String(ranks.length).padStart(5)} pairs   hit@1 ${share(1)}   hit@5 ${share(5)}   hit@10 ${share(10)}`);
}

/** Fitted twice: the second time against what the first one ranks highest. `used`: signals that may have a weight. */
function fitted(list: readonly Asked[], used: (signal: string) => boolean): Float64Array {
  const l2 = Number(flags.l2);
  const keep = ALL.map((name) => (used(name) ? 1 : 0));
  const hide = (each: Asked): Asked => ({ ...each, features: each.features.map((row) => row.map((value, i) => value * (keep[i] as number))) });
  const stronger = (weights: Float64Array) => (each: Asked): Asked => ({ ...each, strength: each.features.map((row) => dot(row, weights)) });
  const hidden = list.map(hide);
  const first = fit(hidden.map(stronger(Float64Array.from(ALL, (name) => (/(?:theme|structure).*cosine/.test(name) ? 1 : 0)))), l2);
  return fit(hidden.map(stronger(first)), l2).map((weight, i) => weight * (keep[i] as number));
}

function miss(each: Asked, weights: Float64Array): void {
  const rank = rankOf(each, weights);
  if (rank === 0) return;
  const scored = each.features.map((row, i) => ({ i, score: dot(row, weights) })).sort((a, b) => b.score - a.score);
  const right = scored.find(({ i }) => (each.relevant[i] as number) >= 0);
  const top = scored[0] as { i: number };
  const gaps = right === undefined ? [] : ALL.map((name, at) => ({ name, gap: ((each.features[top.i]?.[at] ?? 0) - (each.features[right.i]?.[at] ?? 0)) * (weights[at] as number) }))
    .sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap)).slice(0, 5).map(({ name, gap }) => `${name} ${gap.toFixed(2)}`);
  console.log(`${each.masked ? 'masked' : 'as is'} [${each.group}] ${each.query} -> ${each.language}: rank ${rank + 1}, first ${each.paths[top.i]} | ${gaps.join(', ')}`);
}

const sets = (flags.sets ?? '').split(',');
const repos = (flags.repos ?? '').split(',');
const asked: Asked[] = [];
for (const [at, set] of sets.entries()) asked.push(...(await askedOf(set, repos[at] ?? '', Number(flags.pairs))));
const show = (title: string, weights: Float64Array): void => {
  console.log(`\n${title}`);
  for (const set of sets) for (const half of [0, 1]) for (const isMasked of [false, true]) {
    report(`${basename(set, '.json')} half ${half} ${isMasked ? 'masked' : 'as is'}`, asked.filter((each) => each.set === set && each.half === half && each.masked === isMasked), weights);
  }
};
const words = (signal: string): boolean => /^(?:all|names|code|comments|theme)/.test(signal);
const noMeaning = (signal: string): boolean => !MEANING_SIGNALS.includes(signal);
show('plain word overlap', Float64Array.from(ALL, (name) => (name === 'all~all cosine' ? 1 : 0)));
show('meaning alone', Float64Array.from(ALL, (name) => (name === 'meaning whole' ? 1 : 0)));
const onHalf = (half: number): Asked[] => asked.filter((each) => each.half === half);
const onOthers = asked.filter(({ set }) => set !== sets[0]);
const chosen: Float64Array[] = [];
for (const [name, used] of [['words', words], ['words and structure', noMeaning], ['words, structure and meaning', () => true]] as const) {
  const weights = fitted(onHalf(0), used);
  if (name !== 'words') chosen.push(flags.write ? fitted(asked, used) : weights);
  show(`${name}: fitted on half 0 of every set`, weights);
  show(`${name}: fitted on half 1 of every set`, fitted(onHalf(1), used));
  if (onOthers.length > 0 && name !== 'words') show(`${name}: fitted on the other sets alone`, fitted(onOthers, used));
}
if (flags.misses) for (const each of onHalf(1)) miss(each, chosen[1] as Float64Array);
if (flags.write) {
  const rows = (weights: Float64Array): string => ALL.flatMap((name, i) => (Math.abs(weights[i] as number) < 0.005 ? [] : [`  '${name}': ${(weights[i] as number).toFixed(2)},\n`])).join('');
  writeFileSync(join(import.meta.dirname, '../src/search/similar/weights.ts'), `/** Weights of the signals by which code is compared, learned by train/similar.ts. These hold where there are no vectors to compare. */
export const WORD_WEIGHTS: Readonly<Record<string, number>> = {\n${rows(chosen[0] as Float64Array)}};

/** These hold where there are. */
export const MEANING_WEIGHTS: Readonly<Record<string, number>> = {\n${rows(chosen[1] as Float64Array)}};\n`);
}
