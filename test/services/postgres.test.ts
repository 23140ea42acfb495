/** The PostgreSQL that tests start: it answers, survives a crash, is followed by a replica, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import pg from 'pg';
import { postgresIsInstalled, startPostgres } from './postgres.ts';

const missing = postgresIsInstalled() ? false : 'PostgreSQL is not installed';

async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a private server answers an ordinary user who has a password, with both extensions', { skip: missing }, async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  assert.deepEqual(await ask(url, "SELECT current_user, current_setting('is_superuser') AS super"), [{ current_user: 'mcp_user', super: 'off' }]);
  await ask(url, 'CREATE EXTENSION pg_trgm');
  assert.deepEqual(await ask(url, "SELECT '[1,2]'::vector <-> '[1,4]' AS distance, similarity('word', 'words') > 0.5 AS similar"), [{ distance: 2, similar: true }]);
  await assert.rejects(ask(await server.createDatabase('bare', []), 'CREATE EXTENSION vector'), /permission denied/);
  const stranger = url.replace(/:[^:@/]+@/, ':wrong@');
  await assert.rejects(ask(stranger, 'SELECT 1'), /password authentication failed/);
});

test('what was committed is there again after every kind of stop', { skip: missing }, async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  await ask(url, 'CREATE TABLE kept (n integer)');
  for (const [at, how] of (['fast', 'immediate', 'killed'] as const).entries()) {
    await ask(url, 'INSERT INTO kept SELECT generate_series(1, 1000)');
    await server.stop(how);
    await assert.rejects(ask(url, 'SELECT 1'), /ECONNREFUSED/);
    await server.start();
    assert.deepEqual(await ask(url, 'SELECT count(*)::int AS rows FROM kept'), [{ rows: 1000 * (at + 1) }]);
  }
});

test('a replica reads what the first wrote and refuses to write', { skip: missing }, async () => {
  await using first = await startPostgres();
  await using replica = await startPostgres({ replicaOf: first });
  const url = await first.createDatabase('followed');
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  const [{ at }] = await first.query('SELECT pg_current_wal_lsn()::text AS at');
  while (!(await replica.query(`SELECT pg_last_wal_replay_lsn() >= '${at}' AS caught_up`))[0].caught_up) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(await ask(replica.url('followed'), 'SELECT n FROM kept'), [{ n: 7 }]);
  await assert.rejects(ask(replica.url('followed'), 'INSERT INTO kept VALUES (8)'), /read-only transaction/);
});

test('finished segments are archived, and nothing is left in the end', { skip: missing }, async () => {
  const server = await startPostgres({ archive: true, settings: { log_min_duration_statement: '0' } });
  await server.query('SELECT pg_switch_wal(); CHECKPOINT');
  await server.stop('fast');
  assert.ok(readdirSync(server.archiveFolder).length > 0);
  assert.match(server.log(), /pg_switch_wal/);
  await server[Symbol.asyncDispose]();
  assert.equal(existsSync(server.folder), false);
  await assert.rejects(ask(server.url(), 'SELECT 1'), /ECONNREFUSED/);
});
