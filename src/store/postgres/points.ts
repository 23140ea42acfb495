import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import type { Owner } from '../vectors/grouping.ts';
import { CopyRows } from './copy-rows.ts';
import type { Connection, Database } from './database.ts';
import { hasTable, LOCK_CLASS, LOCKS, PARTITIONS } from './schema.ts';

/** How far the points of a repository and model are: not wanted, being written (commits add theirs), or complete. */
export const POINTS = { none: 0, filling: 1, complete: 2 } as const;

const TABLE = 'vector_point';

/** Bits of a half-precision number for each signed byte: all of them are exact. Source: IEEE 754, binary16. */
const HALVES = Uint16Array.from({ length: 256 }, (_, byte) => {
  const value = (byte << 24) >> 24;
  if (value === 0) return 0;
  const magnitude = Math.abs(value);
  const exponent = Math.floor(Math.log2(magnitude));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1_024);
});

/** A vector as `halfvec` is sent: its length, an unused number, and its numbers. */
function halfVector(vector: Int8Array): Buffer {
  const bytes = Buffer.allocUnsafe(4 + vector.length * 2);
  bytes.writeInt16BE(vector.length, 0);
  bytes.writeInt16BE(0, 2);
  vector.forEach((value, at) => bytes.writeUInt16BE(HALVES[value & 255] as number, 4 + at * 2));
  return bytes;
}

/** Candidates asked of the index for each hit that is wanted, and the most that it gives. */
const CANDIDATES_PER_HIT = 4;
const CANDIDATES_MOST = 1_000;

/**
 * The chunks of very large repositories as points of pgvector's HNSW index, where the server has that extension: a
 * question reads some pages of the index instead of all bits. Distances are computed from the stored vectors all the
 * same. Without the extension cells in memory serve (../vectors/cells.ts).
 */
export class Points {
  readonly #database: Database;
  /** The schema that the extension lives in. */
  readonly #space: string;

  private constructor(database: Database, space: string) {
    this.#database = database;
    this.#space = space;
  }

  /** Null where the server lacks the extension or this user may not use it. Makes the table where it is missing, unless `readOnly`. */
  static async open(database: Database, readOnly: boolean): Promise<Points | null> {
    const { writer } = database;
    const there = async (): Promise<string | undefined> => (await writer.rows<[string]>(
      "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'vector' AND EXISTS (SELECT 1 FROM pg_type WHERE typname = 'halfvec' AND typnamespace = extnamespace)",
    ))[0]?.[0];
    let space = await there();
    if (space === undefined && !readOnly) {
      // A server without it, or a user who may not, is no fault: cells serve.
      await writer.run('CREATE EXTENSION IF NOT EXISTS vector').catch(() => undefined);
      space = await there();
    }
    if (space === undefined) return null;
    if (await hasTable(writer, TABLE)) return new Points(database, space);
    if (readOnly) return null;
    await database.transaction(async (connection) => {
      await connection.rows('SELECT pg_advisory_xact_lock($1::int4, $2::int4)', [LOCK_CLASS, LOCKS.migration]);
      if (await hasTable(connection, TABLE)) return;
      await connection.run(`CREATE TABLE vector_point (repository integer NOT NULL, model integer NOT NULL, blob bigint NOT NULL, chunk integer NOT NULL, embedding ${space}.halfvec NOT NULL, PRIMARY KEY (blob, model, chunk, repository)) PARTITION BY HASH (repository)`);
      for (let part = 0; part < PARTITIONS; part++) await connection.run(`CREATE TABLE vector_point_${part} PARTITION OF vector_point FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${part})`);
    });
    return new Points(database, space);
  }

  /** Adds the points of some blobs that have none yet. */
  async add(connection: Connection, { repository, model, dimensions }: Owner, vectors: ReadonlyMap<BlobId, Int8Array>): Promise<void> {
    const known = new Set((await connection.rows<[BlobId]>('SELECT DISTINCT blob FROM vector_point WHERE repository = $1 AND model = $2 AND blob = ANY($3::int8[])', [repository, model, [...vectors.keys()]])).map(([blob]) => blob));
    const rows = new CopyRows(['int4', 'int4', 'int8', 'int4', 'bytea']);
    for (const [blob, data] of vectors) {
      if (known.has(blob)) continue;
      for (let chunk = 0; chunk * dimensions < data.length; chunk++) {
        const vector = data.subarray(chunk * dimensions, (chunk + 1) * dimensions);
        // A vector of zeros has no direction: no index of directions takes it.
        if (vector.some((value) => value !== 0)) rows.add([repository, model, blob, chunk, halfVector(vector)]);
      }
    }
    if (rows.rows > 0) await connection.copy('vector_point', ['repository', 'model', 'blob', 'chunk', 'embedding'], rows.finish());
  }

  async remove(connection: Connection, repository: RepositoryId, blobs: readonly BlobId[]): Promise<void> {
    await connection.run('DELETE FROM vector_point WHERE repository = $1 AND blob = ANY($2::int8[])', [repository, blobs]);
  }

  /** Points of every model but one; of every one where `kept` is 0. */
  async removeModels(connection: Connection, repository: RepositoryId, kept: number): Promise<void> {
    await connection.run('DELETE FROM vector_point WHERE repository = $1 AND model <> $2', [repository, kept]);
  }

  /** The index over one model, made where it is missing. Sizes follow from the length of vectors, so that each model has its own. */
  async index({ model, dimensions }: Owner): Promise<void> {
    await this.#database.writer.run(
      `CREATE INDEX IF NOT EXISTS vector_point_model_${model} ON vector_point USING hnsw ((embedding::${this.#space}.halfvec(${dimensions})) ${this.#space}.halfvec_cosine_ops) WHERE model = ${model}`,
    );
  }

  /** Which of the repositories have all their points. */
  async complete(reader: Connection, repositories: readonly RepositoryId[], model: number): Promise<ReadonlySet<RepositoryId>> {
    const rows = await reader.rows<[RepositoryId]>(`SELECT repository FROM vector_space WHERE repository = ANY($1::int4[]) AND model = $2 AND points = ${POINTS.complete}`, [repositories, model]);
    return new Set(rows.map(([repository]) => repository));
  }

  /** Blobs with the chunks that the index holds for the nearest, over all of these repositories; few of them may be in scope. */
  async nearest({ model, dimensions }: Omit<Owner, 'repository'>, repositories: readonly RepositoryId[], vector: Int8Array, limit: number): Promise<BlobId[]> {
    const wanted = Math.min(CANDIDATES_MOST, limit * CANDIDATES_PER_HIT);
    const type = `${this.#space}.halfvec(${dimensions})`;
    const rows = await this.#database.transaction(async (connection) => {
      await connection.run(`SET LOCAL hnsw.ef_search = ${Math.max(40, wanted)}`);
      // Older versions of the extension do not know it: they give fewer candidates where most points are of others.
      const [known] = await connection.rows<[boolean]>("SELECT current_setting('hnsw.iterative_scan', true) IS NOT NULL");
      if (known?.[0] === true) await connection.run('SET LOCAL hnsw.iterative_scan = relaxed_order');
      return connection.rows<[BlobId]>(
        `SELECT blob FROM vector_point WHERE model = ${model} AND repository = ANY($1::int4[]) ORDER BY embedding::${type} OPERATOR(${this.#space}.<=>) $2::text::${type} LIMIT ${wanted}`,
        [repositories, `[${vector.join(',')}]`],
      );
    });
    return [...new Set(rows.map(([blob]) => blob))];
  }
}
