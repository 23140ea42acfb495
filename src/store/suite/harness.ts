import { mkdtempSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { packFacts, type BlobId, type BlobSet, type Problem, type RepositoryId, type TextOnlyReason, type ViewId } from '../../domain/mod.ts';
import { openStore } from '../open.ts';
import type { CommitResult, NewBlob, NewFacts, NewPack, PathTest, Scope, Store } from '../ports.ts';
import { nameBlock, termBlock, trigramBlock, wordsOf } from './blocks.ts';

/** What a driver tells the suite about itself. */
export interface Driver {
  /** The store's address when its data folder is `dataDir`. */
  url(dataDir: string): string;
  /** Makes what the address names; absent: opening it does. */
  create?(dataDir: string): Promise<void>;
  /** Opens a store that no address reaches: one within this process alone, so that tests of two processes are left out. */
  open?(dataDir: string, readOnly: boolean): Promise<Store>;
  remove?(dataDir: string): Promise<void>;
  /** Encrypts the store. */
  readonly key?: string;
  /** Runs of tests by property; absent: 20. */
  readonly propertyRuns?: number;
  /** Rows of every table that holds what was indexed, by table, without bookkeeping tables. */
  rows(dataDir: string): Promise<Readonly<Record<string, number>>>;
}

/** Tests by name. */
export type Cases = Readonly<Record<string, (driver: Driver) => Promise<void>>>;

/** A new, empty data folder that is gone after the test. */
export class Folder implements AsyncDisposable {
  readonly dataDir: string = mkdtempSync(join(tmpdir(), 'code-index-store-'));
  readonly driver: Driver;
  readonly #open: Store[] = [];
  #created: Promise<void> | null = null;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  /** What the address names is there. */
  async ready(): Promise<void> {
    this.#created ??= this.driver.create?.(this.dataDir) ?? Promise.resolve();
    await this.#created;
  }

  async open(readOnly = false): Promise<Store> {
    await this.ready();
    const store = await (this.driver.open?.(this.dataDir, readOnly) ?? openStore(this.driver.url(this.dataDir), { dataDir: this.dataDir, readOnly, ...(this.driver.key === undefined ? {} : { key: this.driver.key }) }));
    this.#open.push(store);
    return store;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#open) await store[Symbol.asyncDispose]();
    await this.driver.remove?.(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export async function addRepository(store: Store, name = 'one'): Promise<RepositoryId> {
  return (await store.meta.putRepository({ name, root: `/${name}`, url: null, purpose: null, language: null, expiresAt: null })).id;
}

export async function addView(store: Store, repository: RepositoryId, branch = 'main'): Promise<ViewId> {
  return (await store.meta.putView({ repository, kind: 'branch', branch, root: null, commit: null })).id;
}

export function languageOf(path: string): string {
  return path.endsWith('.c') ? 'c' : path.endsWith('.py') ? 'python' : 'text';
}

export function newBlob(path: string, text: string, rest: { textOnly?: TextOnlyReason; problems?: readonly Problem[] } = {}): NewBlob {
  return {
    oid: createHash('sha1').update(text).digest('hex'), language: languageOf(path), size: Buffer.byteLength(text), lines: text.split('\n').length,
    textOnly: rest.textOnly ?? null, problems: rest.problems ?? [], content: { pack: 0, offset: 0, length: Buffer.byteLength(text) },
  };
}

/** The blobs with their texts in packs of two. */
export function packed(blobs: readonly NewBlob[], texts: readonly string[]): { blobs: NewBlob[]; packs: NewPack[] } {
  const packs: NewPack[] = [];
  const placed = blobs.map((blob, at): NewBlob => {
    const pair = texts.slice(at - (at % 2), at - (at % 2) + 2);
    if (at % 2 === 0) packs.push({ data: zstdCompressSync(pair.join('')), size: Buffer.byteLength(pair.join('')) });
    return { ...blob, content: { ...blob.content, pack: packs.length - 1, offset: at % 2 === 0 ? 0 : Buffer.byteLength(pair[0] as string) } };
  });
  return { blobs: placed, packs };
}

/** Commits files (path -> text) as one text batch, as the index does it. */
export async function addFiles(store: Store, repository: RepositoryId, view: ViewId, files: Readonly<Record<string, string>>): Promise<CommitResult> {
  const paths = Object.keys(files);
  const texts = Object.values(files);
  return store.commit({
    repository,
    ...packed(paths.map((path, at) => newBlob(path, texts[at] as string)), texts),
    trigrams: trigramBlock(texts),
    view: {
      id: view,
      upsert: paths.map((path, at) => ({ path, blob: null, new: at, skipped: null, size: Buffer.byteLength(texts[at] as string), mtimeMs: 1.25, edited: false })),
    },
  });
}

/** Facts of a text: each line is a chunk; names are the words that follow `def `. */
export async function addFacts(store: Store, repository: RepositoryId, texts: ReadonlyMap<BlobId, string>): Promise<void> {
  const facts: NewFacts[] = [];
  const names: string[][] = [];
  const chunkWords: string[][] = [];
  for (const [blob, text] of texts) {
    const lines = text.split('\n');
    const defined = [...text.matchAll(/def (\S+)/g)].map((match) => match[1] as string);
    let start = 0;
    const chunks = lines.map((line, at) => {
      const span = { start, end: start + line.length, startLine: at + 1, endLine: at + 1 };
      start += line.length + 1;
      return { span, symbol: -1 };
    });
    const packed = packFacts({ symbols: [], occurrences: [], imports: [], chunks, comments: [], problems: [] }, text);
    facts.push({ blob, packed, chunks: lines.length, symbols: defined.length, occurrences: 0, textOnly: null, problems: [] });
    names.push(defined);
    chunkWords.push(...lines.map(wordsOf));
  }
  await store.commit({
    repository, facts, names: nameBlock(names), terms: termBlock(chunkWords), chunkTerms: Uint16Array.from(chunkWords, (words) => words.length),
  });
}

export function pathTest(key: string, prefix: string, matches: (path: string) => boolean): PathTest {
  return { key, prefix, matches };
}

export function inScope(store: Store, views: readonly ViewId[], rest: Partial<Scope> = {}): Promise<BlobSet> {
  return store.files.scope({ views, languages: [], notLanguages: [], paths: [], notPaths: [], ...rest });
}
