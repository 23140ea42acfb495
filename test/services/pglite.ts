/**
 * PostgreSQL inside the test's process, for machines without a server: one database, a schema of its own for each store.
 * It has one session only, so that locks are kept here, and its tests are those of one process.
 */
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { vector } from '@electric-sql/pglite-pgvector';
import { readCopied, withNumbers, type Connection, type CopiedType, type Database, type Session, type Value } from '../../src/store/mod.ts';

/** Numbers as numbers, bytes as bytes, all else as text: as the driver's own connections give them. */
const PARSERS = Object.fromEntries([
  [16, (text: string) => text === 't'], [17, (text: string) => Buffer.from(text.slice(2), 'hex')],
  ...[20, 21, 23, 26, 700, 701, 1700].map((oid) => [oid, Number]), ...[25, 1043, 114].map((oid) => [oid, (text: string) => text]),
]) as Record<number, (text: string) => unknown>;

export class Embedded implements AsyncDisposable {
  readonly #server: PGlite;
  /** Statements of one store stand in its schema; those of a transaction are not interrupted. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #locks = new Map<string, { shared: number; exclusive: boolean }>();
  #schemas = 0;

  private constructor(server: PGlite) {
    this.#server = server;
  }

  static async start(): Promise<Embedded> {
    return new Embedded(await PGlite.create({ extensions: { pg_trgm, vector } }));
  }

  /** A new, empty schema; gives its name. */
  async schema(): Promise<string> {
    const name = `store_${this.#schemas++}`;
    await this.#server.exec(`CREATE SCHEMA ${name}`);
    return name;
  }

  /** What a store opens; disposing of it closes nothing. */
  database(schema: string): Database {
    const direct = this.#connection();
    const alone = <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => this.#alone(async () => {
      await this.#server.exec(`SET search_path = ${schema}`);
      return work(direct);
    });
    const single: Connection = {
      rows: (text, values) => alone((connection) => connection.rows(text, values)),
      bulk: (types, text, values) => alone((connection) => connection.bulk(types, text, values)),
      run: (text, values) => alone((connection) => connection.run(text, values)),
      copy: (table, columns, data) => alone((connection) => connection.copy(table, columns, data)),
    };
    const transaction = <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => alone(async (connection) => {
      await this.#server.exec('BEGIN');
      try {
        const result = await work(connection);
        await this.#server.exec('COMMIT');
        return result;
      } catch (thrown) {
        await this.#server.exec('ROLLBACK');
        throw thrown;
      }
    });
    return {
      place: `pglite/${schema}`, reader: single, writer: single, transaction,
      session: async () => this.#session(schema, single, transaction),
      connections: () => ({ busy: 0, idle: 1, waiting: 0 }),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  #session(schema: string, single: Connection, transaction: Database['transaction']): Session {
    const held: { readonly key: string; readonly shared: boolean }[] = [];
    const release = (): void => {
      for (const { key, shared } of held.splice(0)) {
        const lock = this.#locks.get(key);
        if (lock === undefined) continue;
        if (shared) lock.shared--;
        else lock.exclusive = false;
      }
    };
    return {
      ...single,
      run: async (text, values) => {
        if (!text.includes('pg_advisory_unlock_all')) return single.run(text, values);
        release();
        return 0;
      },
      transaction,
      tryLock: async (number, shared = false) => {
        const key = `${schema} ${number}`;
        const lock = this.#locks.get(key) ?? { shared: 0, exclusive: false };
        this.#locks.set(key, lock);
        if (lock.exclusive || (!shared && lock.shared > 0)) return false;
        if (shared) lock.shared++;
        else lock.exclusive = true;
        held.push({ key, shared });
        return true;
      },
      [Symbol.asyncDispose]: async () => release(),
    };
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #connection(): Connection {
    const server = this.#server;
    return {
      async rows<Row extends readonly unknown[]>(text: string, values: readonly Value[] = []): Promise<Row[]> {
        return (await server.query<Row>(text, [...values], { rowMode: 'array', parsers: PARSERS })).rows as unknown as Row[];
      },
      async bulk<Row extends readonly unknown[]>(types: readonly CopiedType[], text: string, values: readonly (number | readonly number[])[]): Promise<Row[]> {
        const { blob } = await server.query(`COPY (${withNumbers(text, values)}) TO '/dev/blob' (FORMAT binary)`);
        return readCopied([Buffer.from(await (blob as Blob).arrayBuffer())], types);
      },
      run: async (text, values = []) => (await server.query(text, [...values])).affectedRows ?? 0,
      copy: async (table, columns, data) => {
        await server.query(`COPY ${table} (${columns.join(', ')}) FROM '/dev/blob' (FORMAT binary)`, [], { blob: new Blob([Uint8Array.from(data)]) });
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}
