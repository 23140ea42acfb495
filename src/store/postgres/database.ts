/**
 * What the driver needs of PostgreSQL, whichever way it is reached: statements, transactions, sessions of one's own, and
 * COPY. Everything above speaks to this; `connections.ts` is the real one.
 */

import type { CopiedType } from './copied-rows.ts';

/** A parameter of a statement. Lists become arrays. */
export type Value = string | number | boolean | null | Uint8Array | readonly (string | number | null)[] | readonly Uint8Array[];

export interface Connection {
  /** Rows as lists of columns. `int8` comes as a number, `bytea` as bytes, times as text. */
  rows<Row extends readonly unknown[]>(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** The same for large bytes, which come as they are: columns of these types alone, asked by whole numbers and lists of them alone. */
  bulk<Row extends readonly unknown[]>(types: readonly CopiedType[], text: string, values: readonly (number | readonly number[])[]): Promise<Row[]>;
  /** Gives how many rows were changed. */
  run(text: string, values?: readonly Value[]): Promise<number>;
  /** Appends rows in COPY's binary format (copy-rows.ts). */
  copy(table: string, columns: readonly string[], data: Uint8Array): Promise<void>;
}

/** A connection that nobody else uses. What it locked is free again when it ends, however it ends. */
export interface Session extends Connection, AsyncDisposable {
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** Takes the lock of `key` without waiting; false where another session has it. `shared`: with others that share it. */
  tryLock(key: number, shared?: boolean): Promise<boolean>;
}

export interface Database extends AsyncDisposable {
  /** Host and name for sentences, without user and password. */
  readonly place: string;
  /** Questions; on a replica where one is configured. Repeated by itself when the connection broke. */
  readonly reader: Connection;
  /** Single statements that write, and questions that must see what was written last. */
  readonly writer: Connection;
  /** One transaction on the primary, wholly or not at all. */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** `purpose` is what an administrator sees in `pg_stat_activity`. */
  session(purpose: string): Promise<Session>;
  /** Connections of this process by what they do. */
  connections(): { readonly busy: number; readonly idle: number; readonly waiting: number };
}
