/** Nearest vectors in the store alone: made vectors, time of a query warm and cold, what the bits lose, memory and disk. */
import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { BlobSet, packFacts, type RepositoryId, type ViewId } from '../../src/domain/mod.ts';
import { openStore, type Store } from '../../src/store/mod.ts';
import { round, spread } from '../measure.ts';
import type { Bench, Report } from '../report.ts';

const DIMENSIONS = 256;
const CHUNKS_PER_FILE = 11;
const FILES_PER_COMMIT = 512;
const WORDS = 30_000;
const WORDS_PER_CHUNK = 24;
const WORDS_PER_QUERY = 6;
/** Meanings that words share: the spectrum of an embedding falls. */
const DIRECTIONS = 64;
const DIRECTIONS_PER_WORD = 8;
/** Words that the chunks of one file share. */
const WORDS_PER_TOPIC = 40;
const MODEL = 'made';

/** `bench.name` is the count of chunks. */
export async function vectorsSuite(bench: Bench): Promise<Report> {
  const count = Math.ceil(Number(bench.name) / CHUNKS_PER_FILE) * CHUNKS_PER_FILE;
  const made = new MadeVectors(count, bench.queries);
  const store = await openStore('sqlite:', { dataDir: bench.scratch });
  const started = performance.now();
  const { repository, blobs } = await fill(store, made.rows);
  const fillMillis = performance.now() - started;
  const { databaseBytes } = await store.meta.statistics();
  await store[Symbol.asyncDispose]();

  const reader = await openStore('sqlite:', { dataDir: bench.scratch, readOnly: true });
  const before = process.memoryUsage().rss;
  const ask = async (vector: Int8Array, within: BlobSet, limit: number): Promise<{ millis: number; cpu: number; rows: Set<number> }> => {
    const begun = performance.now();
    const worked = process.cpuUsage();
    const hits = await reader.vectors.nearest({ repositories: [repository], within, model: MODEL, vector, limit });
    const { user, system } = process.cpuUsage(worked);
    return { millis: performance.now() - begun, cpu: (user + system) / 1_000, rows: new Set(hits.map(({ blob, chunk }) => (blob - (blobs[0] as number)) * CHUNKS_PER_FILE + chunk)) };
  };
  const scopes = { all: new BlobSet(blobs), 'a tenth': new BlobSet(blobs.filter((_, at) => Math.floor(at / 20) % 10 === 3)) };
  const cold = (await ask(made.queries[0] as Int8Array, scopes.all, 50)).millis;
  const rows: (string | number)[][] = [];
  for (const [name, within] of Object.entries(scopes)) {
    for (const limit of [10, 50, 200]) {
      const times: number[] = [];
      const cpu: number[] = [];
      let found = 0;
      for (const vector of made.queries) {
        const answer = await ask(vector, within, limit);
        times.push(answer.millis);
        cpu.push(answer.cpu);
        found += made.share(vector, answer.rows, limit, (row) => within.has((blobs[0] as number) + Math.floor(row / CHUNKS_PER_FILE)));
      }
      const { p50, p95 } = spread(times);
      rows.push([name, limit, round(p50), round(p95), round(spread(cpu).p50), (found / made.queries.length).toFixed(4)]);
    }
  }
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  await reader[Symbol.asyncDispose]();
  return {
    suite: 'vectors', corpus: bench.name, raw: { count, cold, memory, fillMillis, databaseBytes, rows },
    tables: [
      { title: 'Nearest, milliseconds and the share of the true nearest that is found', columns: ['scope', 'limit', 'p50', 'p95', 'CPU p50', 'recall'], rows },
      {
        title: 'Around it', columns: ['what', 'value'],
        rows: [['chunks', count], ['first query of a new store, ms', round(cold)], ['memory that the queries added, MiB', round(memory)], ['bytes on disk a chunk', round(databaseBytes / count)], ['chunks written a second', Math.round((count / fillMillis) * 1000)]],
      },
    ],
  };
}

/** Sums of random word vectors with a common direction, words by Zipf's law, rare ones weighing more: as static embeddings of code are. */
class MadeVectors {
  readonly rows: Int8Array;
  readonly queries: readonly Int8Array[];
  readonly #words = new Float32Array(WORDS * DIMENSIONS);
  #state = 1;

  constructor(count: number, queries: number) {
    const common = Float32Array.from({ length: DIMENSIONS }, () => this.#normal() * 0.3);
    const directions = Float32Array.from({ length: DIRECTIONS * DIMENSIONS }, () => this.#normal() * 0.5);
    for (let word = 0; word < WORDS; word++) this.#makeWord(this.#words.subarray(word * DIMENSIONS, (word + 1) * DIMENSIONS), common, directions);
    this.rows = new Int8Array(count * DIMENSIONS);
    const texts: number[][] = [];
    let topic: number[] = [];
    for (let row = 0; row < count; row++) {
      if (row % CHUNKS_PER_FILE === 0) topic = Array.from({ length: WORDS_PER_TOPIC }, () => this.#word());
      const words = Array.from({ length: WORDS_PER_CHUNK }, () => (this.#next() < 0.6 ? this.#any(topic) : this.#word()));
      this.#sum(words, this.rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS));
      if (row % Math.ceil(count / queries) === 0) texts.push(words);
    }
    this.queries = texts.map((words) => {
      const vector = new Int8Array(DIMENSIONS);
      this.#sum(Array.from({ length: WORDS_PER_QUERY }, (_, at) => (at < 4 ? this.#any(words) : this.#word())), vector);
      return vector;
    });
  }

  /** What words have in common, a few of the shared directions, and what a word has for itself. */
  #makeWord(word: Float32Array, common: Float32Array, directions: Float32Array): void {
    for (let i = 0; i < DIMENSIONS; i++) word[i] = (common[i] as number) + this.#normal() * 0.7;
    for (let turn = 0; turn < DIRECTIONS_PER_WORD; turn++) {
      const from = Math.floor(this.#next() * DIRECTIONS) * DIMENSIONS;
      const share = this.#normal();
      for (let i = 0; i < DIMENSIONS; i++) word[i] = (word[i] as number) + share * (directions[from + i] as number);
    }
  }

  /** The share of the true nearest `limit` that is among `found`. */
  share(query: Int8Array, found: ReadonlySet<number>, limit: number, inScope: (row: number) => boolean): number {
    const cosines = new Float64Array(this.rows.length / DIMENSIONS);
    for (let row = 0, at = 0; row < cosines.length; row++) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < DIMENSIONS; i++) {
        const value = this.rows[at++] as number;
        sum += value * (query[i] as number);
        squares += value * value;
      }
      cosines[row] = inScope(row) ? sum / Math.sqrt(squares) : -Infinity;
    }
    const least = cosines.slice().sort()[Math.max(0, cosines.length - limit)] as number;
    let right = 0;
    for (const row of found) if ((cosines[row] as number) >= least) right++;
    return right / Math.min(limit, found.size);
  }

  #sum(words: readonly number[], out: Int8Array): void {
    const sum = new Float32Array(DIMENSIONS);
    for (const word of words) {
      const weight = 1 / (1 + 200 / (word + 1));
      for (let i = 0; i < DIMENSIONS; i++) sum[i] = (sum[i] as number) + weight * (this.#words[word * DIMENSIONS + i] as number);
    }
    let squares = 0;
    for (let i = 0; i < DIMENSIONS; i++) squares += (sum[i] as number) ** 2;
    const length = Math.sqrt(squares);
    sum.forEach((value, i) => { out[i] = Math.round((value / length) * 127); });
  }

  #any(words: readonly number[]): number {
    return words[Math.floor(this.#next() * words.length)] as number;
  }

  #word(): number {
    return Math.floor(WORDS ** this.#next()) - 1;
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#next())) * Math.cos(2 * Math.PI * this.#next());
  }

  /** The same numbers in every run: 0 to below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Files of a few bytes whose vectors are the rows, in order. */
async function fill(store: Store, rows: Int8Array): Promise<{ repository: RepositoryId; view: ViewId; blobs: number[] }> {
  const repository = (await store.meta.putRepository({ name: 'made', root: '/made', url: null, purpose: null, language: null, expiresAt: null })).id;
  const view = (await store.meta.putView({ repository, kind: 'branch', branch: 'main', root: null, commit: null })).id;
  await using _lease = await store.lease('filling');
  const width = CHUNKS_PER_FILE * DIMENSIONS;
  const files = rows.length / width;
  const chunks = Array.from({ length: CHUNKS_PER_FILE }, (_, at) => ({ span: { start: at, end: at + 1, startLine: 1, endLine: 1 }, symbol: -1 }));
  const all: number[] = [];
  for (let first = 0; first < files; first += FILES_PER_COMMIT) {
    const texts = Array.from({ length: Math.min(FILES_PER_COMMIT, files - first) }, (_, at) => String(first + at).padStart(CHUNKS_PER_FILE, '0'));
    const { blobs } = await store.commit({
      repository,
      packs: [{ data: zstdCompressSync(texts.join('')), size: texts.length * CHUNKS_PER_FILE }],
      blobs: texts.map((text, at) => ({
        oid: createHash('sha1').update(text).digest('hex'), language: 'c', size: CHUNKS_PER_FILE, lines: 1, textOnly: null, problems: [],
        content: { pack: 0, offset: at * CHUNKS_PER_FILE, length: CHUNKS_PER_FILE },
      })),
      view: { id: view, upsert: texts.map((text, at) => ({ path: `${text}.c`, blob: null, new: at, skipped: null, size: CHUNKS_PER_FILE, mtimeMs: 0, edited: false })) },
    });
    const facts = blobs.map((blob, at) => ({
      blob, packed: packFacts({ symbols: [], occurrences: [], imports: [], chunks, comments: [], problems: [] }, texts[at] as string),
      chunks: CHUNKS_PER_FILE, symbols: 0, occurrences: 0, textOnly: null, problems: [],
    }));
    const vectors = blobs.map((blob, at) => ({ blob, vectors: rows.subarray((first + at) * width, (first + at + 1) * width) }));
    await store.commit({ repository, facts, vectors: { model: MODEL, dimensions: DIMENSIONS, rows: vectors } });
    all.push(...blobs);
  }
  return { repository, view, blobs: all };
}
