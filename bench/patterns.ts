/** Queries taken from a corpus itself, the same for the same files: no list of words is made by hand. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Patterns {
  /** In one or two of the sampled files. */
  readonly rare: readonly string[];
  /** In a tenth of the sampled files or more. */
  readonly common: readonly string[];
  readonly noHit: readonly string[];
  /** With a literal part, as `source` of a regular expression. */
  readonly regex: readonly string[];
  readonly symbols: readonly string[];
  /** Two to four words. */
  readonly ranked: readonly string[];
}

const SOURCE = /\.(c|h|cc|cpp|go|py|rb|java|ts|tsx|js|rs|cs|php|kt|swift|scala)$/;

export function filesOf(folder: string): string[] {
  const listed = spawnSync('rg', ['--files', '--no-ignore', '--hidden', '--glob', '!.git', '--null', '--sort', 'path'], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return listed.stdout.split('\0').filter((path) => path !== '');
}

export function patternsOf(folder: string, each: number): Patterns {
  const random = seeded(7);
  const files = filesOf(folder).filter((path) => SOURCE.test(path));
  const sample = spaced(files, 400).map((path) => readFileSync(join(folder, path), 'latin1'));
  const inFiles = new Map<string, number>();
  const defined = new Set<string>();
  for (const text of sample) {
    for (const word of new Set(text.match(/[A-Za-z_]\w{5,40}/g))) inFiles.set(word, (inFiles.get(word) ?? 0) + 1);
    for (const match of text.matchAll(/^(?:[\w*]+ )*\*?(?:function |def |func |class |struct )?([A-Za-z]\w{5,})\([^;]*$/gm)) defined.add(match[1] as string);
  }
  const words = [...inFiles].sort(([a], [b]) => (a < b ? -1 : 1));
  const pick = (list: readonly string[]): string[] => Array.from({ length: Math.min(each, list.length) }, () => list[Math.floor(random() * list.length)] as string);
  const rare = pick(words.filter(([word, count]) => count <= 2 && word.length >= 10).map(([word]) => word));
  const common = pick(words.filter(([, count]) => count >= sample.length / 10).map(([word]) => word));
  const symbols = pick([...defined].sort());
  return {
    rare, common, symbols,
    noHit: rare.map((word) => `${word.slice(0, 6)}qzx${word.slice(6)}`),
    regex: rare.map((word, index) => regexFrom(word, symbols[index % Math.max(1, symbols.length)] ?? word, index)),
    ranked: symbols.map((name) => partsOf(name).slice(0, 4).join(' ')).filter((query) => query.includes(' ')),
  };
}

function regexFrom(word: string, other: string, index: number): string {
  const half = Math.ceil(word.length / 2);
  const forms = [
    `${word.slice(0, half)}\\w+`, `\\b${word}\\b`, `${word.slice(0, half)}[a-z_]*${word.slice(half)}`, `^\\s*.*${word}`,
    `(${word}|${other})`, `${other}\\s*\\(`, `${word.slice(0, -2)}.{2}\\W`, `${word}.*$`,
  ];
  return forms[index % forms.length] as string;
}

export function partsOf(name: string): string[] {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\s_]+/).map((part) => part.toLowerCase()).filter((part) => part.length > 1);
}

export function spaced<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.floor(index * step)] as T);
}

/** A small generator with a seed: runs can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
