/** The suites of stores on a real PostgreSQL, where its programs are installed. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import pg from 'pg';
import { emptyTables } from '../../../test/services/emptied.ts';
import { postgresIsInstalled, startPostgres, type PrivatePostgres } from '../../../test/services/postgres.ts';
import { openStore } from '../open.ts';
import type { Store } from '../ports.ts';
import { addRepository } from '../suite/harness.ts';
import { storeSuite } from '../suite/mod.ts';
import { nearestSuite } from '../suite/nearest.ts';
import { openConnections } from './connections.ts';
import { openPostgres } from './store.ts';

/** Tables that outlive what was indexed. */
const BOOKKEEPING = new Set(['language', 'lease_note', 'code_index_format']);

/** Rows of every table but those, parts counted under the name of their table. */
async function rowsOf(url: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>("SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1");
    const counts: Record<string, number> = {};
    for (const { name } of tables) if (!BOOKKEEPING.has(name)) counts[name] = Number((await client.query<{ count: string }>(`SELECT count(*) FROM "${name}"`)).rows[0]?.count);
    return counts;
  } finally {
    await client.end();
  }
}

if (postgresIsInstalled()) {
  describe('a real PostgreSQL', () => {
    let server: PrivatePostgres;
    const urls = new Map<string, string>();
    /** Databases whose tables are made and empty. */
    const free: string[] = [];
    const urlOf = (dataDir: string): string => urls.get(path.basename(dataDir)) ?? '';
    before(async () => {
      server = await startPostgres();
      await (await openStore(await server.createDatabase('prepared'), { dataDir: tmpdir() }))[Symbol.asyncDispose]();
    });
    after(() => server[Symbol.asyncDispose]());
    storeSuite('PostgreSQL', {
      propertyRuns: 8,
      url: urlOf,
      // Copies of one whose tables are made, used again: making them anew takes longer than the tests.
      create: async (dataDir) => {
        let name = free.pop();
        if (name === undefined) await server.query(`CREATE DATABASE ${(name = `copy_${urls.size}`)} TEMPLATE prepared OWNER ${server.user}`);
        urls.set(path.basename(dataDir), server.url(name));
      },
      remove: async (dataDir) => {
        if (!urls.has(path.basename(dataDir))) return;
        await using database = openConnections({ url: urlOf(dataDir) });
        await emptyTables(database.writer);
        free.push(new URL(urlOf(dataDir)).pathname.slice(1));
      },
      rows: (dataDir) => rowsOf(urlOf(dataDir)),
    });
    nearestSuite('PostgreSQL without extensions', async (vectorSizes, work) => {
      const url = await server.createDatabase(undefined, []);
      const open = (readOnly: boolean): Promise<Store> => openPostgres({ database: openConnections({ url }), readOnly, vectorSizes });
      await using store = await open(false);
      await using reader = await open(true);
      await work(store, reader, await addRepository(store));
    }, { runs: 4, chunks: 8_000 });
  });
}
