import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, BlobInfo } from '../../domain/mod.ts';
import type { VectorProducts, Vectors } from '../ports.ts';
import { Nearest } from '../vectors/scan.ts';
import { BlobVectors } from './blob-vectors.ts';
import type { Core } from './core.ts';
import { Planes } from './planes.ts';
import type { Points } from './points.ts';
import { BLOB_COLUMNS, blobOf, type BlobRow } from './rows.ts';
import { modelsOf, type ModelRow } from './vector-writer.ts';

/** A blob that can have vectors: it has chunks, is parsed and stands in a view. */
const EMBEDDABLE = 'blob.repository = ANY($1::int4[]) AND blob.state = 1 AND NOT blob.orphan AND blob.chunks > 0';
/** Whether it has a row of the model $2. */
const HAS_ROW = '(blob.embedded = $2 OR (blob.embedded <> 0 AND EXISTS (SELECT 1 FROM blob_vectors AS own WHERE own.repository = blob.repository AND own.blob = blob.id AND own.model = $2)))';

/** Vectors of chunks, by model. In a repository of more than `cellsFrom` chunks only the nearest cells are looked into, or the index of points. */
export function makeVectors(core: Core, cellsFrom: number, points: Points | null): Vectors {
  const { reader } = core;
  const own = new BlobVectors(core);
  const planes = new Planes(core, own, cellsFrom, points);
  const modelOf = async (name: string): Promise<ModelRow | undefined> => (await modelsOf(reader)).find((model) => model.name === name);
  return {
    nearest: ({ repositories, within, model, vector, limit }) => core.read('Comparing vectors', async () => {
      const known = await modelOf(model);
      if (known === undefined) return [];
      checkDimensions(known, vector.length);
      const best = new Nearest(limit);
      if (limit > 0 && within.size > 0) await planes.scan([...new Set(repositories)], known, { vector, within, limit }, best);
      return best.hits;
    }),
    of: (blobs, model) => core.read('Reading vectors', async () => {
      const known = await modelOf(model);
      if (known === undefined) return new Map<BlobId, Int8Array>();
      const found = await own.load(blobs, known);
      return collected(blobs, (blob) => found.get(blob)?.data);
    }),
    products: (blobs, model, vector) => core.read('Comparing vectors', async () => {
      const known = await modelOf(model);
      if (known === undefined) return new Map<BlobId, VectorProducts>();
      checkDimensions(known, vector.length);
      const found = await own.load(blobs, known);
      return collected(blobs, (blob) => {
        const vectors = found.get(blob);
        return vectors === undefined ? undefined : { products: own.products(vectors, vector), sumLength: own.sumLength(vectors, known.dimensions) };
      });
    }),
    models: (repositories) => core.read('Counting vectors', async () => {
      const counts = new Map<string, number>();
      for (const { id, name } of await modelsOf(reader)) {
        const [row] = await reader.rows<[number]>(`SELECT count(*) FROM blob WHERE ${EMBEDDABLE} AND ${HAS_ROW}`, [repositories, id]);
        if (row !== undefined && row[0] > 0) counts.set(name, row[0]);
      }
      return counts;
    }),
    missing: (repository, model, limit, after) => core.read('Reading what is left to embed', async (): Promise<BlobInfo[]> => {
      const id = (await modelOf(model))?.id ?? 0;
      const rows = await reader.rows<BlobRow>(`SELECT ${BLOB_COLUMNS} FROM blob WHERE ${EMBEDDABLE} AND NOT (${id === 0 ? 'false AND $2 = 0' : HAS_ROW}) AND id > $3 ORDER BY id LIMIT $4`, [[repository], id, after, limit]);
      const names = await core.languages.names(new Set(rows.map((row) => row[3])));
      return rows.map((row) => blobOf(row, names));
    }),
    missingCount: (repository, model) => core.read('Counting what is left to embed', async () => {
      const id = (await modelOf(model))?.id ?? 0;
      const [row] = await reader.rows<[number]>(`SELECT count(*) FROM blob WHERE ${EMBEDDABLE} AND NOT (${id === 0 ? 'false AND $2 = 0' : HAS_ROW})`, [[repository], id]);
      return row?.[0] ?? 0;
    }),
  };
}

function collected<Found>(blobs: readonly BlobId[], get: (blob: BlobId) => Found | undefined): Map<BlobId, Found> {
  const found = new Map<BlobId, Found>();
  for (const blob of blobs) {
    const one = get(blob);
    if (one !== undefined) found.set(blob, one);
  }
  return found;
}

function checkDimensions({ name, dimensions }: ModelRow, given: number): void {
  if (given === dimensions) return;
  throw new CodeIndexError('invalid_query', `The query's vector has ${given} dimensions, but the vectors of ${name} have ${dimensions}.`, 'Embed the query by the model that embedded the index.');
}
