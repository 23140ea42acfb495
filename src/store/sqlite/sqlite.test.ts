import { join } from 'node:path';
import Database from 'better-sqlite3';
import { storeSuite } from '../suite/mod.ts';

const BOOKKEEPING = ['sqlite_sequence', 'language'];

storeSuite('sqlite', {
  url: () => 'sqlite:',
  rows: async (dataDir) => {
    const database = new Database(join(dataDir, 'code_index.db'), { readonly: true });
    const tables = database.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
    const rows = tables.filter((table) => !BOOKKEEPING.includes(table)).map((table) => [table, database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number]);
    database.close();
    return Object.fromEntries(rows);
  },
});
