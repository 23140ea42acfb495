import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, BlobInfo, RepositoryId } from '../../domain/mod.ts';
import type { VectorHit, Vectors } from '../ports.ts';
import { collect } from './collect.ts';
import type { Core } from './core.ts';
import { BLOB_COLUMNS, blobOf, type BlobRow } from './rows.ts';
import { EMBEDDABLE, HAS_ROW, MODELS_AT_ONCE, type ModelRow } from './vector-rows.ts';

/** Vectors of chunks, by model. */
export function makeVectors(core: Core): Vectors {
  const { reader } = core;
  const models = reader.prepare<[], ModelRow>('SELECT id, name, dimensions FROM model ORDER BY id');
  const row = reader.prepare<[number], Buffer>('SELECT data FROM vector WHERE id = ?').pluck();
  const owner = reader.prepare<[BlobId], RepositoryId>('SELECT repository FROM blob WHERE id = ?').pluck();
  const of = `FROM blob INDEXED BY blob_embedded WHERE ${EMBEDDABLE} AND embedded = ?`;
  const countLatest = reader.prepare<[RepositoryId, number], number>(`SELECT count(*) ${of}`).pluck();
  const countBeside = reader.prepare<[RepositoryId, number, number], number>(`SELECT count(*) ${of} AND ${HAS_ROW}`).pluck();
  const list = reader.prepare<[RepositoryId, number, BlobId, number, number], BlobRow>(
    `SELECT ${BLOB_COLUMNS} ${of} AND id > ? AND NOT ${HAS_ROW} ORDER BY id LIMIT ?`,
  );
  const modelOf = (name: string): ModelRow | undefined => models.all().find((model) => model.name === name);
  /** Blobs of the repository that `model` embedded, over what any model wrote last. */
  const embedded = (repository: RepositoryId, model: number): number =>
    models.all().reduce((sum, { id }) => sum + ((id === model ? countLatest.get(repository, id) : countBeside.get(repository, id, model)) as number), 0);

  return {
    nearest: async ({ repositories, within, model, vector, limit }) => core.read('Comparing vectors', () => {
      const known = modelOf(model);
      if (known === undefined) return [];
      checkDimensions(known, vector.length);
      const best: VectorHit[] = [];
      for (const blob of within.toArray()) {
        const data = row.get(blob * MODELS_AT_ONCE + known.id);
        if (data === undefined || !repositories.includes(owner.get(blob) as RepositoryId)) continue;
        for (let chunk = 0; chunk * vector.length < data.length; chunk++) {
          keep(best, { blob, chunk, distance: cosineDistance(vector, data.subarray(chunk * vector.length, (chunk + 1) * vector.length)) }, limit);
        }
      }
      return best;
    }),
    of: async (blobs, model) => core.read('Reading vectors', () => {
      const known = modelOf(model);
      if (known === undefined) return new Map<BlobId, Int8Array>();
      return collect(blobs, (blob) => {
        const data = row.get(blob * MODELS_AT_ONCE + known.id);
        return data === undefined ? undefined : new Int8Array(data.buffer, data.byteOffset, data.length);
      });
    }),
    models: async (repositories) => core.read('Counting vectors', () => {
      const counts = new Map<string, number>();
      for (const { id, name } of models.all()) {
        const count = [...new Set(repositories)].reduce((sum, repository) => sum + embedded(repository, id), 0);
        if (count > 0) counts.set(name, count);
      }
      return counts;
    }),
    missing: async (repository, model, limit, after): Promise<BlobInfo[]> => core.read('Reading what is left to embed', () => {
      const id = modelOf(model)?.id ?? 0;
      const others = [0, ...models.all().map((item) => item.id)].filter((item) => item === 0 || item !== id);
      const found = others.flatMap((other) => list.all(repository, other, after, id, limit));
      return found.sort((a, b) => a.id - b.id).slice(0, limit).map((item) => blobOf(item, core.languages));
    }),
    missingCount: async (repository, model) => core.read('Counting what is left to embed', () => {
      const id = modelOf(model)?.id ?? 0;
      const all = [0, ...models.all().map((item) => item.id)].reduce((sum, item) => sum + (countLatest.get(repository, item) as number), 0);
      return all - (id === 0 ? 0 : embedded(repository, id));
    }),
  };
}

function checkDimensions({ name, dimensions }: ModelRow, given: number): void {
  if (given === dimensions) return;
  throw new CodeIndexError(
    'invalid_query',
    `The query's vector has ${given} dimensions, but the vectors of ${name} have ${dimensions}.`,
    'Embed the query by the model that embedded the index.',
  );
}

/** Keeps the `limit` nearest, nearest first; equal distances by blob and chunk, so that answers are stable. */
function keep(best: VectorHit[], hit: VectorHit, limit: number): void {
  if (limit <= 0) return;
  if (best.length === limit && before(best[limit - 1] as VectorHit, hit)) return;
  let at = best.length;
  while (at > 0 && before(hit, best[at - 1] as VectorHit)) at--;
  best.splice(at, 0, hit);
  if (best.length > limit) best.pop();
}

function before(a: VectorHit, b: VectorHit): boolean {
  return a.distance !== b.distance ? a.distance < b.distance : a.blob !== b.blob ? a.blob < b.blob : a.chunk < b.chunk;
}

/** 0 to 2; a vector of zeros has no direction and is at distance 1 from all. */
function cosineDistance(a: Int8Array, stored: Buffer): number {
  const b = new Int8Array(stored.buffer, stored.byteOffset, stored.length);
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return normA === 0 || normB === 0 ? 1 : 1 - dot / Math.sqrt(normA * normB);
}
