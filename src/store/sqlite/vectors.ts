import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, BlobInfo, RepositoryId } from '../../domain/mod.ts';
import type { VectorProducts, Vectors } from '../ports.ts';
import { collect } from './collect.ts';
import type { Core } from './core.ts';
import { BLOB_COLUMNS, blobOf, type BlobRow } from './rows.ts';
import { BlobVectors } from './vector-blobs.ts';
import { Planes } from './vector-planes.ts';
import { Nearest } from '../vectors/scan.ts';
import { EMBEDDABLE, HAS_ROW, type ModelRow } from './vector-rows.ts';

/** Vectors of chunks, by model. In a repository of more than `cellsFrom` chunks only the nearest cells are looked into. */
export function makeVectors(core: Core, cellsFrom: number): Vectors {
  const { reader } = core;
  const own = new BlobVectors(core);
  const planes = new Planes(core, own, cellsFrom);
  const models = reader.prepare<[], ModelRow>('SELECT id, name, dimensions FROM model ORDER BY id');
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
      const best = new Nearest(limit);
      if (limit > 0 && within.size > 0) for (const repository of new Set(repositories)) planes.scan(repository, known, { vector, within, limit }, best);
      return best.hits;
    }),
    of: async (blobs, model) => core.read('Reading vectors', () => {
      const known = modelOf(model);
      if (known === undefined) return new Map<BlobId, Int8Array>();
      return collect(blobs, (blob) => own.of(blob, known)?.data);
    }),
    products: async (blobs, model, vector) => core.read('Comparing vectors', () => {
      const known = modelOf(model);
      if (known === undefined) return new Map<BlobId, VectorProducts>();
      checkDimensions(known, vector.length);
      return collect(blobs, (blob) => {
        const vectors = own.of(blob, known);
        return vectors === undefined ? undefined : { products: own.products(vectors, vector), sumLength: own.sumLength(vectors, known.dimensions) };
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
