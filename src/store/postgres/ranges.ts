import { CodeIndexError } from '../../base/mod.ts';
import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import type { Connection } from './database.ts';

/**
 * Ids of blobs are given to repositories in runs: an id tells its repository, and so the part of the tables that it stands
 * in, by one look into a small map. Numbers of runs are never given twice.
 */
const RUN_BLOBS = 4_096;
/** Sets of blobs are bits in 32-bit arrays. */
const MOST = 2 ** 32;

export class Ranges {
  readonly #reader: Connection;
  readonly #owners = new Map<number, RepositoryId>();

  constructor(reader: Connection) {
    this.#reader = reader;
  }

  /** The repositories of some blobs; ids that were never given, or whose repository is gone, have none. */
  async repositories(ids: readonly BlobId[]): Promise<RepositoryId[]> {
    const runs = new Set<number>();
    for (const id of ids) runs.add(Math.floor(id / RUN_BLOBS));
    const unknown = [...runs].filter((run) => !this.#owners.has(run));
    if (unknown.length > 0) {
      for (const [number, repository] of await this.#reader.rows<[number, number]>('SELECT number, repository FROM blob_range WHERE number = ANY($1::int8[])', [unknown])) this.#owners.set(number, repository);
    }
    return [...new Set([...runs].flatMap((run) => this.#owners.get(run) ?? []))];
  }

  /** The repository of an id that `repositories` was asked about. */
  ownerOf(id: BlobId): RepositoryId | undefined {
    return this.#owners.get(Math.floor(id / RUN_BLOBS));
  }
}

/** Gives `count` new ids, ascending, inside the transaction of a commit. */
export async function takeIds(connection: Connection, repository: RepositoryId, count: number): Promise<BlobId[]> {
  const ids: BlobId[] = [];
  if (count === 0) return ids;
  const [open] = await connection.rows<[number, number]>('SELECT number, used FROM blob_range WHERE repository = $1 ORDER BY number DESC LIMIT 1', [repository]);
  if (open !== undefined) {
    const [number, used] = open;
    const taken = Math.min(count, RUN_BLOBS - used);
    for (let at = 0; at < taken; at++) ids.push(number * RUN_BLOBS + used + at);
    if (taken > 0) await connection.run('UPDATE blob_range SET used = used + $2 WHERE number = $1', [number, taken]);
  }
  while (ids.length < count) {
    const taken = Math.min(count - ids.length, RUN_BLOBS);
    const [made] = await connection.rows<[number]>('INSERT INTO blob_range (repository, used) VALUES ($1, $2) RETURNING number', [repository, taken]);
    const number = made?.[0] as number;
    if ((number + 1) * RUN_BLOBS > MOST) {
      throw new CodeIndexError('unavailable', `The database has given all ${MOST} ids of blobs.`, 'Copy it into a new one with `code-index migrate-store`, which numbers blobs anew.');
    }
    for (let at = 0; at < taken; at++) ids.push(number * RUN_BLOBS + at);
  }
  return ids;
}
