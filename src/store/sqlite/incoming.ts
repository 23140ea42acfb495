import type { Statement } from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, Repository, RepositoryId, ViewId } from '../../domain/mod.ts';
import { skipCode, viewKindCode } from '../codes.ts';
import type { Contents, EntryRow, Piece, Records, StoredBlock, StoredSpace, Transfer, ViewRow } from '../transfer/pieces.ts';
import { receivePieces, type Incoming } from '../transfer/receive.ts';
import type { Segment } from '../vectors/segment.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import type { Committer } from './commit.ts';
import type { Core } from './core.ts';
import type { Leases } from './lease.ts';
import { sendAll } from './outgoing.ts';
import { Statements } from './statements.ts';
import { MODELS_AT_ONCE, type ModelRow } from './vector-rows.ts';
import type { Writing } from './writing.ts';

const ACTION = 'Receiving a copy';

export function makeTransfer(core: Core, leases: Leases, writing: Writing): Transfer {
  return {
    send: (work) => sendAll(core.place, work),
    receive: (repository, pieces) => leases.during('receiving a copy', () => core.inTurn(ACTION, () => receive(core, writing, repository, pieces))),
    receiveRecords: (records) => leases.during('receiving a copy', () => core.inTurn(ACTION, async () => receiveRecords(core, records))),
  };
}

/** Without a name nobody sees it, and what a killed process left is removed as a removed repository is. */
async function receive(core: Core, writing: Writing, given: Repository, pieces: AsyncIterable<Piece>): Promise<void> {
  const id = core.write(ACTION, (database) => Number(database.prepare('INSERT INTO repository (name, root, created) VALUES (NULL, ?, ?)').run(given.root, given.createdAt).lastInsertRowid));
  await receivePieces(pieces, new Receiver(core, writing, id));
  core.write(ACTION, (database) => {
    if (database.prepare('SELECT 1 FROM repository WHERE name = ?').get(given.name) !== undefined) {
      throw new CodeIndexError('conflict', `A repository named "${given.name}" came into the index while a copy was received.`, 'Let nobody else register repositories there, and repeat the copy.');
    }
    database.prepare('UPDATE repository SET name = ?, url = ?, purpose = ?, language = ?, generation = ?, expires = ?, masked = ?, fetched = ?, fetch_failure = ? WHERE id = ?')
      .run(given.name, given.url, given.purpose, given.language, given.generation, given.expiresAt, given.masked ? 1 : 0, given.fetchedAt, given.fetchFailure, id);
  });
}

function receiveRecords(core: Core, { tokens, jobs, audit }: Records): void {
  core.write(ACTION, (database) => {
    for (const table of ['token', 'job', 'audit']) database.exec(`DELETE FROM ${table}`);
    const token = database.prepare('INSERT INTO token (id, digest, name, role, repositories, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const { id, digest, name, role, repositories, createdAt, expiresAt, revokedAt } of tokens) token.run(id, digest, name, role, repositories === null ? null : JSON.stringify(repositories), createdAt, expiresAt, revokedAt);
    const job = database.prepare('INSERT INTO job (id, repository, state, finished, data) VALUES (?, ?, ?, ?, ?)');
    for (const one of jobs) job.run(one.id, one.repository, one.state, one.finishedAt, JSON.stringify(one));
    const act = database.prepare('INSERT INTO audit (time, actor, act, target, outcome) VALUES (?, ?, ?, ?, ?)');
    for (const { time, actor, act: done, target, outcome } of audit) act.run(time, actor, done, target, outcome);
  });
}

class Receiver implements Incoming {
  readonly #core: Core;
  readonly #writing: Writing;
  readonly #repository: RepositoryId;
  readonly #statements: Statements;
  readonly #models = new Map<string, ModelRow>();

  constructor(core: Core, writing: Writing, repository: RepositoryId) {
    this.#core = core;
    this.#writing = writing;
    this.#repository = repository;
    this.#statements = new Statements(core.writer);
  }

  #sql(text: string): Statement {
    return this.#statements.of(text);
  }

  #write<Result>(work: (committer: Committer) => Result): Result {
    return this.#writing.write(ACTION, work);
  }

  /** Under the lease nobody else gives numbers; those that were given once are in `sqlite_sequence`. */
  #next(table: string, count: number): number[] {
    const last = this.#core.write(ACTION, () => (this.#sql('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table) as number | undefined) ?? 0);
    return Array.from({ length: count }, (_, at) => last + 1 + at);
  }

  async blobIds(count: number): Promise<readonly BlobId[]> {
    return this.#next('blob', count);
  }

  async packIds(firstBlobs: readonly BlobId[]): Promise<readonly number[]> {
    return this.#next('pack', firstBlobs.length);
  }

  async model(name: string, dimensions: number): Promise<void> {
    this.#models.set(name, this.#write((committer) => committer.vectors.model(name, dimensions)));
  }

  #modelOf(name: string): ModelRow {
    return this.#models.get(name) as ModelRow;
  }

  async contents({ blobs, packs, facts, vectors }: Contents): Promise<void> {
    const pack = this.#sql('INSERT INTO pack (id, size, data) VALUES (?, ?, ?)');
    const blob = this.#sql(
      `INSERT INTO blob (id, repository, oid, language, size, lines, state, orphan, pack, pack_offset, pack_length, text_only, chunks, symbols, occurrences, embedded, problems)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const fact = this.#sql('INSERT INTO facts (blob, data) VALUES (?, ?)');
    const vector = this.#sql('INSERT INTO vector (id, data) VALUES (?, ?)');
    this.#write((committer) => {
      for (const { id, size, data } of packs) pack.run(id, size, data);
      for (const row of blobs) {
        blob.run(
          row.id, this.#repository, row.oid, committer.language(row.language), row.size, row.lines, row.parsed ? 1 : 0, row.orphan ? 1 : 0, row.pack, row.offset, row.length,
          row.textOnly, row.chunks, row.symbols, row.occurrences, row.embedded === null ? 0 : this.#modelOf(row.embedded).id, row.problems,
        );
      }
      for (const row of facts) fact.run(row.blob, row.data);
      for (const { blob: of, model, data } of vectors) vector.run(of * MODELS_AT_ONCE + this.#modelOf(model).id, data);
    });
  }

  async view({ kind, branch, root, commit, indexedAt, pendingFiles, pendingSymbols, version }: ViewRow): Promise<ViewId> {
    return this.#write(() => Number(
      this.#sql('INSERT INTO view (repository, kind, branch, root, commit_id, indexed, pending_files, pending_symbols, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(this.#repository, viewKindCode(kind), branch, root, commit, indexedAt, pendingFiles, pendingSymbols, version).lastInsertRowid,
    ));
  }

  async entries(view: ViewId, entries: readonly EntryRow[]): Promise<void> {
    const put = this.#sql('INSERT INTO entry (view, path, blob, language, skipped, size, mtime, edited) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#write((committer) => {
      for (const { path, blob, language, skipped, size, mtimeMs, edited } of entries) put.run(view, path, blob, language === null ? null : committer.language(language), skipCode(skipped), size, mtimeMs, edited ? 1 : 0);
    });
  }

  async block({ kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms }: StoredBlock): Promise<number> {
    return this.#write(() => Number(
      this.#sql('INSERT INTO block (repository, kind, ready, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(this.#repository, kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms).lastInsertRowid,
    ));
  }

  async pages(block: number, from: number, pages: readonly Uint8Array[]): Promise<void> {
    const put = this.#sql('INSERT INTO page (id, data) VALUES (?, ?)');
    this.#write(() => pages.forEach((data, at) => put.run(block * PAGES_PER_BLOCK + from + at, data)));
  }

  async space({ model, center, cells }: StoredSpace): Promise<void> {
    this.#write(() => this.#sql('INSERT INTO vector_space (repository, model, center, cells) VALUES (?, ?, ?, ?)').run(this.#repository, this.#modelOf(model).id, center, cells));
  }

  async segment(model: string, segment: Segment): Promise<void> {
    const { id, dimensions } = this.#modelOf(model);
    this.#write((committer) => committer.vectors.segments.write({ repository: this.#repository, model: id, dimensions }, segment));
  }
}
