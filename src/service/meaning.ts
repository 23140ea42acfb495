import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IndexSummary, RepositoryId } from '../domain/mod.ts';
import type { EmbeddingModel, Meaning, ModelSettings } from '../embed/mod.ts';
import type { Store } from '../store/mod.ts';

/** The last time that vectors could not be made. */
export interface VectorsFailure {
  /** ISO 8601. */
  readonly time: string;
  readonly message: string;
}

/** A model that could not be opened is not asked for again at once: every query would wait for it. */
const FAILURE_MILLIS = 30_000;
/** What was decided for a query holds for the next ones: counting vectors costs more than comparing them in a small index. */
const DECISION_MILLIS = 2_000;

/** Opens models at need, and decides which one answers. */
export class Models implements AsyncDisposable {
  readonly #settings: ModelSettings;
  readonly #opened = new Map<string, Promise<EmbeddingModel | null>>();
  #current: Promise<EmbeddingModel> | null = null;
  #answering: Promise<EmbeddingModel> | null = null;
  #decided: { readonly key: string; readonly until: number; readonly meaning: Promise<Meaning> } | null = null;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  /** The model that the settings name. */
  current(): Promise<EmbeddingModel> {
    this.#current ??= this.#open([], () => (this.#current = null));
    return this.#current;
  }

  /** The same for questions: opened without a word to its endpoint, where vectors of it are stored. */
  #answerer(embedded: readonly string[]): Promise<EmbeddingModel> {
    this.#answering ??= this.#current ?? this.#open(embedded, () => (this.#answering = null));
    return this.#answering;
  }

  #open(embedded: readonly string[], forget: () => void): Promise<EmbeddingModel> {
    const opening = import('../embed/mod.ts').then(({ openModel }) => openModel(this.#settings, embedded));
    opening.catch(() => setTimeout(forget, FAILURE_MILLIS).unref());
    return opening;
  }

  /** Something was indexed: what answers is decided anew. */
  changed(): void {
    this.#decided = null;
  }

  meaning(store: Store, repositories: readonly RepositoryId[]): Promise<Meaning> {
    const key = repositories.join();
    const known = this.#decided;
    if (known !== null && known.key === key && known.until > Date.now()) return known.meaning;
    const meaning = this.#decide(store, repositories);
    this.#decided = { key, until: Date.now() + DECISION_MILLIS, meaning };
    return meaning;
  }

  /** The wanted model where it is complete or has the most vectors; else the one with the most that can be opened. */
  async #decide(store: Store, repositories: readonly RepositoryId[]): Promise<Meaning> {
    const { meaningLeftOut, openFormerModel } = await import('../embed/mod.ts');
    if (this.#settings.provider === 'none') return { model: null, notes: ['Meaning was left out: EMBEDDING_PROVIDER is none; results are by words and symbols alone.'] };
    const counts = await store.vectors.models(repositories);
    if (counts.size === 0) {
      const note = 'Meaning was left out: no file that was searched has vectors; results are by words and symbols alone. Run `code-index index` to make them.';
      return { model: null, notes: repositories.length === 0 ? [] : [note] };
    }
    let notes: string[] = [];
    let current: EmbeddingModel | null = null;
    try {
      current = await this.#answerer([...counts.keys()]);
    } catch (error) {
      notes = [meaningLeftOut(error)];
    }
    const ids = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
    if (current !== null && counts.has(current.id)) {
      const missing = await missingOf(store, repositories, current.id);
      if (ids[0] === current.id || missing === 0) return { model: current, notes: awaiting(missing) };
    }
    for (const id of ids) {
      if (id === current?.id) return { model: current, notes: awaiting(await missingOf(store, repositories, id)) };
      const opened = this.#opened.get(id) ?? openFormerModel(id, this.#settings).catch(() => null);
      this.#opened.set(id, opened);
      const model = await opened;
      if (model !== null) return { model, notes: awaiting(await missingOf(store, repositories, id)) };
    }
    if (notes.length === 0) notes = ['Meaning was left out: the vectors that there are come from a model that cannot be opened any more; results are by words and symbols alone. Run `code-index index` to make them anew.'];
    return { model: null, notes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.#current, this.#answering, ...this.#opened.values()];
    this.#current = null;
    this.#answering = null;
    this.#opened.clear();
    // What could not be opened was told where it was needed.
    for (const model of all) await (await model?.catch(() => null))?.[Symbol.asyncDispose]();
  }
}

async function missingOf(store: Store, repositories: readonly RepositoryId[], model: string): Promise<number> {
  const counts = await Promise.all(repositories.map((repository) => store.vectors.missingCount(repository, model)));
  return counts.reduce((sum, count) => sum + count, 0);
}

function awaiting(missing: number): string[] {
  return missing === 0 ? [] : [`${missing.toLocaleString('en-US')} ${missing === 1 ? 'file awaits its' : 'files await their'} vectors and ${missing === 1 ? 'is' : 'are'} found by words and symbols alone.`];
}

/** Keeps what the last run said about vectors, so that `status` and `doctor` of another process can tell it. */
export function noteFailure(dataDir: string, summary: IndexSummary): void {
  const file = fileOf(dataDir);
  try {
    if (summary.vectorsFailure === null) {
      if (summary.embedded > 0) rmSync(file, { force: true });
    } else {
      writeFileSync(file, JSON.stringify({ time: new Date().toISOString(), message: summary.vectorsFailure } satisfies VectorsFailure));
    }
  } catch {
    // The summary has said it; a note that cannot be kept must not fail the run.
  }
}

export function lastFailure(dataDir: string): VectorsFailure | null {
  try {
    const { time, message } = JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as VectorsFailure;
    return { time, message };
  } catch {
    return null;
  }
}

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'logs', 'vectors-failure.json');
}
