/**
 * Learns the weights of the linear ranker from labelled queries and says how well they carry over.
 *
 *   node train/rank.ts --queries DIR --repos DIR [--queries DIR --repos DIR] [--cache DIR] [--l2 0.01] [--model FILE] [--misses] [--dump FILE] [--write]
 *
 * DIR of queries holds <name>.json files: { name, root, queries: [{ query, relevant: [path or {path}], secondary }] };
 * DIR of repos holds a checkout for each. Weights are fitted listwise (softmax cross-entropy over the candidates of each
 * query, L2 towards zero on standardized features); the figure to trust is the one cross-validated by repository.
 * `--write` puts the weights fitted on everything into src/search/rank/weights.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { checkoutOf, ranksOf, readLabelled, wholeFile, type LabelledRepository } from '../bench/quality/labelled.ts';
import { openStaticModel, STATIC_MODEL } from '../src/embed/mod.ts';
import { candidatesFor, FEATURES, OF_MEANING, rankByMeaning, type Feature, type QueryVector } from '../src/search/rank/mod.ts';
import type { Store } from '../src/store/mod.ts';
import { openIndexed } from './indexed.ts';
import { crossValidate, fit, gainOf, ndcg, type LabelledQuery, type Prior } from './listwise.ts';

const { values: flags } = parseArgs({
  options: {
    queries: { type: 'string', multiple: true, default: [] }, repos: { type: 'string', multiple: true, default: [] }, cache: { type: 'string', default: 'train/cache' },
    l2: { type: 'string', default: '0.01' }, write: { type: 'boolean', default: false }, misses: { type: 'boolean', default: false }, model: { type: 'string' }, dump: { type: 'string' },
  },
});

const modelFile = flags.model === undefined ? STATIC_MODEL : pathToFileURL(flags.model);
const model = openStaticModel(modelFile);
const encodeWords = (words: string): Int8Array => model.encodeWords(words);

interface AskedQuery extends LabelledQuery {
  /** The folder of queries that it comes from. */
  readonly set: string;
  /** NDCG@10 of the order by meaning alone. */
  readonly byMeaning: number;
}

async function labelled(spec: LabelledRepository, store: Store): Promise<Omit<AskedQuery, 'set'>[]> {
  const repositories = (await store.meta.repositories()).map(({ id }) => id);
  const views = (await store.meta.views()).map(({ id }) => id);
  const within = await store.files.scope({ views, languages: [], notLanguages: [], paths: [], notPaths: [] });
  const scope = { repositories, views, within };
  const out: Omit<AskedQuery, 'set'>[] = [];
  for (const { query, category, targets } of spec.queries) {
    const meaning: QueryVector = { model: model.id, vector: model.encodeQuery(query), encodeWords };
    const { candidates } = await candidatesFor(store, scope, query, meaning);
    const byMeaning = await rankByMeaning(store, scope, query, meaning);
    const relevant = (path: string): number => ranksOf([wholeFile(path)], targets).indexOf(1);
    out.push({
      group: spec.name, language: spec.language, query, category, targets: targets.map(({ path }) => path),
      paths: candidates.map(({ place }) => place.entry.path), features: candidates.map(({ features }) => features),
      relevant: candidates.map(({ place }) => relevant(place.entry.path)), strength: candidates.map(({ features }) => strengthOf(features)),
      byMeaning: gainOf(byMeaning.files.map(({ place }) => relevant(place.entry.path)), targets.length),
    });
  }
  return out;
}

const PLAIN = (['relativeSum', 'chunkCoverage', 'nameCoverage', 'stem', 'meaningRank'] as const).map((name) => FEATURES.indexOf(name));

/** What nobody asked for comes later, of which few labels speak; evidence never counts against a file. */
const DEMOTIONS: ReadonlySet<Feature> = new Set(['test', 'example', 'vendored', 'legacy', 'declarations', 'document', 'data', 'generated', 'older', 'platform']);
const DEMOTED = -6;
const EITHER: ReadonlySet<Feature> = new Set(['size', 'barrel']);
const PRIORS = FEATURES.map((name): Prior => (DEMOTIONS.has(name) ? { weight: DEMOTED, sign: -1 } : { weight: 0, sign: EITHER.has(name) ? 0 : name === 'depth' ? -1 : 1 }));

function strengthOf(features: Float64Array): number {
  return PLAIN.reduce((sum, at) => sum + (features[at] as number), 0);
}

async function main(): Promise<void> {
  if (flags.queries.length === 0 || flags.queries.length !== flags.repos.length) throw new Error('train/rank.ts needs --queries DIR and --repos DIR, as many of the one as of the other.');
  const queries: AskedQuery[] = [];
  for (const [at, directory] of flags.queries.entries()) {
    for (const spec of readLabelled(directory)) {
      const folder = checkoutOf(spec, flags.repos[at] as string);
      if (folder === null) continue;
      await using store = await openIndexed(join(flags.cache, spec.name), [{ name: spec.name, folder }], model, modelFile);
      queries.push(...(await labelled(spec, store)).map((query) => ({ ...query, set: basename(directory) })));
    }
  }
  if (flags.dump !== undefined) writeFileSync(flags.dump, JSON.stringify(queries.map((query) => ({ ...query, features: query.features.map((row) => [...row]) }))));
  const l2 = Number(flags.l2);
  const reachable = queries.filter(({ relevant }) => relevant.some((target) => target >= 0)).length;
  console.log(`${queries.length} queries, ${reachable} with a target among the candidates, ${FEATURES.length} features, model ${model.id}`);
  report('by meaning alone (nothing fitted)', queries, (index) => (queries[index] as AskedQuery).byMeaning);
  const byWords = queries.map((query) => ({ ...query, features: query.features.map((row) => row.map((value, i) => (OF_MEANING.has(FEATURES[i] as Feature) ? 0 : value))) }));
  for (const [title, table, examples] of [['by words', 'WORD_WEIGHTS', byWords], ['by words and meaning', 'WEIGHTS', queries]] as const) {
    const folds = crossValidate(examples, l2, PRIORS);
    report(`${title}, cross-validated by repository`, examples, (index) => folds[index] as number);
    const weights = fit(examples, l2, PRIORS);
    report(`${title}, fitted on all (not a measure)`, examples, (index) => ndcg(examples[index] as LabelledQuery, weights));
    FEATURES.forEach((name, i) => console.log(`  ${name}: ${(weights[i] as number).toFixed(3)},`));
    if (flags.misses) {
      examples.forEach((query, index) => {
        if ((folds[index] as number) < 0.5) console.log(`${(folds[index] as number).toFixed(2)} ${query.group}: ${query.query} -> ${query.targets.join(', ')}`);
      });
    }
    if (flags.write) writeWeights(table, weights);
  }
}

function report(title: string, queries: readonly AskedQuery[], valueOf: (index: number) => number): void {
  const mean = (indexes: readonly number[]): string => (indexes.reduce((sum, index) => sum + valueOf(index), 0) / Math.max(1, indexes.length)).toFixed(4);
  const all = queries.map((_, index) => index);
  console.log(`${title}: NDCG@10 ${mean(all)}`);
  for (const key of ['set', 'category', 'language'] as const) {
    const names = [...new Set(queries.map((query) => query[key]))].sort();
    console.log(`  ${names.map((name) => `${name} ${mean(all.filter((index) => queries[index]?.[key] === name))}`).join('  ')}`);
  }
}

function writeWeights(name: 'WORD_WEIGHTS' | 'WEIGHTS', weights: Float64Array): void {
  const file = join(import.meta.dirname, '../src/search/rank/weights.ts');
  const table = FEATURES.map((feature, i) => (name === 'WORD_WEIGHTS' && OF_MEANING.has(feature) ? '' : `  ${feature}: ${(weights[i] as number).toFixed(3)},\n`)).join('').trimEnd();
  const source = readFileSync(file, 'utf8').replace(new RegExp(`(export const ${name}:[^{]*\\{\\n)[\\s\\S]*?(\\n\\};)`), (_, head: string, tail: string) => head + table + tail);
  writeFileSync(file, source);
}

await main();
