import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { CodeIndexError, LIMITS, type Meter } from '../../base/mod.ts';
import { postgresAddress, type PostgresAddress } from './address.ts';
import { BulkQuery } from './bulk-query.ts';
import { readCopied, withNumbers, type CopiedType } from './copied-rows.ts';
import type { Connection, Database, Session, Value } from './database.ts';
import { isBroken } from './errors.ts';
import { LOCK_CLASS } from './schema.ts';

/** How a store reaches PostgreSQL. */
export interface PostgresOptions {
  readonly url: string;
  /** A replica for questions. */
  readonly readUrl?: string;
  /** Stands in where an address has no password. */
  readonly password?: string;
  /** Connections kept, and more that may be opened for a moment. */
  readonly poolSize?: number;
  readonly poolOverflow?: number;
  /** Seconds that a question waits for a free connection. */
  readonly poolWaitSeconds?: number;
  /** Seconds after which a connection is replaced. */
  readonly connectionSeconds?: number;
  /** Seconds that one statement of a question may take. */
  readonly statementSeconds?: number;
  readonly meter?: Meter;
}

const DEFAULTS = { poolSize: 10, poolOverflow: 10, poolWaitSeconds: 30, connectionSeconds: 3_600, statementSeconds: 30 } as const;
const IDLE_MILLIS = 60_000;
const CONNECT_MILLIS = 10_000;

/** Numbers as numbers, bytes as bytes, all else as text: the library's own parsers make dates and strings of numbers. */
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: Number, 21: Number, 23: Number, 26: Number, 700: Number, 701: Number, 1700: Number,
};
const AS_TEXT = (text: string): string => text;
const TYPES = { getTypeParser: (oid: number) => PARSERS[oid] ?? AS_TEXT } as unknown as pg.CustomTypesConfig;

/** Each statement is prepared once for a connection, under one name everywhere. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `s${names.size}`));
  return name;
}

async function rowsOf<Row extends readonly unknown[]>(client: pg.ClientBase | pg.Pool, text: string, values: readonly Value[]): Promise<Row[]> {
  const query: pg.QueryArrayConfig = { name: nameOf(text), text, values: values as unknown[], rowMode: 'array', types: TYPES };
  return (await (client as pg.Pool).query(query)).rows as unknown as Row[];
}

async function runOf(client: pg.ClientBase | pg.Pool, text: string, values: readonly Value[]): Promise<number> {
  const { rowCount } = await (values.length === 0 ? client.query(text) : client.query({ name: nameOf(text), text, values: values as unknown[] }));
  return rowCount ?? 0;
}

async function bulkOf<Row extends readonly unknown[]>(client: pg.ClientBase, types: readonly CopiedType[], text: string, values: readonly (number | readonly number[])[]): Promise<Row[]> {
  const asked = client.query(new BulkQuery(`COPY (${withNumbers(text, values)}) TO STDOUT (FORMAT binary)`));
  return readCopied(await asked.messages, types);
}

/** Statements on one client of ours. */
function connectionOf(client: pg.ClientBase): Connection {
  return {
    rows: (text, values = []) => rowsOf(client, text, values),
    bulk: (types, text, values) => bulkOf(client, types, text, values),
    run: (text, values = []) => runOf(client, text, values),
    async copy(table, columns, data) {
      await pipeline(Readable.from(pieces(data), { objectMode: false }), client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`)));
    },
  };
}

const PIECE_BYTES = 262_144;

function* pieces(data: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < data.length; at += PIECE_BYTES) yield Buffer.from(data.buffer, data.byteOffset + at, Math.min(PIECE_BYTES, data.length - at));
}

async function inTransaction<Result>(connection: Connection, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  await connection.run('BEGIN');
  try {
    const result = await work(connection);
    await connection.run('COMMIT');
    return result;
  } catch (thrown) {
    // A connection that broke has rolled back by itself.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw thrown;
  }
}

/** Opens pools; connections are made at first need, so that a wrong address fails at the first statement. */
export function openConnections(options: PostgresOptions): Database {
  return new PostgresDatabase(options);
}

class PostgresDatabase implements Database {
  readonly place: string;
  readonly reader: Connection;
  readonly writer: Connection;
  readonly #options: PostgresOptions;
  readonly #address: PostgresAddress;
  readonly #primary: pg.Pool;
  readonly #replica: pg.Pool;
  readonly #sessions = new Set<pg.Client>();

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#address = postgresAddress(options.url, options.password);
    this.place = this.#address.place;
    this.#primary = this.#pool(this.#address);
    this.#replica = options.readUrl === undefined ? this.#primary : this.#pool(postgresAddress(options.readUrl, options.password));
    this.reader = this.#single(this.#replica, true);
    this.writer = this.#single(this.#primary, false);
  }

  #pool(address: PostgresAddress): pg.Pool {
    const { poolSize, poolOverflow, poolWaitSeconds, connectionSeconds, statementSeconds } = { ...DEFAULTS, ...given(this.#options) };
    const pool = new pg.Pool({
      ...clientOptions(address, 'answering', statementSeconds),
      min: poolSize, max: poolSize + poolOverflow, connectionTimeoutMillis: poolWaitSeconds * 1_000,
      maxLifetimeSeconds: connectionSeconds, idleTimeoutMillis: IDLE_MILLIS, allowExitOnIdle: true,
    });
    // A connection that breaks while nobody uses it is replaced by the next that is needed.
    pool.on('error', () => {});
    return pool;
  }

  /** Single statements on whatever connection is free. A broken one says nothing of the statement: `again` asks once more, until the database had time to come up. */
  #single(pool: pg.Pool, again: boolean): Connection {
    const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      const started = performance.now();
      for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
        try {
          const result = await work();
          this.#options.meter?.set('code_index_database_query_seconds', (performance.now() - started) / 1_000, {});
          return result;
        } catch (thrown) {
          if (!again || !isBroken(thrown) || performance.now() - started + pause > LIMITS.databaseRetryMillis) throw thrown;
          await sleep(pause);
        }
      }
    };
    return {
      rows: (text, values = []) => attempt(() => rowsOf(pool, text, values)),
      bulk: (types, text, values) => attempt(async () => {
        const client = await pool.connect();
        try {
          const rows = await bulkOf(client, types, text, values);
          client.release();
          return rows as never;
        } catch (thrown) {
          client.release(isBroken(thrown));
          throw thrown;
        }
      }),
      run: (text, values = []) => attempt(() => runOf(pool, text, values)),
      copy: () => Promise.reject(new Error('COPY needs a transaction of its own')),
    };
  }

  async transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const client = await this.#primary.connect();
    try {
      const result = await inTransaction(connectionOf(client), work);
      client.release();
      return result;
    } catch (thrown) {
      client.release(isBroken(thrown));
      throw thrown;
    }
  }

  async session(purpose: string): Promise<Session> {
    const client = new pg.Client(clientOptions(this.#address, purpose, 0));
    // It tells at the next statement that it is gone.
    client.on('error', () => {});
    await client.connect();
    this.#sessions.add(client);
    const connection = connectionOf(client);
    return {
      ...connection,
      transaction: (work) => inTransaction(connection, work),
      tryLock: async (key, shared = false) => {
        const [row] = await connection.rows<[boolean]>(`SELECT pg_try_advisory_lock${shared ? '_shared' : ''}($1::int4, $2::int4)`, [LOCK_CLASS, key]);
        return row?.[0] === true;
      },
      [Symbol.asyncDispose]: async () => {
        this.#sessions.delete(client);
        await client.end().catch(() => undefined);
      },
    };
  }

  connections(): { busy: number; idle: number; waiting: number } {
    const pools = new Set([this.#primary, this.#replica]);
    const sum = { busy: this.#sessions.size, idle: 0, waiting: 0 };
    for (const pool of pools) {
      sum.busy += pool.totalCount - pool.idleCount;
      sum.idle += pool.idleCount;
      sum.waiting += pool.waitingCount;
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pool of new Set([this.#primary, this.#replica])) if (!pool.ended) await pool.end();
    for (const client of this.#sessions) await client.end().catch(() => undefined);
  }
}

function given(options: PostgresOptions): Partial<PostgresOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function clientOptions({ url, schema, place }: PostgresAddress, purpose: string, statementSeconds: number): pg.ClientConfig {
  if (!/^postgres(ql)?:/.test(url)) throw new CodeIndexError('unavailable', `${place} is no address of a PostgreSQL database.`, 'Write it as postgresql://user:password@host:5432/database.');
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    application_name: `code-index ${process.pid} ${purpose}`.slice(0, 63),
    // The parameters of a statement choose the part of a table: a plan for all of them would look into each.
    options: ['plan_cache_mode=force_custom_plan', 'jit=off', `statement_timeout=${statementSeconds * 1_000}`, 'idle_in_transaction_session_timeout=600000', ...(schema === null ? [] : [`search_path=${schema}`])]
      .map((setting) => `-c ${setting}`).join(' '),
  };
}
