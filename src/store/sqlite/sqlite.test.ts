import { join } from 'node:path';
import Database from 'better-sqlite3';
import { storeSuite } from '../suite/mod.ts';
import { cipherOf, openFile } from './cipher.ts';

const BOOKKEEPING = ['sqlite_sequence', 'language'];
const KEY = 'a key of the tests, long enough';

function rowsOf(database: Database.Database): Record<string, number> {
  try {
    const tables = database.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
    return Object.fromEntries(tables.filter((table) => !BOOKKEEPING.includes(table)).map((table) => [table, database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number]));
  } finally {
    database.close();
  }
}

storeSuite('sqlite', {
  url: () => 'sqlite:',
  rows: async (dataDir) => rowsOf(new Database(join(dataDir, 'code_index.db'), { readonly: true })),
});

storeSuite('encrypted sqlite', {
  url: () => 'sqlite:',
  key: KEY,
  rows: async (dataDir) => rowsOf(openFile(join(dataDir, 'code_index.db'), { readonly: true }, await cipherOf(KEY))),
});
