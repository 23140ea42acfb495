import type { Database } from 'better-sqlite3';
import type { RepositoryId } from '../../domain/mod.ts';

/**
 * One row of table `vector` holds all chunks of one blob by one model, numbered `blob id * MODELS_AT_ONCE + model id`:
 * found without another index, and neighbours in the repository are neighbours in the file.
 *
 * `blob.embedded` names the model that wrote last, so that what a model lacks is found by an index alone as long as
 * one model is in use; 0 where no model wrote.
 */
export const MODELS_AT_ONCE = 256;

export const REMOVE_VECTORS: string = `DELETE FROM vector WHERE id BETWEEN ? * ${MODELS_AT_ONCE} AND ? * ${MODELS_AT_ONCE} + ${MODELS_AT_ONCE - 1}`;

/** A blob that stands in `blob_embedded`: it has chunks, is parsed and stands in a view. */
export const EMBEDDABLE = 'blob.repository = ? AND blob.state = 1 AND blob.orphan = 0 AND blob.chunks > 0';
/** Whether the blob has a row of the model that is bound here. */
export const HAS_ROW: string = `EXISTS (SELECT 1 FROM vector WHERE vector.id = blob.id * ${MODELS_AT_ONCE} + ?)`;

export interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly dimensions: number;
}

/** Chunks with a vector, over all models of one repository. */
export function countVectors(reader: Database): (repository: RepositoryId) => number {
  const models = reader.prepare<[], number>('SELECT id FROM model').pluck();
  const latest = reader
    .prepare<[RepositoryId, number], number>(`SELECT coalesce(sum(chunks), 0) FROM blob INDEXED BY blob_embedded WHERE ${EMBEDDABLE} AND embedded = ?`)
    .pluck();
  const beside = reader
    .prepare<[RepositoryId, number, number], number>(`SELECT coalesce(sum(chunks), 0) FROM blob INDEXED BY blob_embedded WHERE ${EMBEDDABLE} AND embedded = ? AND ${HAS_ROW}`)
    .pluck();
  return (repository) => sumOverModels(models.all(), (model, embedded) =>
    (model === embedded ? latest.get(repository, model) : beside.get(repository, embedded, model)) as number);
}

/** Adds up what `count` gives for each model over the blobs that it or another model wrote last. */
function sumOverModels(models: readonly number[], count: (model: number, embedded: number) => number): number {
  let sum = 0;
  for (const model of models) for (const embedded of models) sum += count(model, embedded);
  return sum;
}
