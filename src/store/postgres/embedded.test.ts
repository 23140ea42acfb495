/** The suites of stores on PostgreSQL in this process, everywhere. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { emptyTables } from '../../../test/services/emptied.ts';
import { Embedded } from '../../../test/services/pglite.ts';
import { addRepository } from '../suite/harness.ts';
import { storeSuite } from '../suite/mod.ts';
import { nearestSuite } from '../suite/nearest.ts';
import type { Store } from '../ports.ts';
import { openPostgres } from './store.ts';

const BOOKKEEPING = new Set(['language', 'lease_note', 'code_index_format']);

describe('PostgreSQL in the process', () => {
  let server: Embedded;
  const schemas = new Map<string, string>();
  /** Schemas whose tables are made and empty. */
  const free: string[] = [];
  const schemaOf = (dataDir: string): string => schemas.get(path.basename(dataDir)) ?? '';
  before(async () => {
    server = await Embedded.start();
  });
  after(() => server[Symbol.asyncDispose]());
  storeSuite('PGlite', {
    propertyRuns: 3,
    url: schemaOf,
    create: async (dataDir) => void schemas.set(path.basename(dataDir), free.pop() ?? (await server.schema())),
    open: (dataDir, readOnly) => openPostgres({ database: server.database(schemaOf(dataDir)), readOnly }),
    remove: async (dataDir) => {
      const schema = schemas.get(path.basename(dataDir));
      if (schema === undefined) return;
      await emptyTables(server.database(schema).writer);
      free.push(schema);
    },
    rows: async (dataDir) => {
      const { reader } = server.database(schemaOf(dataDir));
      const tables = await reader.rows<[string]>("SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace ORDER BY 1");
      const counts: Record<string, number> = {};
      for (const [name] of tables) if (!BOOKKEEPING.has(name)) counts[name] = (await reader.rows<[number]>(`SELECT count(*) FROM "${name}"`))[0]?.[0] ?? -1;
      return counts;
    },
  });

  // A server without extensions is tried where a real one is (postgres.test.ts): this one is slow.
  nearestSuite('PGlite with an index of points', async (vectorSizes, work) => {
    await using own = await Embedded.start();
    const schema = await own.schema();
    const open = (readOnly: boolean): Promise<Store> => openPostgres({ database: own.database(schema), readOnly, vectorSizes });
    const [store, reader] = [await open(false), await open(true)];
    await work(store, reader, await addRepository(store));
    const [row] = await own.database(schema).reader.rows<[number, number]>('SELECT count(*), (SELECT count(*) FROM vector_point) FROM vector_space WHERE points = 2');
    assert.equal((row?.[1] ?? 0) > 0, vectorSizes.cells === 1_600, 'points are there where the repository is very large');
  }, { runs: 0, chunks: 4_000 });
});
