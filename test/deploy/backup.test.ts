/**
 * The backup scripts of deploy/backup as an operator meets them: a real PostgreSQL is backed up into an S3-compatible
 * store, lost and restored; and everything that can go wrong in between is said and leaves nothing half done.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { pgvectorIsInstalled, startPostgres, type PrivatePostgres } from '../services/postgres.ts';
import { startS3, type S3Server } from '../services/s3.ts';
import { cleanEnvironment } from '../server.ts';
import { finished, generateRepository, LAUNCHER, scratch, type Ran } from '../whole.ts';
import { lacking } from './files.ts';

const missing = pgvectorIsInstalled() ? lacking('curl', 'zstd') : 'PostgreSQL with pgvector is not installed';
const SCRIPTS = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'backup');
const DAY_MILLIS = 86_400_000;

/** What stands for the product's schema: partitions, compressed texts, vectors and trigrams with their indexes, keys, counters. */
const FIXTURE = `
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE TABLE repository (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, added timestamptz DEFAULT now());
  CREATE TABLE blob (repository bigint REFERENCES repository, id bigint, text text, content bytea, PRIMARY KEY (repository, id)) PARTITION BY HASH (repository);
  ${Array.from({ length: 4 }, (_, at) => `CREATE TABLE blob_${at} PARTITION OF blob FOR VALUES WITH (MODULUS 4, REMAINDER ${at});`).join('\n  ')}
  CREATE INDEX blob_trigrams ON blob USING gin (text gin_trgm_ops);
  CREATE TABLE vector_of (id bigint PRIMARY KEY, value vector(8));
  CREATE INDEX vector_near ON vector_of USING hnsw (value vector_l2_ops);
  COMMENT ON TABLE blob IS 'What was read, once each.';
  INSERT INTO repository (name) SELECT 'repository ' || n FROM generate_series(1, 20) n;
  INSERT INTO blob SELECT r, n, 'function named_' || r || '_' || n || '() -- "quoted" \\ tab	é 漢', decode(md5(r::text || n), 'hex') FROM generate_series(1, 20) r, generate_series(1, 200) n;
  INSERT INTO vector_of SELECT n, ARRAY(SELECT sin(n * k) FROM generate_series(1, 8) k)::vector FROM generate_series(1, 500) n;`;

let server: PrivatePostgres;
let s3: S3Server;
before(async () => {
  if (missing !== false) return;
  [server, s3] = await Promise.all([startPostgres(), startS3()]);
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await s3?.[Symbol.asyncDispose]();
});

async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answers = await client.query(sql);
    return (Array.isArray(answers) ? answers.at(-1) : answers).rows;
  } finally {
    await client.end();
  }
}

/** Every table's number of rows and a digest of them, every index, every counter: whatever the schema is. */
async function digestOf(url: string): Promise<unknown> {
  const tables = await ask(url, `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`);
  const rows = await Promise.all(tables.map(async ({ name }) => [name, await ask(url, `SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM ${name as string} t`)]));
  return { rows, indexes: await ask(url, `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`), counters: await ask(url, 'SELECT sequencename, last_value FROM pg_sequences ORDER BY 1') };
}

/** A database of its own for one test, filled; the name is in the names of its backups. */
async function filled(name: string): Promise<string> {
  const url = await server.createDatabase(name);
  await ask(url, FIXTURE);
  return url;
}

interface Asked {
  readonly url: string;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes after which the disk is full, in blocks of 1,024. */
  readonly blocks?: number;
}

function begin(script: string, args: readonly string[], { url, folder, env, blocks }: Asked): ChildProcess {
  const limited = blocks === undefined ? [] : ['bash', '-c', 'trap "" XFSZ; ulimit -f "$0"; exec "$@"', String(blocks)];
  const [program = '', ...rest] = [...limited, path.join(SCRIPTS, script), ...args];
  return spawn(program, rest, { env: { PATH: `${server.binaries}:${process.env['PATH']}`, DATABASE_URL: url, BACKUP_DIR: folder, ...s3.variables, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

const run = (script: string, args: readonly string[], asked: Asked): Promise<Ran> => finished(begin(script, args, asked));

/** The script ends so, with a sentence that says this. */
async function check(ran: Promise<Ran>, code: number, words: RegExp): Promise<void> {
  const { code: found, stderr } = await ran;
  assert.match(stderr, words);
  assert.equal(found, code, stderr);
}

const objectsOf = (database: string): string[] => [...s3.objects.keys()].filter((key) => key.includes(`/${database}_`)).sort();
const stampOf = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MILLIS).toISOString().replaceAll(/[-:]/g, '').replace('T', '_').slice(0, 15);
/** Nothing but the lock that runs share, and the manifests, by which servers tell the age of the newest backup. */
const leftIn = (folder: string): string[] => readdirSync(folder).filter((name) => name !== '.lock' && !name.endsWith('.manifest'));

/** Arguments of every process on this machine that may be seen. */
function argumentsOfAll(): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  }).join('\n');
}

test('backed up, lost, restored: every row, index and counter is as it was, and no secret was in a list of processes', { skip: missing }, async () => {
  using folder = scratch('backup-s3');
  const url = await filled('lost');
  const before = await digestOf(url);
  let seen = '';
  s3.fault = () => {
    if (seen === '') seen = argumentsOfAll();
    return null;
  };
  await check(run('backup.sh', [], { url, folder: folder.path, env: { S3_PART_BYTES: '60000', BACKUP_METRICS_FILE: path.join(folder.path, 'backup.prom') } }), 0, /Backup lost_\d{8}_\d{6}: \d+ bytes in \d+ s, read back and whole\./);
  s3.fault = null;
  assert.match(seen, /aws-sigv4/);
  for (const secret of [s3.variables['S3_SECRET_ACCESS_KEY'] as string, server.password, encodeURIComponent(server.password)]) assert.ok(!seen.includes(secret));
  assert.ok(objectsOf('lost').length > 2, 'parts and a manifest');
  assert.deepEqual(leftIn(folder.path), ['backup.prom']);
  assert.match(readdirSync(folder.path).join(' '), /\blost_\d{8}_\d{6}\.manifest\b/);
  await check(run('restore.sh', ['latest'], { url, folder: folder.path, env: { S3_ENDPOINT: '' } }), 1, /There is no backup "latest" of lost/);
  assert.match(readFileSync(path.join(folder.path, 'backup.prom'), 'utf8'), /^code_index_backup_succeeded 1$/m);
  await check(run('backup.sh', ['check', '15'], { url, folder: folder.path }), 0, /is 0 minutes old/);

  await server.query('DROP DATABASE lost');
  await check(run('restore.sh', ['latest'], { url, folder: folder.path }), 1, /There is no database lost on that server: create it/);
  await server.createDatabase('lost');
  await check(run('restore.sh', ['latest'], { url, folder: folder.path }), 0, /Restored lost_\d{8}_\d{6} into lost in \d+ s/);
  assert.deepEqual(await digestOf(url), before);
  await ask(url, "INSERT INTO repository (name) VALUES ('after')");

  const drill = await server.createDatabase('drill');
  await check(run('restore.sh', ['latest', '--of', 'lost', '--jobs', '3'], { url: drill, folder: folder.path }), 0, /Restored lost_/);
  assert.deepEqual(await digestOf(drill), before);
  assert.deepEqual(leftIn(folder.path), ['backup.prom']);
});

test('an index of the product is lost and restored: a search answers as before, and indexing goes on', { skip: missing }, async () => {
  using folder = scratch('backup-product');
  const [project, backups] = [path.join(folder.path, 'project'), path.join(folder.path, 'backups')];
  const url = await server.createDatabase('product');
  const product = async (...args: readonly string[]): Promise<string> => {
    const ran = await finished(spawn(LAUNCHER, [...args, '--json', '--data-dir', path.join(folder.path, 'data')], { cwd: project, env: cleanEnvironment({ DATABASE_URL: url, EMBEDDING_PROVIDER: 'none' }), stdio: ['ignore', 'pipe', 'pipe'] }));
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stdout;
  };
  const answers = async (): Promise<unknown> => {
    const { total, results } = JSON.parse(await product('search', '"mixing step"', '--mode', 'text', '--all', '--limit', '1000'));
    assert.ok(results.length > 0);
    return [total, results.map((one: { path: string; startLine: number }) => [one.path, one.startLine])];
  };
  generateRepository(project, 40);
  await product('index', project);
  const [rows, answered] = [await digestOf(url), await answers()];
  await check(run('backup.sh', [], { url, folder: backups }), 0, /Backup product_/);
  await server.query('DROP DATABASE product WITH (FORCE)');
  await server.createDatabase('product');
  await check(run('restore.sh', ['latest'], { url, folder: backups }), 0, /Restored product_/);
  assert.deepEqual([await digestOf(url), await answers()], [rows, answered]);
  generateRepository(project, 4, 40);
  await product('index', project);
  assert.notDeepEqual(await answers(), answered);
});

test('without a bucket backups stay in the folder and come back from there', { skip: missing }, async () => {
  using folder = scratch('backup-local');
  const url = await filled('local');
  const before = await digestOf(url);
  const asked = { url, folder: folder.path, env: { S3_ENDPOINT: '' } };
  await check(run('backup.sh', ['check'], asked), 1, /There is no backup of local/);
  await check(run('backup.sh', [], asked), 0, /Backup local_/);
  const [name = ''] = (await run('restore.sh', ['list'], asked)).stdout.split('\n');
  assert.deepEqual(leftIn(folder.path), [`${name}.dump.zst`]);
  await check(run('restore.sh', [name, '--check'], asked), 0, /is whole/);
  await ask(url, "DELETE FROM blob WHERE repository = 3; INSERT INTO repository (name) VALUES ('newer')");
  await check(run('restore.sh', [name], asked), 3, /is not empty \(7 tables\), and nothing was touched/);
  await check(run('restore.sh', [name, '--replace'], asked), 0, /Restored local_/);
  assert.deepEqual(await digestOf(url), before);
});

test('backups older than seven days are removed, of this database alone, and only after a new one was made', { skip: missing }, async () => {
  using folder = scratch('backup-prune');
  const url = await filled('pruned');
  const put = (name: string): void => void s3.objects.set(name, Buffer.from('old'));
  const [old, orphan, young] = [stampOf(7.01), stampOf(30), stampOf(6.99)];
  const gone = [`postgres/pruned_${old}.dump.zst`, `postgres/pruned_${old}.manifest`, `postgres/pruned_${orphan}.dump.zst.0003`];
  const kept = [`postgres/pruned_${young}.dump.zst`, `postgres/pruned_${young}.manifest`, `postgres/prunedelse_${old}.dump.zst`, 'postgres/pruned_notes.txt', `elsewhere/pruned_${old}.dump.zst`];
  for (const name of [...gone, ...kept]) put(name);
  const present = (): string[] => [...gone, ...kept].filter((name) => s3.objects.has(name));

  s3.fault = (method) => (method === 'PUT' ? { status: 507, code: 'InsufficientStorage' } : null);
  await check(run('backup.sh', [], { url, folder: folder.path }), 4, /is whole in .*, and not in the bucket, because the bucket backups answered 507 to PUT .*InsufficientStorage/);
  s3.fault = null;
  assert.deepEqual(present(), [...gone, ...kept]);
  await check(run('backup.sh', [], { url, folder: folder.path, env: { BACKUP_KEEP_DAYS: '0' } }), 0, /Backup pruned_/);
  assert.deepEqual(present(), [...gone, ...kept]);
  await check(run('backup.sh', [], { url, folder: folder.path }), 0, /3 objects older than 7 days were removed/);
  assert.deepEqual(present(), kept);
  assert.equal((await run('restore.sh', ['list'], { url, folder: folder.path })).stdout.split('\n')[0], `pruned_${young}`);
});

test('two backups at once: the second refuses, wherever it runs, and a killed one stops nobody', { skip: missing }, async () => {
  using folder = scratch('backup-twice');
  using elsewhere = scratch('backup-elsewhere');
  const url = await filled('twice');
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  const dumping = async (): Promise<ChildProcess> => {
    await holder.query('BEGIN; LOCK TABLE repository');
    const child = begin('backup.sh', [], { url, folder: folder.path });
    while ((await ask(url, "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'code-index-%' AND wait_event_type = 'Lock' AND datname = current_database()"))[0]?.['n'] !== 1) await new Promise((resolve) => setTimeout(resolve, 30));
    return child;
  };
  const first = await dumping();
  const done = finished(first);
  const seen = argumentsOfAll();
  assert.match(seen, /pg_dump/);
  assert.ok(!seen.includes(server.password) && !seen.includes(encodeURIComponent(server.password)));
  await check(run('backup.sh', [], { url, folder: folder.path }), 3, /Another backup is running with the folder/);
  await check(run('backup.sh', [], { url, folder: elsewhere.path }), 3, /Another backup of twice is running elsewhere/);
  await holder.query('ROLLBACK');
  await check(done, 0, /Backup twice_/);

  const killed = await dumping();
  const ended = once(killed, 'exit');
  killed.kill('SIGKILL');
  await ended;
  assert.deepEqual(leftIn(folder.path).map((name) => name.slice(0, 12)), ['.unfinished-']);
  await holder.query('ROLLBACK');
  await holder.end();
  let next: Ran;
  // What the killed one had started ends by itself when it sees that nobody reads it.
  do next = await run('backup.sh', [], { url, folder: folder.path }); while (next.code === 3);
  assert.equal(next.code, 0, next.stderr);
  assert.deepEqual(leftIn(folder.path), []);
});

test('a damaged backup is refused before the database is touched', { skip: missing }, async () => {
  using folder = scratch('backup-damage');
  const url = await filled('damaged');
  const asked = { url, folder: folder.path };
  await check(run('backup.sh', [], asked), 0, /Backup damaged_/);
  const [dump = '', manifest = ''] = objectsOf('damaged');
  const [whole, told] = [s3.objects.get(dump) as Buffer, s3.objects.get(manifest) as Buffer];
  const before = await digestOf(url);
  const flipped = Buffer.from(whole);
  flipped[5_000] = (flipped[5_000] as number) ^ 0x40;
  s3.objects.set(dump, flipped);
  await check(run('restore.sh', ['latest', '--replace'], asked), 1, /is damaged: its SHA-256 is [0-9a-f]{64}, and was [0-9a-f]{64} when it was made/);
  s3.objects.set(dump, whole.subarray(0, whole.length - 100));
  await check(run('restore.sh', ['latest', '--check'], asked), 1, /is damaged/);
  const { createHash } = await import('node:crypto');
  const digest = createHash('sha256').update(whole.subarray(0, whole.length - 100)).digest('hex');
  s3.objects.set(manifest, Buffer.from(told.toString('utf8').replace(/^sha256 .*$/m, `sha256 ${digest}`)));
  await check(run('restore.sh', ['latest', '--replace'], asked), 1, /pg_restore cannot read the backup damaged_.*The database was not touched/);
  s3.objects.delete(dump);
  await check(run('restore.sh', ['latest', '--replace'], asked), 1, /was not fetched, because .*404.*NoSuchKey/);
  s3.objects.set(manifest, Buffer.from(told.toString('utf8').replace('code-index-backup 1', 'code-index-backup 2')));
  await check(run('restore.sh', ['latest', '--replace'], asked), 1, /of a form that this restore.sh does not know/);
  assert.deepEqual(await digestOf(url), before);
  assert.deepEqual(leftIn(folder.path), []);
});

test('a restore that cannot go through leaves the database as it was', { skip: missing }, async () => {
  using folder = scratch('restore-fails');
  const url = await filled('stays');
  const asked = { url, folder: folder.path };
  await check(run('backup.sh', [], asked), 0, /Backup stays_/);
  await ask(url, "INSERT INTO repository (name) VALUES ('newer'); CREATE VIEW looks AS SELECT name FROM repository");
  await server.query('CREATE SCHEMA apart; GRANT USAGE ON SCHEMA apart TO mcp_user; CREATE TABLE apart.kept (); GRANT SELECT ON apart.kept TO mcp_user', 'stays');
  const before = await digestOf(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await check(run('restore.sh', ['latest', '--replace'], asked), 3, /has 1 other connections, and nothing was touched: stop servers and workers first/);
  await client.end();
  await check(run('restore.sh', ['latest', '--replace'], asked), 1, /was not restored, and is as it was: .*must be owner of table kept/);
  assert.deepEqual(await digestOf(url), before);
  const bare = await server.createDatabase('bare', []);
  await check(run('restore.sh', ['latest', '--of', 'stays'], { ...asked, url: bare }), 1, /The extension vector is missing in bare and cannot be created by this user/);
});

test('what goes wrong is one sentence, and nothing half-written is in the bucket or the folder', { skip: missing }, async () => {
  using folder = scratch('backup-faults');
  const url = await filled('faulty');
  const asked = { url, folder: folder.path };
  await check(run('backup.sh', [], { ...asked, url: url.replace(/:[^:@/]+@/, ':wrong@') }), 1, /refuses the user or the password in DATABASE_URL/);
  await check(run('backup.sh', [], { ...asked, url: server.url('absent') }), 1, /There is no database absent on that server/);
  await check(run('backup.sh', [], { ...asked, url: url.replace(/:\d+\//, ':1/') }), 1, /The database does not answer: .*refused/);
  await check(run('backup.sh', [], { ...asked, blocks: 16 }), 1, /^backup.sh: The disk of .* is full: free some space/);
  assert.deepEqual([objectsOf('faulty'), leftIn(folder.path)], [[], []]);

  // The third of several parts is refused: those before it are taken back.
  let parts = 0;
  s3.fault = (method) => (method === 'PUT' && ++parts === 3 ? { status: 403, code: 'QuotaExceeded' } : null);
  await check(run('backup.sh', [], { ...asked, env: { S3_PART_BYTES: '60000' } }), 4, /and not in the bucket, because .*403.*QuotaExceeded.*restored with S3_ENDPOINT empty/);
  s3.fault = null;
  assert.deepEqual([objectsOf('faulty'), parts], [[], 3]);
  const before = await digestOf(url);
  await ask(url, 'DELETE FROM vector_of');
  await check(run('restore.sh', ['latest', '--replace'], { ...asked, env: { S3_ENDPOINT: '' } }), 0, /Restored faulty_/);
  assert.deepEqual(await digestOf(url), before);

  mkdirSync(path.join(folder.path, 'other'));
  const other = { url, folder: path.join(folder.path, 'other') };
  await check(run('backup.sh', [], { ...other, env: { S3_ENDPOINT: 'http://127.0.0.1:1' } }), 4, /is whole in .*, and not in the bucket, because the bucket's server at .* does not answer/);
  await check(run('backup.sh', [], { ...other, env: { S3_SECRET_ACCESS_KEY: 'wrong' } }), 4, /403.*SignatureDoesNotMatch/);
  await check(run('backup.sh', [], { ...other, env: { S3_BUCKET: 'absent' } }), 4, /404.*NoSuchBucket/);
  assert.deepEqual(objectsOf('faulty'), []);
});

test('settings and arguments that cannot be used are named', { skip: missing }, async () => {
  using folder = scratch('backup-settings');
  const asked = { url: server.url(), folder: folder.path };
  const cases: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    ['backup.sh', ['chek'], {}, /"chek" is not known/],
    ['backup.sh', ['check', 'soon'], {}, /"soon" is not a number of minutes/],
    ['backup.sh', [], { DATABASE_URL: 'sqlite:x.db' }, /DATABASE_URL is not of the form postgresql:/],
    ['backup.sh', [], { DATABASE_URL: 'postgresql://user@host' }, /names no database/],
    ['backup.sh', [], { BACKUP_KEEP_DAYS: 'week' }, /BACKUP_KEEP_DAYS is "week"/],
    ['backup.sh', [], { S3_ENDPOINT: 's3.example.org' }, /S3_ENDPOINT is "s3.example.org": give https/],
    ['backup.sh', [], { S3_BUCKET: 'Bad_Name' }, /S3_BUCKET is "Bad_Name"/],
    ['backup.sh', [], { S3_SECRET_ACCESS_KEY: '' }, /S3_ENDPOINT is set without/],
    ['backup.sh', [], { S3_PREFIX: '/a' }, /S3_PREFIX is "\/a"/],
    ['restore.sh', [], {}, /usage: restore.sh list/],
    ['restore.sh', ['latest', '--fast'], {}, /"--fast" is not known/],
    ['restore.sh', ['latest', '--replace', '--jobs', '4'], {}, /--replace is one transaction/],
    ['backup-every.sh', ['often'], {}, /"often" is not a number of seconds/],
  ];
  for (const [script, args, env, words] of cases) await check(run(script, args, { ...asked, env }), 2, words);
  await check(run('restore.sh', ['postgres_20200101_000000'], asked), 1, /There is no backup "postgres_20200101_000000" of postgres/);
});

test('the loop backs up again and again, survives a failure, and stops when told to', { skip: missing }, async () => {
  using folder = scratch('backup-every');
  const url = await filled('looped');
  let refused = 0;
  s3.fault = (method, key) => (method === 'PUT' && key.endsWith('.dump.zst') && refused++ === 0 ? { status: 403, code: 'AccessDenied' } : null);
  const child = begin('backup-every.sh', ['1'], { url, folder: folder.path });
  const ended = finished(child);
  while (objectsOf('looped').filter((key) => key.endsWith('.manifest')).length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  s3.fault = null;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /that backup failed; the next begins in 1 seconds or less/);
});
