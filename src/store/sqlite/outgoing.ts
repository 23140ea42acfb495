import type { Database, Statement } from 'better-sqlite3';
import { breathe } from '../../base/mod.ts';
import type { BlobId, Job, Repository, RepositoryId, ViewId } from '../../domain/mod.ts';
import type { Contents, Outgoing, Piece, Records, StoredBlob, StoredBlock, StoredSegment, StoredSpace } from '../transfer/pieces.ts';
import { BLOBS_IN_PIECE, ENTRIES_IN_PIECE, fitting, PAGES_IN_PIECE } from '../transfer/sizes.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import { openReader, type Place } from './connection.ts';
import { asStoreError } from './errors.ts';
import { Languages } from './languages.ts';
import { ENTRY_COLUMNS, entryOf, repositoryOf, VIEW_COLUMNS, viewOf, type EntryRow, type RepositoryRow, type ViewRow } from './rows.ts';
import { Statements } from './statements.ts';
import { TOKEN_COLUMNS, tokenOf, type TokenRow } from './tokens.ts';
import { MODELS_AT_ONCE, type ModelRow } from './vector-rows.ts';

/** Runs `work` over a connection of its own that stays in one read transaction. */
export async function sendAll<Result>(place: Place, work: (outgoing: Outgoing) => Promise<Result>): Promise<Result> {
  const database = openReader(place);
  try {
    database.exec('BEGIN');
    // The moment is that of the first question.
    database.prepare('SELECT count(*) FROM repository').get();
    return await work(new Sender(database));
  } catch (thrown) {
    throw asStoreError(thrown, place.file, 'Copying the index');
  } finally {
    database.close();
  }
}

interface BlobColumns {
  readonly id: number;
  readonly oid: Buffer;
  readonly language: number;
  readonly size: number;
  readonly lines: number;
  readonly state: number;
  readonly orphan: number;
  readonly pack: number;
  readonly pack_offset: number;
  readonly pack_length: number;
  readonly text_only: number | null;
  readonly chunks: number;
  readonly symbols: number;
  readonly occurrences: number;
  readonly embedded: number;
  readonly problems: string | null;
}

class Sender implements Outgoing {
  readonly #statements: Statements;
  readonly #languages: Languages;

  constructor(database: Database) {
    this.#statements = new Statements(database);
    this.#languages = new Languages(database);
  }

  #sql<Row>(text: string): Statement<unknown[], Row> {
    return this.#statements.of(text) as unknown as Statement<unknown[], Row>;
  }

  async repositories(): Promise<readonly Repository[]> {
    return this.#sql<RepositoryRow>('SELECT * FROM repository WHERE name IS NOT NULL ORDER BY name').all().map(repositoryOf);
  }

  async records(): Promise<Records> {
    return {
      tokens: this.#sql<TokenRow & { digest: Buffer }>(`SELECT ${TOKEN_COLUMNS}, digest FROM token ORDER BY id`).all().map((row) => ({ ...tokenOf(row), digest: row.digest })),
      jobs: this.#sql<{ data: string }>('SELECT data FROM job ORDER BY id').all().map(({ data }) => JSON.parse(data) as Job),
      audit: this.#sql<Records['audit'][number]>('SELECT time, actor, act, target, outcome FROM audit ORDER BY id').all(),
    };
  }

  async *contents(repository: RepositoryId): AsyncGenerator<Piece> {
    const models = this.#modelsOf(repository);
    for (const { name, dimensions } of models) yield { part: 'model', name, dimensions };
    yield* this.#blobs(repository, models);
    yield* this.#views(repository);
    yield* this.#blocks(repository);
    yield* this.#vectors(repository, models);
  }

  #modelsOf(repository: RepositoryId): ModelRow[] {
    return this.#sql<ModelRow>(
      `SELECT id, name, dimensions FROM model WHERE id IN (SELECT model FROM vector_segment WHERE repository = ?)
         OR id IN (SELECT model FROM vector_space WHERE repository = ?) OR id IN (SELECT embedded FROM blob WHERE repository = ?) ORDER BY id`,
    ).all(repository, repository, repository);
  }

  async *#blobs(repository: RepositoryId, models: readonly ModelRow[]): AsyncGenerator<Piece> {
    // The index of contents knows the blobs of one repository without a look at those of the others.
    const ids = Uint32Array.from(this.#sql<{ id: BlobId }>('SELECT id FROM blob WHERE repository = ?').all(repository), ({ id }) => id).sort();
    const packs = new Set<number>();
    const one = this.#sql<BlobColumns>('SELECT * FROM blob WHERE id = ?');
    for (let at = 0; at < ids.length;) {
      const rows = [...ids.subarray(at, at + BLOBS_IN_PIECE)].map((id) => one.get(id) as BlobColumns);
      const taken = rows.slice(0, fitting(rows));
      at += taken.length;
      yield { part: 'contents', ...this.#contentsOf(taken, packs, models) };
      await breathe();
    }
  }

  #contentsOf(rows: readonly BlobColumns[], sent: Set<number>, models: readonly ModelRow[]): Contents {
    const pack = this.#sql<{ size: number; data: Buffer }>('SELECT size, data FROM pack WHERE id = ?');
    const facts = this.#sql<{ data: Buffer }>('SELECT data FROM facts WHERE blob = ?');
    const vectors = this.#sql<{ data: Buffer }>('SELECT data FROM vector WHERE id = ?');
    const fresh = [...new Set(rows.map((row) => row.pack))].filter((id) => !sent.has(id));
    for (const id of fresh) sent.add(id);
    const names = new Map(models.map(({ id, name }) => [id, name]));
    return {
      blobs: rows.map((row) => this.#blobOf(row, names)),
      packs: fresh.map((id) => ({ id, ...(pack.get(id) as { size: number; data: Buffer }) })),
      facts: rows.flatMap(({ id: blob }) => { const row = facts.get(blob); return row === undefined ? [] : [{ blob, data: row.data }]; }),
      vectors: rows.flatMap(({ id: blob }) => models.flatMap(({ id, name }) => {
        const row = vectors.get(blob * MODELS_AT_ONCE + id);
        return row === undefined ? [] : [{ blob, model: name, data: row.data }];
      })),
    };
  }

  #blobOf(row: BlobColumns, models: ReadonlyMap<number, string>): StoredBlob {
    const { id, oid, size, lines, pack, chunks, symbols, occurrences, problems } = row;
    return {
      id, oid, size, lines, pack, chunks, symbols, occurrences, problems, language: this.#languages.name(row.language), parsed: row.state === 1, orphan: row.orphan === 1,
      offset: row.pack_offset, length: row.pack_length, textOnly: row.text_only, embedded: models.get(row.embedded) ?? null,
    };
  }

  async *#views(repository: RepositoryId): AsyncGenerator<Piece> {
    for (const row of this.#sql<ViewRow & { version: number }>(`SELECT ${VIEW_COLUMNS}, version FROM view WHERE repository = ? ORDER BY id`).all(repository)) {
      const { id, repository: _, ...view } = viewOf(row);
      yield { part: 'view', view: { ...view, version: row.version } };
      yield* this.#entries(id);
    }
  }

  async *#entries(view: ViewId): AsyncGenerator<Piece> {
    const some = this.#statements.of(`SELECT ${ENTRY_COLUMNS}, language FROM entry WHERE view = ? AND path > ? ORDER BY path LIMIT ${ENTRIES_IN_PIECE}`).raw() as unknown as Statement<[ViewId, string], [...EntryRow, language: number | null]>;
    for (let after = ''; ;) {
      const rows = some.all(view, after);
      if (rows.length === 0) return;
      yield { part: 'entries', entries: rows.map(([path, blob, skipped, size, mtime, edited, language]) => ({ ...entryOf([path, blob, skipped, size, mtime, edited]), language: language === null ? null : this.#languages.name(language) })) };
      after = rows.at(-1)?.[0] as string;
      await breathe();
    }
  }

  async *#blocks(repository: RepositoryId): AsyncGenerator<Piece> {
    const pages = this.#sql<{ data: Buffer }>('SELECT data FROM page WHERE id BETWEEN ? AND ? ORDER BY id');
    for (const { id, ...block } of this.#sql<StoredBlock & { id: number }>(
      'SELECT id, kind, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms AS chunkTerms FROM block WHERE repository = ? AND ready = 1 ORDER BY id',
    ).all(repository)) {
      yield { part: 'block', block };
      for (let from = 0; from < block.pages; from += PAGES_IN_PIECE) {
        const first = id * PAGES_PER_BLOCK + from;
        yield { part: 'pages', from, pages: pages.all(first, first + Math.min(PAGES_IN_PIECE, block.pages - from) - 1).map(({ data }) => data) };
        await breathe();
      }
    }
  }

  async *#vectors(repository: RepositoryId, models: readonly ModelRow[]): AsyncGenerator<Piece> {
    for (const { id, name: model } of models) {
      const space = this.#sql<Omit<StoredSpace, 'model'>>('SELECT center, cells FROM vector_space WHERE repository = ? AND model = ?').get(repository, id);
      if (space !== undefined) yield { part: 'space', space: { model, ...space } };
      for (const { id: segment } of this.#sql<{ id: number }>('SELECT id FROM vector_segment WHERE repository = ? AND model = ? ORDER BY id').all(repository, id)) {
        yield { part: 'segment', model, columns: this.#sql<StoredSegment>('SELECT blobs, counts, bits, cells FROM vector_segment WHERE id = ?').get(segment) as StoredSegment };
        await breathe();
      }
    }
  }
}
