import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import { DEAD_SHARE, FAN, segmentOf, SEGMENT_CHUNKS_MOST, tierOf, type Owner } from '../vectors/grouping.ts';
import { centerOf, floatsOf } from '../vectors/bits.ts';
import { chunksOf, joinSegments, packSegment, unpackSegment, type Segment } from '../vectors/segment.ts';
import type { NewVectors } from '../ports.ts';
import { CopyRows } from './copy-rows.ts';
import type { Connection } from './database.ts';
import { POINTS, type Points } from './points.ts';

export interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly dimensions: number;
}

/** Models that the database may hold vectors of at once. */
const MODELS_MOST = 255;

export async function modelsOf(connection: Connection): Promise<ModelRow[]> {
  return (await connection.rows<[number, string, number]>('SELECT id, name, dimensions FROM model ORDER BY id')).map(([id, name, dimensions]) => ({ id, name, dimensions }));
}

/** Writes vectors and their segments (../vectors/segment.ts). Every method runs inside one transaction of the caller, under the lease of the repository. */
export class VectorWriter {
  readonly #wholeChunks: number;
  /** Null where the server has no index of vectors. */
  readonly points: Points | null;

  constructor(wholeChunks: number, points: Points | null) {
    this.#wholeChunks = wholeChunks;
    this.points = points;
  }

  /** The model of this name, made where it is missing. */
  async model(connection: Connection, name: string, dimensions: number): Promise<ModelRow> {
    await connection.run(
      `INSERT INTO model (id, name, dimensions) SELECT free, $1, $2 FROM generate_series(1, ${MODELS_MOST}) AS free
       WHERE NOT EXISTS (SELECT 1 FROM model WHERE id = free OR name = $1) ORDER BY free LIMIT 1 ON CONFLICT DO NOTHING`,
      [name, dimensions],
    );
    const all = await modelsOf(connection);
    const known = all.find((model) => model.name === name);
    if (known === undefined) throw new CodeIndexError('conflict', `The index holds vectors of ${all.length} models, so ${name} has no place.`, 'Remove repositories that older models embedded.');
    if (known.dimensions === dimensions) return known;
    throw new CodeIndexError(
      'conflict', `The model ${name} gave vectors of ${dimensions} dimensions, but the index holds vectors of ${known.dimensions} by it.`,
      'Give the model with the other dimension another name, or remove the repositories that it embedded and index them again.',
    );
  }

  async put(connection: Connection, repository: RepositoryId, { model, dimensions, rows }: NewVectors): Promise<void> {
    if (rows.length === 0) return;
    const { id } = await this.model(connection, model, dimensions);
    const owner: Owner = { repository, model: id, dimensions };
    const ids = rows.map(({ blob }) => blob);
    const about = new Map(await connection.rows<[BlobId, number]>('SELECT id, chunks FROM blob WHERE repository = $1 AND id = ANY($2::int8[]) AND state = 1', [repository, ids]));
    const fresh = new Map<BlobId, Int8Array>();
    for (const { blob, vectors } of rows) {
      const chunks = about.get(blob);
      if (chunks === undefined) {
        throw new CodeIndexError('conflict', `Vectors were given for blob ${blob}, which is not parsed in repository ${repository}.`, 'Index again: what is missing will be embedded anew.');
      }
      if (vectors.length !== chunks * dimensions) {
        throw new CodeIndexError('internal', `Blob ${blob} has ${chunks} chunks of ${dimensions} dimensions, but the vectors given have ${vectors.length} numbers.`, 'Report this as a bug.');
      }
      if (chunks > 0) fresh.set(blob, vectors);
    }
    if (fresh.size === 0) return;
    const stored = [...fresh.keys()];
    const replaced = new Set((await connection.rows<[BlobId]>('DELETE FROM blob_vectors WHERE repository = $1 AND blob = ANY($2::int8[]) AND model = $3 RETURNING blob', [repository, stored, id])).map(([blob]) => blob));
    const copied = new CopyRows(['int8', 'int4', 'int4', 'bytea']);
    for (const [blob, vectors] of fresh) copied.add([blob, repository, id, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)]);
    await connection.copy('blob_vectors', ['blob', 'repository', 'model', 'data'], copied.finish());
    await connection.run('UPDATE blob SET embedded = $3 WHERE repository = $1 AND id = ANY($2::int8[])', [repository, stored, id]);
    if (replaced.size > 0) {
      await this.#remove(connection, owner, (blob) => replaced.has(blob));
      await this.points?.remove(connection, repository, [...replaced]);
    }
    if (this.points !== null && (await this.#hasPoints(connection, owner))) await this.points.add(connection, owner, fresh);
    await this.#add(connection, owner, fresh);
  }

  /** Removes the vectors of every model but one from the repository. */
  async dropBut(connection: Connection, repository: RepositoryId, kept: string): Promise<void> {
    const models = await modelsOf(connection);
    const keptId = models.find(({ name }) => name === kept)?.id ?? 0;
    await connection.run('DELETE FROM blob_vectors WHERE repository = $1 AND model <> $2', [repository, keptId]);
    await connection.run('DELETE FROM vector_segment WHERE repository = $1 AND model <> $2', [repository, keptId]);
    await connection.run('DELETE FROM vector_space WHERE repository = $1 AND model <> $2', [repository, keptId]);
    await this.points?.removeModels(connection, repository, keptId);
    await connection.run(
      `UPDATE blob SET embedded = CASE WHEN EXISTS (SELECT 1 FROM blob_vectors AS own WHERE own.repository = $1 AND own.blob = blob.id AND own.model = $2) THEN $2 ELSE 0 END
       WHERE repository = $1 AND embedded <> 0 AND embedded <> $2`, [repository, keptId],
    );
  }

  async list(connection: Connection, { repository, model }: Owner): Promise<{ id: number; chunks: number }[]> {
    return (await connection.rows<[number, number]>('SELECT id, chunks FROM vector_segment WHERE repository = $1 AND model = $2 ORDER BY id', [repository, model])).map(([id, chunks]) => ({ id, chunks }));
  }

  async read(connection: Connection, { repository }: Owner, ids: readonly number[]): Promise<Segment[]> {
    const rows = await connection.bulk<[number, Buffer, Buffer, Buffer, Buffer | null]>(['int8', 'bytea', 'bytea', 'bytea', 'bytea'], 'SELECT id, blobs, counts, bits, cells FROM vector_segment WHERE repository = $1 AND id = ANY($2::int8[]) ORDER BY id', [repository, ids]);
    return rows.map(([, blobs, counts, bits, cells]) => unpackSegment({ blobs, counts, bits, cells }));
  }

  /** A segment without chunks is not written. */
  async write(connection: Connection, { repository, model }: Owner, segment: Segment): Promise<void> {
    const { blobs, counts, bits, cells } = packSegment(segment);
    const chunks = chunksOf(segment);
    if (chunks === 0) return;
    await connection.run("INSERT INTO vector_segment (id, repository, model, chunks, blobs, counts, bits, cells) VALUES (nextval('segment_id'), $1, $2, $3, $4, $5, $6, $7)", [repository, model, chunks, blobs, counts, bits, cells]);
  }

  async erase(connection: Connection, { repository }: Owner, ids: readonly number[]): Promise<void> {
    await connection.run('DELETE FROM vector_segment WHERE repository = $1 AND id = ANY($2::int8[])', [repository, ids]);
  }

  async center(connection: Connection, { repository, model }: Owner): Promise<Float32Array | null> {
    const [row] = await connection.rows<[Buffer]>('SELECT center FROM vector_space WHERE repository = $1 AND model = $2', [repository, model]);
    return row === undefined ? null : floatsOf(row[0]);
  }

  async #hasPoints(connection: Connection, { repository, model }: Owner): Promise<boolean> {
    return (await connection.rows(`SELECT 1 FROM vector_space WHERE repository = $1 AND model = $2 AND points <> ${POINTS.none}`, [repository, model])).length > 0;
  }

  /** All vectors of some blobs; those that are gone are absent. */
  async vectors(connection: Connection, { repository, model }: Owner, blobs: readonly BlobId[]): Promise<Map<BlobId, Int8Array>> {
    const rows = await connection.bulk<[BlobId, Buffer]>(['int8', 'bytea'], 'SELECT blob, data FROM blob_vectors WHERE repository = $1 AND blob = ANY($2::int8[]) AND model = $3', [repository, blobs, model]);
    return new Map(rows.map(([blob, data]) => [blob, new Int8Array(data.buffer, data.byteOffset, data.length)]));
  }

  /** Adds blobs that stand in no segment yet. */
  async #add(connection: Connection, owner: Owner, fresh: ReadonlyMap<BlobId, Int8Array>): Promise<void> {
    const center = await this.center(connection, owner);
    await this.write(connection, owner, segmentOf(owner, fresh, center));
    if (center === null && (await this.list(connection, owner)).reduce((sum, { chunks }) => sum + chunks, 0) > this.#wholeChunks) await this.#makeBits(connection, owner);
    await this.#joinLast(connection, owner);
  }

  /** From now on bits choose: the center is fixed, so that bits of old and new chunks can be compared. */
  async #makeBits(connection: Connection, owner: Owner): Promise<void> {
    const ids = (await this.list(connection, owner)).map(({ id }) => id);
    const blobs = (await this.read(connection, owner, ids)).flatMap((segment) => [...segment.blobs]);
    const stored = await this.vectors(connection, owner, blobs);
    const rows = new Map(blobs.flatMap((blob): [BlobId, Int8Array][] => (stored.has(blob) ? [[blob, stored.get(blob) as Int8Array]] : [])));
    await this.erase(connection, owner, ids);
    const center = centerOf([...rows.values()], owner.dimensions);
    await connection.run('INSERT INTO vector_space (repository, model, center) VALUES ($1, $2, $3)', [owner.repository, owner.model, new Uint8Array(center.buffer)]);
    await this.write(connection, owner, segmentOf(owner, rows, center));
  }

  /** Joins the last segments while `FAN` of them are of the last one's size or smaller. What stands before them stays as it is in every reader. */
  async #joinLast(connection: Connection, owner: Owner): Promise<void> {
    for (;;) {
      const segments = await this.list(connection, owner);
      const tier = tierOf(segments.at(-1)?.chunks ?? 0);
      let from = segments.length;
      while (from > 0 && tierOf((segments[from - 1] as { chunks: number }).chunks) <= tier) from--;
      const last = segments.slice(from);
      if (last.length < FAN || last.reduce((sum, { chunks }) => sum + chunks, 0) > SEGMENT_CHUNKS_MOST) return;
      await this.#join(connection, owner, last.map(({ id }) => id));
    }
  }

  /** Writes some segments as one, without the blobs that are gone. */
  async #join(connection: Connection, owner: Owner, ids: readonly number[]): Promise<void> {
    const segments = await this.read(connection, owner, ids);
    const alive = await this.#alive(connection, owner, segments.flatMap(({ blobs }) => [...blobs]));
    await this.erase(connection, owner, ids);
    await this.write(connection, owner, joinSegments(segments, (blob) => alive.has(blob)));
  }

  async #alive(connection: Connection, { repository }: Owner, blobs: readonly BlobId[]): Promise<ReadonlySet<BlobId>> {
    return new Set((await connection.rows<[BlobId]>('SELECT id FROM blob WHERE repository = $1 AND id = ANY($2::int8[])', [repository, blobs])).map(([id]) => id));
  }

  /** Writes the segments anew that hold one of the blobs. */
  async #remove(connection: Connection, owner: Owner, gone: (blob: BlobId) => boolean): Promise<void> {
    for (const { id } of await this.list(connection, owner)) {
      const [segment] = await this.read(connection, owner, [id]);
      if (segment === undefined || !segment.blobs.some(gone)) continue;
      await this.erase(connection, owner, [id]);
      await this.write(connection, owner, joinSegments([segment], (blob) => !gone(blob)));
    }
  }

  /** One step of compaction: joins neighbours that fit into one, or writes one anew that holds much that is gone. False when nothing is left to do. */
  async compactOne(connection: Connection, owner: Owner): Promise<boolean> {
    const segments = await this.list(connection, owner);
    for (let from = 0; from < segments.length; from++) {
      let to = from;
      let chunks = 0;
      while (to < segments.length && chunks + (segments[to] as { chunks: number }).chunks <= SEGMENT_CHUNKS_MOST) chunks += (segments[to++] as { chunks: number }).chunks;
      const ids = segments.slice(from, Math.max(to, from + 1)).map(({ id }) => id);
      if (ids.length === 1) {
        const [{ blobs, counts } = { blobs: [], counts: [] }] = await this.read(connection, owner, ids);
        const alive = await this.#alive(connection, owner, [...blobs]);
        let dead = 0;
        blobs.forEach((blob, at) => { if (!alive.has(blob)) dead += counts[at] as number; });
        if (dead <= (segments[from] as { chunks: number }).chunks * DEAD_SHARE) continue;
      }
      await this.#join(connection, owner, ids);
      return true;
    }
    return false;
  }
}
