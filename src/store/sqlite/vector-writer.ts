import type { Database, Statement } from 'better-sqlite3';
import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import type { NewVectors } from '../ports.ts';
import { HAS_ROW, MODELS_AT_ONCE, type ModelRow } from './vector-rows.ts';
import type { Owner } from '../vectors/grouping.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Statements } from './statements.ts';

/** Writes vectors. Every method runs inside one transaction of the caller. */
export class VectorWriter {
  readonly segments: SegmentWriter;
  readonly #statements: Statements;

  constructor(database: Database, wholeChunks: number) {
    this.#statements = new Statements(database);
    this.segments = new SegmentWriter(database, wholeChunks);
  }

  #sql(text: string): Statement {
    return this.#statements.of(text);
  }

  put(repository: RepositoryId, { model, dimensions, rows }: NewVectors): void {
    if (rows.length === 0) return;
    const { id } = this.model(model, dimensions);
    const owner: Owner = { repository, model: id, dimensions };
    const about = this.#sql('SELECT chunks FROM blob WHERE id = ? AND repository = ? AND state = 1').pluck();
    const insert = this.#sql('INSERT OR REPLACE INTO vector (id, data) VALUES (?, ?)');
    const mark = this.#sql('UPDATE blob SET embedded = ? WHERE id = ?');
    const there = this.#sql('SELECT 1 FROM vector WHERE id = ?').pluck();
    const fresh = new Map<BlobId, Int8Array>();
    const replaced = new Set<BlobId>();
    for (const { blob, vectors } of rows) {
      const chunks = about.get(blob, repository) as number | undefined;
      if (chunks === undefined) {
        throw new CodeIndexError('conflict', `Vectors were given for blob ${blob}, which is not parsed in repository ${repository}.`, 'Index again: what is missing will be embedded anew.');
      }
      if (vectors.length !== chunks * dimensions) {
        throw new CodeIndexError('internal', `Blob ${blob} has ${chunks} chunks of ${dimensions} dimensions, but the vectors given have ${vectors.length} numbers.`, 'Report this as a bug.');
      }
      if (chunks === 0) continue;
      if (!fresh.has(blob) && there.get(blob * MODELS_AT_ONCE + id) !== undefined) replaced.add(blob);
      fresh.set(blob, vectors);
      insert.run(blob * MODELS_AT_ONCE + id, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
      mark.run(id, blob);
    }
    if (replaced.size > 0) this.segments.remove(owner, (blob) => replaced.has(blob));
    this.segments.add(owner, fresh);
  }

  /** Removes the vectors of every model but one from the repository. */
  dropBut(repository: RepositoryId, kept: string): void {
    const models = this.#sql('SELECT id, name, dimensions FROM model').all() as ModelRow[];
    const keptId = models.find(({ name }) => name === kept)?.id ?? 0;
    for (const { id } of models) {
      if (id === keptId) continue;
      this.#sql(`DELETE FROM vector WHERE id IN (SELECT id * ${MODELS_AT_ONCE} + ? FROM blob WHERE repository = ? AND embedded <> 0)`).run(id, repository);
      this.#sql('DELETE FROM vector_segment WHERE repository = ? AND model = ?').run(repository, id);
      this.#sql('DELETE FROM vector_space WHERE repository = ? AND model = ?').run(repository, id);
      this.#sql(`UPDATE blob SET embedded = iif(${HAS_ROW}, ?, 0) WHERE repository = ? AND embedded = ?`).run(keptId, keptId, repository, id);
    }
    this.#forgetModels();
  }

  /** Removes what is left of a repository whose blobs are gone. */
  forget(repository: RepositoryId): void {
    this.#sql('DELETE FROM vector_segment WHERE repository = ?').run(repository);
    this.#sql('DELETE FROM vector_space WHERE repository = ?').run(repository);
    this.#forgetModels();
  }

  /** A model without any vector gives its number back. */
  #forgetModels(): void {
    this.#sql('DELETE FROM model WHERE NOT EXISTS (SELECT 1 FROM blob WHERE embedded = model.id) AND NOT EXISTS (SELECT 1 FROM vector_segment WHERE model = model.id)').run();
  }

  /** The model of this name, made where it is missing. */
  model(name: string, dimensions: number): ModelRow {
    const known = this.#sql('SELECT id, name, dimensions FROM model WHERE name = ?').get(name) as ModelRow | undefined;
    if (known !== undefined) {
      if (known.dimensions === dimensions) return known;
      throw new CodeIndexError(
        'conflict',
        `The model ${name} gave vectors of ${dimensions} dimensions, but the index holds vectors of ${known.dimensions} by it.`,
        'Give the model with the other dimension another name, or remove the repositories that it embedded and index them again.',
      );
    }
    const taken = new Set(this.#sql('SELECT id FROM model').pluck().all() as number[]);
    let id = 1;
    while (taken.has(id)) id++;
    if (id >= MODELS_AT_ONCE) {
      throw new CodeIndexError('conflict', `The index holds vectors of ${taken.size} models, so ${name} has no place.`, 'Remove repositories that older models embedded.');
    }
    this.#sql('INSERT INTO model (id, name, dimensions) VALUES (?, ?, ?)').run(id, name, dimensions);
    return { id, name, dimensions };
  }
}
