import { ByteWriter } from '../../base/mod.ts';
import { BlockWriter, compareKeys, packFrequency, writePlain, writeTerm, type Block } from '../../domain/mod.ts';
import type { TrigramPlan } from '../ports.ts';

/** Small builders of blocks: the plain meaning of the formats, for tests only. */
export function trigramBlock(texts: readonly string[]): Block {
  return plainBlock('trigram', texts.map((text) => trigramsIn(text).map(trigramKey)));
}

export function nameBlock(names: readonly (readonly string[])[]): Block {
  return plainBlock('name', names.map((list) => list.map((name) => Buffer.from(name.toLowerCase()))));
}

export function termBlock(chunks: readonly (readonly string[])[]): Block {
  const writer = new BlockWriter('term', chunks.length);
  const bytes = new ByteWriter();
  for (const [key, ordinals] of inverted(chunks.map((words) => words.map((word) => Buffer.from(word))))) {
    const frequencies = ordinals.map((ordinal) => frequencyOf(chunks[ordinal] as string[], key.toString()));
    bytes.length = 0;
    writeTerm(bytes, ordinals, frequencies);
    writer.add(key, ordinals.length, bytes.finish());
  }
  return writer.finish();
}

/** A word that begins with `q` counts as standing in a comment, so that all forms of a posting come up. */
export function frequencyOf(words: readonly string[], word: string): number {
  const times = words.filter((item) => item === word).length;
  return word.startsWith('q') ? packFrequency(false, 0, times) : packFrequency(times > 3, times, 0);
}

export function wordsOf(line: string): string[] {
  return line.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

function plainBlock(kind: 'trigram' | 'name', documents: readonly (readonly Buffer[])[]): Block {
  const writer = new BlockWriter(kind, documents.length);
  const bytes = new ByteWriter();
  for (const [key, ordinals] of inverted(documents)) {
    bytes.length = 0;
    writePlain(bytes, ordinals);
    writer.add(key, ordinals.length, bytes.finish());
  }
  return writer.finish();
}

function inverted(documents: readonly (readonly Buffer[])[]): [Buffer, number[]][] {
  const found = new Map<string, [Buffer, number[]]>();
  documents.forEach((keys, ordinal) => {
    for (const key of keys) {
      const known = found.get(key.toString('hex'));
      if (known === undefined) found.set(key.toString('hex'), [key, [ordinal]]);
      else if (known[1].at(-1) !== ordinal) known[1].push(ordinal);
    }
  });
  return [...found.values()].sort((a, b) => compareKeys(a[0], b[0]));
}

/** One byte for each unit is enough here: tests of folding live where folding is. */
export function trigramsIn(text: string): number[] {
  const keys = new Set<number>();
  for (let at = 0; at + 3 <= text.length; at++) {
    const [a, b, c] = [0, 1, 2].map((more) => text.toLowerCase().charCodeAt(at + more) & 255) as [number, number, number];
    keys.add((a << 16) | (b << 8) | c);
  }
  return [...keys];
}

function trigramKey(trigram: number): Buffer {
  return Buffer.from([trigram >>> 16, (trigram >>> 8) & 255, trigram & 255]);
}

export function planOf(literal: string): TrigramPlan {
  const keys = trigramsIn(literal);
  return keys.length === 0 ? { kind: 'all' } : { kind: 'and', keys, items: [] };
}
