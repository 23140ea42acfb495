import { CodeIndexError } from '../../base/mod.ts';
import type { RepositoryId, ViewId } from '../../domain/mod.ts';
import type { Connection, Database } from './database.ts';
import { asStoreError } from './errors.ts';
import { Languages } from './languages.ts';
import { Ranges } from './ranges.ts';

/** What was listed has been replaced meanwhile: the question is asked again from its beginning. */
export class Replaced extends Error {}

/** Times that a question begins anew because what it read was merged meanwhile. */
const ATTEMPTS = 8;

/** A repository as readers see it: another generation after each commit, another layout when blocks or segments came or went. */
export interface Stand {
  readonly generation: number;
  readonly layout: number;
}

/**
 * One open store. A question is made of single statements, each of which sees whole commits alone; what one names (blocks,
 * segments) never changes, and where it has been replaced before it was read the question begins anew.
 */
export class Core {
  readonly database: Database;
  /** What answers come from. */
  readonly reader: Connection;
  readonly readOnly: boolean;
  readonly languages: Languages;
  readonly ranges: Ranges;
  #closed = false;

  /** `latest`: answers come from the primary, whatever replica there is. */
  constructor(database: Database, { readOnly, latest = false }: { readonly readOnly: boolean; readonly latest?: boolean }) {
    this.database = database;
    this.reader = latest ? database.writer : database.reader;
    this.readOnly = readOnly;
    this.languages = new Languages(this.reader);
    this.ranges = new Ranges(this.reader);
  }

  /** Runs one question. `action` names it for the error message, such as `Searching the index`. */
  async read<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
    this.#checkOpen();
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (thrown) {
        if (!(thrown instanceof Replaced)) throw asStoreError(thrown, this.database.place, action);
        if (attempt === ATTEMPTS) {
          throw new CodeIndexError('unavailable', `${action} failed: what was read was replaced ${ATTEMPTS} times meanwhile.`, 'Repeat the call; where it stays, run `code-index doctor`.', { cause: thrown });
        }
      }
    }
  }

  /** Writing work, its failures told in sentences. */
  async write<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
    this.checkWritable();
    try {
      return await work();
    } catch (thrown) {
      throw asStoreError(thrown, this.database.place, action);
    }
  }

  checkWritable(): void {
    this.#checkOpen();
    if (this.readOnly) throw new CodeIndexError('unavailable', `${this.database.place} was opened for reading only.`, 'Run this where the index may be written.');
  }

  /** How the repositories stand now; those that are gone are absent. */
  async stands(repositories: readonly RepositoryId[]): Promise<ReadonlyMap<RepositoryId, Stand>> {
    const rows = await this.reader.rows<[number, number, number]>('SELECT id, generation, layout FROM repository WHERE id = ANY($1::int4[])', [repositories]);
    return new Map(rows.map(([id, generation, layout]) => [id, { generation, layout }]));
  }

  /** Repository and version of views; the version grows with each change of the entries. */
  async views(views: readonly ViewId[]): Promise<ReadonlyMap<ViewId, { readonly repository: RepositoryId; readonly version: number }>> {
    const rows = await this.reader.rows<[number, number, number]>('SELECT id, repository, version FROM view WHERE id = ANY($1::int4[])', [views]);
    return new Map(rows.map(([id, repository, version]) => [id, { repository, version }]));
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodeIndexError('unavailable', 'The index was closed.', 'Open it again.');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.database[Symbol.asyncDispose]();
  }
}
