import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CodeIndexError } from '../../base/mod.ts';
import { IdentifierScanner, identifiersOf, partsOf, stem } from '../../words/mod.ts';
import type { SymbolFact } from '../../domain/mod.ts';
import type { EmbeddingModel, FileToEmbed } from '../port.ts';
import { Lexicon } from './lexicon.ts';
import { readModel, type StaticWeights } from './model-file.ts';
import { Pooler } from './pooler.ts';
import { RowCache } from './row-cache.ts';

/** The model of the package. */
export const STATIC_MODEL: URL = new URL('../../../model/static.bin', import.meta.url);
/** Units of a snippet that are read. */
const SNIPPET_UNITS = 100_000;

/** Opens a static model: the one of the package, or another file. Throws `unavailable` where it is missing, cut off or of another version. */
export function openStaticModel(file: URL = STATIC_MODEL): StaticModel {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CodeIndexError('unavailable', `The embedding model ${JSON.stringify(fileURLToPath(file))} cannot be read: ${(error as Error).message}.`, 'Reinstall the package, or set EMBEDDING_PROVIDER=none to work without meaning.', { cause: error });
  }
  return new StaticModel(readModel(bytes, fileURLToPath(file)));
}

/**
 * A text's vector is the weighted mean of its words' vectors, learned so that questions and doc comments are near the
 * code they are about. Nothing here waits for anything; one instance serves one thread.
 */
export class StaticModel implements EmbeddingModel {
  readonly id: string;
  readonly dimensions: number;
  readonly #weights: StaticWeights;
  readonly #lexicon: Lexicon;
  readonly #pooler: Pooler;
  readonly #scanner = new IdentifierScanner();
  readonly #rows: RowCache;

  constructor(weights: StaticWeights) {
    this.id = weights.id;
    this.dimensions = weights.dimensions;
    this.#weights = weights;
    this.#lexicon = new Lexicon(weights.vocabulary);
    this.#rows = new RowCache(this.#lexicon);
    this.#pooler = new Pooler(weights);
  }

  /** One row for each chunk: its words by where they stand, and the names of the symbols around it. */
  encodeFile({ text, facts }: FileToEmbed): Int8Array {
    const { chunks, symbols, comments } = facts;
    const { name: nameWeight, comment: commentWeight, container } = this.#weights.fields;
    const vectors = new Int8Array(chunks.length * this.dimensions);
    const names = symbols.map(({ nameStart }) => nameStart).sort((a, b) => a - b);
    const scanner = this.#scanner;
    const rows = this.#rows;
    let [name, comment] = [0, 0];
    for (const [index, { span, symbol }] of chunks.entries()) {
      for (let at = span.start; scanner.next(text, at, span.end); at = scanner.to) {
        const { from, to } = scanner;
        while (comment < comments.length && (comments[comment + 1] as number) <= from) comment += 2;
        while (name < names.length && (names[name] as number) < from) name++;
        const inComment = comment < comments.length && (comments[comment] as number) <= from;
        const inName = name < names.length && (names[name] as number) < to;
        rows.find(text, from, to, scanner.hash);
        this.#pooler.add(rows.rows, rows.from, rows.to, inName ? nameWeight : inComment ? commentWeight : 1);
      }
      for (let around = symbols[symbol]; around !== undefined; around = symbols[around.container]) this.#addName(around, container);
      this.#pooler.finishText(vectors, index * this.dimensions);
    }
    return vectors;
  }

  encodeQuery(words: string): Int8Array {
    this.#addText(words, 1);
    const vector = new Int8Array(this.dimensions);
    this.#pooler.finishQuestion(vector, 0);
    return vector;
  }

  /** Words that stand for a text: a path, a name. */
  encodeWords(text: string): Int8Array {
    this.#addText(text, 1);
    const vector = new Int8Array(this.dimensions);
    this.#pooler.finishText(vector, 0);
    return vector;
  }

  /** Unseen words share rows and cut ones lend those of their pieces: neither says what a question is about. */
  knowsAny(words: string): boolean {
    return identifiersOf(words).some((identifier) => partsOf(identifier).some((part) => part.length > 1 && this.#lexicon.has(stem(part))));
  }

  async embedFiles(files: readonly FileToEmbed[]): Promise<readonly Int8Array[]> {
    return files.map((file) => this.encodeFile(file));
  }

  async embedQuery(words: string): Promise<Int8Array> {
    return this.encodeQuery(words);
  }

  async embedCode(code: string): Promise<Int8Array> {
    return this.encodeWords(code.slice(0, SNIPPET_UNITS));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #addName(symbol: SymbolFact, weight: number): void {
    this.#addText(symbol.name, weight);
  }

  #addText(text: string, weight: number): void {
    const scanner = this.#scanner;
    const rows = this.#rows;
    for (let at = 0; scanner.next(text, at, text.length); at = scanner.to) {
      rows.find(text, scanner.from, scanner.to, scanner.hash);
      this.#pooler.add(rows.rows, rows.from, rows.to, weight);
    }
  }
}
