import type { BlobId, Job, Repository, RepositoryId, ViewId } from '../../domain/mod.ts';
import type { Contents, Outgoing, Piece, Records, StoredBlob } from '../transfer/pieces.ts';
import { BLOBS_IN_PIECE, ENTRIES_IN_PIECE, fitting, PAGES_IN_PIECE } from '../transfer/sizes.ts';
import { PAGES_PER_BLOCK } from './blocks.ts';
import type { Core } from './core.ts';
import type { Connection } from './database.ts';
import { asStoreError } from './errors.ts';
import { Languages } from './languages.ts';
import { TOKEN_COLUMNS, tokenOf, type TokenRow } from './records.ts';
import { ENTRY_COLUMNS, entryOf, REPOSITORY_COLUMNS, repositoryOf, VIEW_COLUMNS, viewOf, type EntryRow, type RepositoryRow, type ViewRow } from './rows.ts';
import { modelsOf, type ModelRow } from './vector-writer.ts';

/** Runs `work` over a session of its own on the primary, in one transaction that sees one moment. */
export async function sendAll<Result>(core: Core, work: (outgoing: Outgoing) => Promise<Result>): Promise<Result> {
  try {
    await using session = await core.database.session('copying everything');
    return await session.transaction(async (connection) => {
      await connection.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      // The receiver may take its time between two pieces.
      await connection.run('SET LOCAL idle_in_transaction_session_timeout = 0');
      return work(new Sender(connection));
    });
  } catch (thrown) {
    throw asStoreError(thrown, core.database.place, 'Copying the index');
  }
}

type BlobColumns = [
  id: number, oid: Buffer, language: number, size: number, lines: number, state: number, orphan: boolean, pack: number, offset: number, length: number,
  textOnly: number | null, chunks: number, symbols: number, occurrences: number, embedded: number, problems: string | null,
];
const BLOB_COLUMNS = 'id, oid, language, size, lines, state, orphan, pack, pack_offset, pack_length, text_only, chunks, symbols, occurrences, embedded, problems';

class Sender implements Outgoing {
  readonly #connection: Connection;
  readonly #languages: Languages;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#languages = new Languages(connection);
  }

  async repositories(): Promise<readonly Repository[]> {
    return (await this.#connection.rows<RepositoryRow>(`SELECT ${REPOSITORY_COLUMNS} FROM repository WHERE name IS NOT NULL ORDER BY name`)).map(repositoryOf);
  }

  async records(): Promise<Records> {
    const tokens = await this.#connection.rows<[Buffer, ...TokenRow]>(`SELECT digest, ${TOKEN_COLUMNS} FROM token ORDER BY id`);
    const jobs = await this.#connection.rows<[string]>('SELECT data FROM job ORDER BY id');
    const audit = await this.#connection.rows<[string, string, string, string, string]>('SELECT time, actor, act, target, outcome FROM audit ORDER BY id');
    return {
      tokens: tokens.map(([digest, ...row]) => ({ ...tokenOf(row), digest })),
      jobs: jobs.map(([data]) => JSON.parse(data) as Job),
      audit: audit.map(([time, actor, act, target, outcome]) => ({ time, actor, act, target, outcome })),
    };
  }

  async *contents(repository: RepositoryId): AsyncGenerator<Piece> {
    const models = await this.#modelsOf(repository);
    for (const { name, dimensions } of models) yield { part: 'model', name, dimensions };
    yield* this.#blobs(repository, models);
    yield* this.#views(repository);
    yield* this.#blocks(repository);
    yield* this.#vectors(repository, models);
  }

  async #modelsOf(repository: RepositoryId): Promise<ModelRow[]> {
    const used = await this.#connection.rows<[number]>(
      'SELECT model FROM vector_segment WHERE repository = $1 UNION SELECT model FROM vector_space WHERE repository = $1 UNION SELECT embedded FROM blob WHERE repository = $1', [repository],
    );
    const ids = new Set(used.map(([id]) => id));
    return (await modelsOf(this.#connection)).filter(({ id }) => ids.has(id));
  }

  async *#blobs(repository: RepositoryId, models: readonly ModelRow[]): AsyncGenerator<Piece> {
    const packs = new Set<number>();
    for (let after = 0; ;) {
      const rows = await this.#connection.rows<BlobColumns>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE repository = $1 AND id > $2 ORDER BY id LIMIT ${BLOBS_IN_PIECE}`, [repository, after]);
      if (rows.length === 0) return;
      for (let at = 0; at < rows.length;) {
        const rest = rows.slice(at);
        const taken = rest.slice(0, fitting(rest.map((row) => ({ size: row[3] }))));
        at += taken.length;
        yield { part: 'contents', ...(await this.#contentsOf(repository, taken, packs, models)) };
      }
      after = rows.at(-1)?.[0] as number;
    }
  }

  async #contentsOf(repository: RepositoryId, rows: readonly BlobColumns[], sent: Set<number>, models: readonly ModelRow[]): Promise<Contents> {
    const connection = this.#connection;
    const names = new Map(models.map(({ id, name }) => [id, name]));
    const languages = await this.#languages.names(rows.map((row) => row[2]));
    const blobs = rows.map(([id, oid, language, size, lines, state, orphan, pack, offset, length, textOnly, chunks, symbols, occurrences, embedded, problems]): StoredBlob => ({
      id, oid, language: languages.get(language) as string, size, lines, parsed: state === 1, orphan, pack, offset, length, textOnly, chunks, symbols, occurrences, embedded: names.get(embedded) ?? null, problems,
    }));
    const ids = blobs.map(({ id }) => id);
    const fresh = [...new Set(blobs.map(({ pack }) => pack))].filter((id) => !sent.has(id));
    for (const id of fresh) sent.add(id);
    const packs = await connection.rows<[number, number, Buffer]>('SELECT id, size, data FROM pack WHERE repository = $1 AND id = ANY($2::int8[]) ORDER BY id', [repository, fresh]);
    const facts = await connection.rows<[BlobId, Buffer]>('SELECT blob, data FROM facts WHERE repository = $1 AND blob = ANY($2::int8[]) ORDER BY blob', [repository, ids]);
    const vectors = models.length === 0 ? [] : await connection.rows<[BlobId, number, Buffer]>('SELECT blob, model, data FROM blob_vectors WHERE repository = $1 AND blob = ANY($2::int8[]) ORDER BY blob, model', [repository, ids]);
    return {
      blobs,
      packs: packs.map(([id, size, data]) => ({ id, size, data })),
      facts: facts.map(([blob, data]) => ({ blob, data })),
      vectors: vectors.flatMap(([blob, model, data]) => (names.has(model) ? [{ blob, model: names.get(model) as string, data }] : [])),
    };
  }

  async *#views(repository: RepositoryId): AsyncGenerator<Piece> {
    for (const [version, ...row] of await this.#connection.rows<[number, ...ViewRow]>(`SELECT version, ${VIEW_COLUMNS} FROM view WHERE repository = $1 ORDER BY id`, [repository])) {
      const { id, repository: _, ...view } = viewOf(row);
      yield { part: 'view', view: { ...view, version } };
      yield* this.#entries(repository, id);
    }
  }

  async *#entries(repository: RepositoryId, view: ViewId): AsyncGenerator<Piece> {
    for (let after = ''; ;) {
      const rows = await this.#connection.rows<[number | null, ...EntryRow]>(
        `SELECT language, ${ENTRY_COLUMNS} FROM entry WHERE repository = $1 AND view = $2 AND path > $3 ORDER BY path LIMIT ${ENTRIES_IN_PIECE}`, [repository, view, after],
      );
      if (rows.length === 0) return;
      const languages = await this.#languages.names(rows.flatMap(([language]) => (language === null ? [] : [language])));
      const entries = rows.map(([language, ...row]) => ({ ...entryOf(row), language: language === null ? null : (languages.get(language) as string) }));
      yield { part: 'entries', entries };
      after = entries.at(-1)?.path as string;
    }
  }

  async *#blocks(repository: RepositoryId): AsyncGenerator<Piece> {
    const ids = await this.#connection.rows<[number]>('SELECT id FROM block WHERE repository = $1 AND ready ORDER BY id', [repository]);
    for (const [id] of ids) {
      const [row] = await this.#connection.rows<[number, number, number, number, number, Buffer, Buffer, Buffer | null, Buffer | null]>(
        'SELECT kind, documents, pages, bytes, terms, blobs, directory, chunks, chunk_terms FROM block WHERE repository = $1 AND id = $2', [repository, id],
      );
      const [kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms] = row as NonNullable<typeof row>;
      yield { part: 'block', block: { kind, documents, pages, bytes, terms, blobs, directory, chunks, chunkTerms } };
      for (let from = 0; from < pages; from += PAGES_IN_PIECE) {
        const first = id * PAGES_PER_BLOCK + from;
        const last = first + Math.min(PAGES_IN_PIECE, pages - from) - 1;
        yield { part: 'pages', from, pages: (await this.#connection.rows<[Buffer]>('SELECT data FROM page WHERE repository = $1 AND id BETWEEN $2 AND $3 ORDER BY id', [repository, first, last])).map(([data]) => data) };
      }
    }
  }

  async *#vectors(repository: RepositoryId, models: readonly ModelRow[]): AsyncGenerator<Piece> {
    for (const { id, name: model } of models) {
      for (const [center, cells] of await this.#connection.rows<[Buffer | null, Buffer | null]>('SELECT center, cells FROM vector_space WHERE repository = $1 AND model = $2', [repository, id])) {
        yield { part: 'space', space: { model, center, cells } };
      }
      for (const [segment] of await this.#connection.rows<[number]>('SELECT id FROM vector_segment WHERE repository = $1 AND model = $2 ORDER BY id', [repository, id])) {
        const rows = await this.#connection.rows<[Buffer, Buffer, Buffer, Buffer | null]>('SELECT blobs, counts, bits, cells FROM vector_segment WHERE repository = $1 AND id = $2', [repository, segment]);
        for (const [blobs, counts, bits, cells] of rows) yield { part: 'segment', model, columns: { blobs, counts, bits, cells } };
      }
    }
  }
}
