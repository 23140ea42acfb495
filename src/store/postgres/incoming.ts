import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, Repository, RepositoryId, ViewId } from '../../domain/mod.ts';
import { skipCode, viewKindCode } from '../codes.ts';
import type { Contents, EntryRow, Piece, Records, StoredBlock, StoredSpace, Transfer, ViewRow } from '../transfer/pieces.ts';
import { receivePieces, type Incoming } from '../transfer/receive.ts';
import type { Segment } from '../vectors/segment.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import { CopyRows } from './copy-rows.ts';
import type { Core } from './core.ts';
import type { Connection } from './database.ts';
import type { Lease, Leases } from './leases.ts';
import { sendAll } from './outgoing.ts';
import { takeIds } from './ranges.ts';
import { CONTENT_TABLES } from './schema.ts';
import type { ModelRow, VectorWriter } from './vector-writer.ts';

const ACTION = 'Receiving a copy';

export function makeTransfer(core: Core, leases: Leases, vectors: VectorWriter): Transfer {
  const received = (work: (lease: Lease) => Promise<void>): Promise<void> => core.write(ACTION, () => leases.during('receiving a copy', null, work));
  return {
    send: (work) => sendAll(core, work),
    receive: (repository, pieces) => received((lease) => receive(core, lease, vectors, repository, pieces)),
    receiveRecords: (records) => received(async (lease) => {
      await lease.write((connection) => receiveRecords(connection, records));
      // What was loaded is known to the planner at once, not when the next vacuum comes by.
      for (const table of ['repository', 'view', 'job', ...CONTENT_TABLES]) await lease.write((connection) => connection.run(`ANALYZE ${table}`));
    }),
  };
}

/** Without a name nobody sees it, and what a killed process left is removed as a removed repository is. */
async function receive(core: Core, lease: Lease, vectors: VectorWriter, given: Repository, pieces: AsyncIterable<Piece>): Promise<void> {
  const [row] = await lease.write((connection) => connection.rows<[RepositoryId]>('INSERT INTO repository (name, root, created) VALUES (NULL, $1, $2) RETURNING id', [given.root, given.createdAt]));
  const id = row?.[0] as RepositoryId;
  await receivePieces(pieces, new Receiver(core, lease, vectors, id));
  await lease.write(async (connection) => {
    const named = await connection.run(
      `UPDATE repository SET name = $2, url = $3, purpose = $4, language = $5, generation = $6, expires = $7, masked = $8, fetched = $9, fetch_failure = $10
       WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM repository WHERE name = $2)`,
      [id, given.name, given.url, given.purpose, given.language, given.generation, given.expiresAt, given.masked, given.fetchedAt, given.fetchFailure],
    );
    if (named === 0) throw new CodeIndexError('conflict', `A repository named "${given.name}" came into the index while a copy was received.`, 'Let nobody else register repositories there, and repeat the copy.');
  });
}

async function receiveRecords(connection: Connection, { tokens, jobs, audit }: Records): Promise<void> {
  for (const table of ['token', 'job', 'audit']) await connection.run(`DELETE FROM ${table}`);
  const tokenRows = new CopyRows(['int4', 'bytea', 'text', 'text', 'text', 'text', 'text', 'text']);
  for (const { id, digest, name, role, repositories, createdAt, expiresAt, revokedAt } of tokens) tokenRows.add([id, digest, name, role, repositories === null ? null : JSON.stringify(repositories), createdAt, expiresAt, revokedAt]);
  await connection.copy('token', ['id', 'digest', 'name', 'role', 'repositories', 'created', 'expires', 'revoked'], tokenRows.finish());
  const jobRows = new CopyRows(['text', 'text', 'text', 'text', 'text']);
  for (const job of jobs) jobRows.add([job.id, job.repository, job.state, job.finishedAt, JSON.stringify(job)]);
  await connection.copy('job', ['id', 'repository', 'state', 'finished', 'data'], jobRows.finish());
  const acts = new CopyRows(['text', 'text', 'text', 'text', 'text']);
  for (const { time, actor, act, target, outcome } of audit) acts.add([time, actor, act, target, outcome]);
  await connection.copy('audit', ['time', 'actor', 'act', 'target', 'outcome'], acts.finish());
  // Tokens keep their numbers, by which they are revoked; the next one is above them.
  await connection.rows("SELECT setval(pg_get_serial_sequence('token', 'id'), max(id)) FROM token HAVING max(id) IS NOT NULL");
}

class Receiver implements Incoming {
  readonly #core: Core;
  readonly #lease: Lease;
  readonly #vectors: VectorWriter;
  readonly #repository: RepositoryId;
  readonly #models = new Map<string, ModelRow>();

  constructor(core: Core, lease: Lease, vectors: VectorWriter, repository: RepositoryId) {
    this.#core = core;
    this.#lease = lease;
    this.#vectors = vectors;
    this.#repository = repository;
  }

  /** The transaction that gives the repository its name waits for the disk, and with it for all of these. */
  #write<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#lease.write(async (connection) => {
      await connection.run('SET LOCAL synchronous_commit = off');
      return work(connection);
    });
  }

  blobIds(count: number): Promise<readonly BlobId[]> {
    return this.#write((connection) => takeIds(connection, this.#repository, count));
  }

  async packIds(firstBlobs: readonly BlobId[]): Promise<readonly number[]> {
    return firstBlobs;
  }

  async model(name: string, dimensions: number): Promise<void> {
    this.#models.set(name, await this.#vectors.model(this.#core.database.writer, name, dimensions));
  }

  #modelOf(name: string): ModelRow {
    return this.#models.get(name) as ModelRow;
  }

  async contents({ blobs, packs, facts, vectors }: Contents): Promise<void> {
    const repository = this.#repository;
    const languages = await this.#core.languages.made(blobs.map(({ language }) => language), this.#core.database.writer);
    const packRows = new CopyRows(['int8', 'int4', 'int4', 'bytea']);
    for (const { id, size, data } of packs) packRows.add([id, repository, size, data]);
    const blobRows = new CopyRows(['int8', 'int4', 'bytea', 'int4', 'int4', 'int4', 'int2', 'bool', 'int8', 'int4', 'int4', 'int2', 'int4', 'int4', 'int4', 'int4', 'text']);
    for (const row of blobs) {
      blobRows.add([
        row.id, repository, row.oid, languages.get(row.language) as number, row.size, row.lines, row.parsed ? 1 : 0, row.orphan, row.pack, row.offset, row.length,
        row.textOnly, row.chunks, row.symbols, row.occurrences, row.embedded === null ? 0 : this.#modelOf(row.embedded).id, row.problems,
      ]);
    }
    const factRows = new CopyRows(['int8', 'int4', 'bytea']);
    for (const { blob, data } of facts) factRows.add([blob, repository, data]);
    const vectorRows = new CopyRows(['int8', 'int4', 'int4', 'bytea']);
    for (const { blob, model, data } of vectors) vectorRows.add([blob, repository, this.#modelOf(model).id, data]);
    await this.#write(async (connection) => {
      await connection.copy('pack', ['id', 'repository', 'size', 'data'], packRows.finish());
      await connection.copy('blob', [
        'id', 'repository', 'oid', 'language', 'size', 'lines', 'state', 'orphan', 'pack', 'pack_offset', 'pack_length', 'text_only', 'chunks', 'symbols', 'occurrences', 'embedded', 'problems',
      ], blobRows.finish());
      await connection.copy('facts', ['blob', 'repository', 'data'], factRows.finish());
      await connection.copy('blob_vectors', ['blob', 'repository', 'model', 'data'], vectorRows.finish());
    });
  }

  async view({ kind, branch, root, commit, indexedAt, pendingFiles, pendingSymbols, version }: ViewRow): Promise<ViewId> {
    const [row] = await this.#write((connection) => connection.rows<[ViewId]>(
      'INSERT INTO view (repository, kind, branch, root, commit_id, indexed, pending_files, pending_symbols, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id',
      [this.#repository, viewKindCode(kind), branch, root, commit, indexedAt, pendingFiles, pendingSymbols, version],
    ));
    return row?.[0] as ViewId;
  }

  async entries(view: ViewId, entries: readonly EntryRow[]): Promise<void> {
    const languages = await this.#core.languages.made(entries.flatMap(({ language }) => language ?? []), this.#core.database.writer);
    const rows = new CopyRows(['int4', 'int4', 'text', 'int8', 'int4', 'int2', 'int8', 'float8', 'bool']);
    for (const { path, blob, language, skipped, size, mtimeMs, edited } of entries) {
      rows.add([this.#repository, view, path, blob, language === null ? null : (languages.get(language) as number), skipCode(skipped), size, mtimeMs, edited]);
    }
    await this.#write((connection) => connection.copy('entry', ['repository', 'view', 'path', 'blob', 'language', 'skipped', 'size', 'mtime', 'edited'], rows.finish()));
  }

  async block({ kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms }: StoredBlock): Promise<number> {
    const [row] = await this.#write((connection) => connection.rows<[number]>(
      `INSERT INTO block (id, repository, kind, ready, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms)
       VALUES (nextval('block_id'), $1, $2, true, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
      [this.#repository, kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms],
    ));
    return row?.[0] as number;
  }

  pages(block: number, from: number, pages: readonly Uint8Array[]): Promise<void> {
    const rows = new CopyRows(['int8', 'int4', 'bytea']);
    pages.forEach((data, at) => rows.add([block * PAGES_PER_BLOCK + from + at, this.#repository, data]));
    return this.#write((connection) => connection.copy('page', ['id', 'repository', 'data'], rows.finish()));
  }

  async space({ model, center, cells }: StoredSpace): Promise<void> {
    await this.#write((connection) => connection.run('INSERT INTO vector_space (repository, model, center, cells) VALUES ($1, $2, $3, $4)', [this.#repository, this.#modelOf(model).id, center, cells]));
  }

  segment(model: string, segment: Segment): Promise<void> {
    const { id, dimensions } = this.#modelOf(model);
    return this.#write((connection) => this.#vectors.write(connection, { repository: this.#repository, model: id, dimensions }, segment));
  }
}
