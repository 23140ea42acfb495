/**
 * How well a static model alone answers labelled questions: files ranked by their nearest chunk and by their path.
 *
 *   node train/model/score.ts --queries DIR --repos DIR --cache FOLDER model.bin [other.bin ...]
 *
 * Parsed files are kept in the cache, so that a model is scored in seconds.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { checkoutOf, ndcg10, ranksOf, readLabelled, wholeFile, type LabelledRepository } from '../../bench/quality/labelled.ts';
import { languageOf } from '../../src/code/mod.ts';
import { openParser, plainFacts } from '../../src/code/parse/mod.ts';
import { openStaticModel, type FileToEmbed, type StaticModel } from '../../src/embed/mod.ts';
import { listFiles, openLocation } from '../../src/repo/mod.ts';

type Parsed = FileToEmbed & { readonly path: string };

const MOST_BYTES = 1_000_000;
const PATH_SHARE = 0.25;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { queries: { type: 'string' }, repos: { type: 'string' }, cache: { type: 'string' }, path: { type: 'string', default: String(PATH_SHARE) }, languages: { type: 'boolean', default: false } } });
if (values.queries === undefined || values.repos === undefined || values.cache === undefined) throw new Error('score.ts needs --queries, --repos and --cache.');
const { queries, repos, cache } = values;

async function parsedFiles({ name }: LabelledRepository, root: string): Promise<Parsed[]> {
  const kept = join(cache as string, `${name}.v8`);
  if (existsSync(kept)) return deserialize(readFileSync(kept)) as Parsed[];
  const parser = await openParser();
  const files: Parsed[] = [];
  for (const { path, skipped, size } of await listFiles(await openLocation(root))) {
    const language = languageOf(path);
    if (skipped !== null || language === null || size > MOST_BYTES) continue;
    const text = readFileSync(join(root, path), 'utf8');
    const { chunks, symbols, comments } = await (async () => parser.facts('', language, text))().catch(() => plainFacts(text));
    files.push({ path, language: language.name, text, facts: { chunks, symbols, comments } });
  }
  mkdirSync(cache as string, { recursive: true });
  writeFileSync(kept, serialize(files));
  return files;
}

function dot(a: Int8Array, b: Int8Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[at + k] as number);
  return sum / (127 * 127);
}

interface Scored {
  readonly ndcg: number;
  readonly category: string;
  readonly language: string;
}

function scoreModel(model: StaticModel, labels: LabelledRepository, files: readonly Parsed[], share: number): Scored[] {
  const vectors = files.map((file) => model.encodeFile(file));
  const paths = files.map(({ path }) => model.encodeWords(path.replace(/\.[^./]+$/, '')));
  return labels.queries.map(({ query, category, targets }) => {
    const question = model.encodeQuery(query);
    const scores = vectors.map((rows, at) => {
      const chunks: number[] = [];
      for (let from = 0; from < rows.length; from += model.dimensions) chunks.push(dot(question, rows, from));
      chunks.sort((a, b) => b - a);
      return (chunks[0] ?? -1) + share * dot(question, paths[at] as Int8Array, 0);
    });
    const first = [...files.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, 10);
    return { ndcg: ndcg10(ranksOf(first.map((at) => wholeFile((files[at] as Parsed).path)), targets)), category, language: labels.language };
  });
}

const mean = (list: readonly Scored[]): string => (list.reduce((sum, { ndcg }) => sum + ndcg, 0) / list.length).toFixed(3);
const all: { readonly labels: LabelledRepository; readonly files: readonly Parsed[] }[] = [];
for (const labels of readLabelled(queries)) {
  const root = checkoutOf(labels, repos);
  if (root !== null) all.push({ labels, files: await parsedFiles(labels, root) });
}
for (const file of positionals) {
  const model = openStaticModel(pathToFileURL(resolve(file)));
  for (const share of values.path.split(',').map(Number)) {
    const started = performance.now();
    const scored = all.flatMap(({ labels, files }) => scoreModel(model, labels, files, share));
    const by = (key: 'category' | 'language'): string => [...new Set(scored.map((one) => one[key]))].sort().map((name) => `${name} ${mean(scored.filter((one) => one[key] === name))}`).join('  ');
    console.log(`${file} path ${share}: NDCG@10 ${mean(scored)}  ${by('category')}  (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (values.languages) console.log(`  ${by('language')}`);
  }
}
