/**
 * Units of code (what `train/corpus.ts` mined) as numbers: each field of a unit as its distinct words with their counts.
 * The vocabulary is chosen later, so that this pass is done once for all experiments.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { IdentifierScanner, partsOf, stem } from '../../src/words/mod.ts';

export const FIELDS = ['name', 'container', 'signature', 'doc', 'body'] as const;
export const KINDS = ['function', 'class', 'section', 'file', 'changelog'] as const;
/** Words of a field that are kept, distinct. */
const MOST_WORDS = 400;

/** One line of a shard; see train/corpus.ts. */
interface UnitLine {
  readonly p: string;
  readonly l: string;
  readonly f: string;
  readonly k: string;
  readonly n: string;
  readonly c?: string;
  readonly s?: string;
  readonly d?: string;
  readonly b?: string;
  readonly x?: readonly string[];
  readonly t?: number;
}

/** Everything about n units, by column. Words of field f of unit u stand in [starts[u * 5 + f], starts[u * 5 + f + 1]). */
export interface Units {
  readonly count: number;
  readonly words: readonly string[];
  readonly packages: readonly string[];
  readonly languages: readonly string[];
  /** Folded joined names (`get_user` and `getUser`: `getuser`). */
  readonly names: readonly string[];
  readonly packageOf: Uint32Array;
  readonly languageOf: Uint32Array;
  readonly kindOf: Uint32Array;
  /** 1 for tests. */
  readonly testOf: Uint32Array;
  readonly nameOf: Uint32Array;
  /** Hash of the path inside the package. */
  readonly pathOf: Uint32Array;
  readonly starts: Uint32Array;
  readonly wordAt: Uint32Array;
  readonly countAt: Uint32Array;
  readonly callStarts: Uint32Array;
  readonly callAt: Uint32Array;
}

class Column {
  #values = new Uint32Array(1 << 16);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  done(): Uint32Array {
    return this.#values.slice(0, this.length);
  }
}

class Names {
  readonly #ids = new Map<string, number>();

  id(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) this.#ids.set(name, (id = this.#ids.size));
    return id;
  }

  list(): string[] {
    return [...this.#ids.keys()];
  }
}

/** Reads all shards of `folder/units`. Deterministic: shards by name, lines in order. */
export function prepare(folder: string): Units {
  const [words, packages, languages, names] = [new Names(), new Names(), new Names(), new Names()];
  const [packageOf, languageOf, kindOf, testOf, nameOf, pathOf] = [new Column(), new Column(), new Column(), new Column(), new Column(), new Column()];
  const [starts, wordAt, countAt, callStarts, callAt] = [new Column(), new Column(), new Column(), new Column(), new Column()];
  const scanner = new IdentifierScanner();
  const wordsByIdentifier = new Map<string, readonly number[]>();
  const wordsOf = (identifier: string): readonly number[] => {
    let found = wordsByIdentifier.get(identifier);
    if (found === undefined) {
      found = partsOf(identifier).filter((part) => part.length > 1 && part.length <= 40 && !/^\d+$/.test(part)).map((part) => words.id(stem(part)));
      if (wordsByIdentifier.size > 500_000) wordsByIdentifier.clear();
      wordsByIdentifier.set(identifier, found);
    }
    return found;
  };
  const addField = (text: string): void => {
    const counts = new Map<number, number>();
    for (let at = 0; scanner.next(text, at, text.length) && counts.size < MOST_WORDS; at = scanner.to) {
      for (const word of wordsOf(text.slice(scanner.from, scanner.to))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    for (const [word, count] of counts) {
      wordAt.push(word);
      countAt.push(count);
    }
    starts.push(wordAt.length);
  };
  starts.push(0);
  callStarts.push(0);
  let count = 0;
  for (const shard of readdirSync(join(folder, 'units')).filter((name) => name.endsWith('.ndjson.zst')).sort()) {
    for (const line of zstdDecompressSync(readFileSync(join(folder, 'units', shard))).toString('utf8').split('\n')) {
      if (line === '') continue;
      const unit = JSON.parse(line) as UnitLine;
      const kind = KINDS.indexOf(unit.k as (typeof KINDS)[number]);
      if (kind < 0) continue;
      packageOf.push(packages.id(unit.p));
      languageOf.push(languages.id(unit.l));
      kindOf.push(kind);
      testOf.push(unit.t ?? 0);
      nameOf.push(names.id(partsOf(unit.n).join('')));
      pathOf.push(hashOf(unit.f));
      for (const text of [unit.n, unit.c ?? '', unit.s ?? '', unit.d ?? '', unit.b ?? '']) addField(text);
      for (const call of unit.x ?? []) callAt.push(names.id(partsOf(call).join('')));
      callStarts.push(callAt.length);
      count++;
    }
  }
  return {
    count, words: words.list(), packages: packages.list(), languages: languages.list(), names: names.list(),
    packageOf: packageOf.done(), languageOf: languageOf.done(), kindOf: kindOf.done(), testOf: testOf.done(), nameOf: nameOf.done(), pathOf: pathOf.done(),
    starts: starts.done(), wordAt: wordAt.done(), countAt: countAt.done(), callStarts: callStarts.done(), callAt: callAt.done(),
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

const LISTS = ['words', 'packages', 'languages', 'names'] as const;
const COLUMNS = ['packageOf', 'languageOf', 'kindOf', 'testOf', 'nameOf', 'pathOf', 'starts', 'wordAt', 'countAt', 'callStarts', 'callAt'] as const;

/** Keeps prepared units in a folder for the next experiments. */
export function saveUnits(units: Units, folder: string): void {
  for (const list of LISTS) writeFileSync(join(folder, `${list}.txt`), units[list].join('\n'));
  for (const column of COLUMNS) writeFileSync(join(folder, `${column}.u32`), units[column]);
}

export function loadUnits(folder: string): Units {
  const entries: [string, unknown][] = [];
  for (const list of LISTS) entries.push([list, readFileSync(join(folder, `${list}.txt`), 'utf8').split('\n')]);
  for (const column of COLUMNS) {
    const bytes = readFileSync(join(folder, `${column}.u32`));
    entries.push([column, new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))]);
  }
  const units = Object.fromEntries(entries) as unknown as Units;
  return { ...units, count: units.packageOf.length };
}
