/** Makes the tables of a store on PostgreSQL as they were when they were made: quicker than making them anew for each test. */
import type { Connection } from '../../src/store/mod.ts';

/** Of the schema that comes first in the connection's path. The format stays. */
export async function emptyTables(connection: Pick<Connection, 'rows' | 'run'>): Promise<void> {
  const named = async (kinds: string): Promise<string[]> => (await connection.rows<[string]>(
    `SELECT relname::text FROM pg_class WHERE relkind IN (${kinds}) AND NOT relispartition AND relnamespace = current_schema()::regnamespace AND relname <> 'code_index_format'`,
  )).map(([name]) => name);
  for (const table of await named("'r', 'p'")) await connection.run(`DELETE FROM ${table}`);
  for (const sequence of await named("'S'")) await connection.run(`ALTER SEQUENCE ${sequence} RESTART`);
}
