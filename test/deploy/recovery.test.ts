/** Point-in-time recovery of deploy/backup/pitr.sh: a real server is lost, and stands again as of a moment before a mistake. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresIsInstalled, startPostgres, type PrivatePostgres } from '../services/postgres.ts';
import { startS3, type S3Server } from '../services/s3.ts';
import { finished, scratch, type Ran } from '../whole.ts';
import { lacking } from './files.ts';

const missing = postgresIsInstalled() ? lacking('curl', 'zstd') : 'PostgreSQL is not installed';
const SCRIPT = path.resolve(import.meta.dirname, '..', '..', 'deploy', 'backup', 'pitr.sh');

interface Stage extends AsyncDisposable {
  readonly server: PrivatePostgres;
  readonly s3: S3Server;
  /** BACKUP_DIR. */
  readonly folder: string;
  readonly started: ChildProcess[];
}

async function openStage(): Promise<Stage> {
  const [server, s3, spool] = [await startPostgres(), await startS3(), scratch('pitr')];
  const started: ChildProcess[] = [];
  return {
    server, s3, started, folder: spool.path,
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill();
      await Promise.all(started.map((child) => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null)));
      await Promise.all([server[Symbol.asyncDispose](), s3[Symbol.asyncDispose]()]);
      spool[Symbol.dispose]();
    },
  };
}

function begin({ server, s3, folder, started }: Stage, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(SCRIPT, args, { env: { PATH: `${server.binaries}:${process.env['PATH']}`, DATABASE_URL: server.url(), BACKUP_DIR: folder, ...s3.variables, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

async function check(ran: Promise<Ran>, code: number, words: RegExp): Promise<void> {
  const { code: found, stderr } = await ran;
  assert.match(stderr, words);
  assert.equal(found, code, stderr);
}

/** Waits until the bucket holds this text somewhere in the log: what was committed before it is safe. */
async function inBucket({ s3 }: Stage, text: string): Promise<void> {
  const known = new Map<string, Buffer>();
  for (;;) {
    for (const [key, bytes] of s3.objects) {
      if (known.get(key) === bytes) continue;
      known.set(key, bytes);
      if (key.startsWith('postgres/wal/') && spawnSync('zstd', ['-qdc'], { input: bytes, maxBuffer: 1 << 26 }).stdout.includes(text)) return;
    }
    await sleep(100);
  }
}

/** Starts a server on files that `pitr.sh restore` laid down, and gives the names that are in it. */
async function namesIn(stage: Stage, folder: string): Promise<readonly string[]> {
  const { uid, gid } = statSync(stage.server.folder);
  assert.equal(spawnSync('chown', ['-R', `${uid}:${gid}`, folder, `${folder}.wal`]).status, 0);
  await using again = await startPostgres({ dataFolder: folder });
  while ((await again.query('SELECT pg_is_in_recovery() AS still'))[0].still) await sleep(50);
  return (await again.query('SELECT name FROM kept ORDER BY name')).map(({ name }) => name as string);
}

test('a server is lost and stands again, at its last moment or at one before a mistake', { skip: missing }, async () => {
  await using stage = await openStage();
  const { server, folder } = stage;
  using target = scratch('pitr-target');
  // The user that PostgreSQL runs as goes through this folder.
  chmodSync(target.path, 0o755);
  await check(finished(begin(stage, ['base'])), 1, /may not copy the server: a superuser gives it the right/);
  await server.query(`ALTER ROLE ${server.user} REPLICATION; CREATE TABLE kept (name text); INSERT INTO kept VALUES ('first')`);
  await check(finished(begin(stage, ['base'], { S3_PART_BYTES: '1000000' })), 0, /Base backup base_\d{8}_\d{6}: \d+ bytes in \d+ s, from segment [0-9A-F]{24}/);

  const receiver = begin(stage, ['receive', '1']);
  const received = finished(receiver);
  await server.query("INSERT INTO kept VALUES ('second, in a finished segment'); SELECT pg_switch_wal()");
  await server.query("INSERT INTO kept VALUES ('third, in an unfinished one')");
  const [{ moment }] = await server.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS moment");
  await server.query("DELETE FROM kept; INSERT INTO kept VALUES ('a mistake')");
  await inBucket(stage, 'a mistake');
  await server.stop('killed');
  receiver.kill('SIGTERM');
  await check(received, 130, /The log comes to .* and goes to the bucket every 1 seconds/);

  const [early, late] = [path.join(target.path, 'early'), path.join(target.path, 'late')];
  await check(finished(begin(stage, ['restore', early, moment])), 0, /The files of .* are in .*early and the log since then in .*early\.wal/);
  assert.deepEqual(await namesIn(stage, early), ['first', 'second, in a finished segment', 'third, in an unfinished one']);
  await check(finished(begin(stage, ['restore', late])), 0, /The files of/);
  assert.deepEqual(await namesIn(stage, late), ['a mistake']);
  const segments = [...stage.s3.objects.keys()].filter((key) => /\/wal\/[0-9A-F]{24}\.zst$/.test(key)).sort();
  stage.s3.objects.delete(segments.at(-1) as string);
  await check(finished(begin(stage, ['restore', path.join(target.path, 'holed')])), 1, /The log in the bucket has a hole before segment [0-9A-F]{16}/);
  assert.match((await finished(begin(stage, ['list']))).stdout, /^base_\d{8}_\d{6}\n$/);
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('.unfinished')), []);
});

test('the receiver goes on after the bucket was away, and bases with their log are removed after their days', { skip: missing }, async () => {
  await using stage = await openStage();
  const { server, s3 } = stage;
  await server.query(`ALTER ROLE ${server.user} REPLICATION; CREATE TABLE kept (name text)`);
  s3.fault = (method) => (method === 'PUT' ? { status: 507, code: 'InsufficientStorage' } : null);
  await check(finished(begin(stage, ['base'])), 1, /The base backup is not in the bucket, because .*InsufficientStorage/);
  const receiver = begin(stage, ['receive', '1']);
  const received = finished(receiver);
  let said = '';
  receiver.stderr?.on('data', (text: Buffer) => (said += text.toString('utf8')));
  await server.query("INSERT INTO kept VALUES ('while it was away'); SELECT pg_switch_wal()");
  while (!s3.asked.some((one) => one.startsWith('PUT postgres/wal/'))) await sleep(50);
  assert.equal(s3.objects.size, 0);
  await check(finished(begin(stage, ['receive'])), 3, /Another receiver is running/);
  s3.fault = null;
  await inBucket(stage, 'while it was away');
  while (!/The log stays in .* until the bucket takes it, because .*507[^]*The log goes to the bucket again/.test(said)) await sleep(20);
  receiver.kill('SIGTERM');
  await received;

  const put = (name: string, text = ''): void => void s3.objects.set(`postgres/${name}`, Buffer.from(text));
  const stamp = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().replaceAll(/[-:]/g, '').replace('T', '_').slice(0, 15);
  const [gone, before, within] = [stamp(20), stamp(9), stamp(3)];
  for (const [base, start] of [[gone, '000000010000000000000001'], [before, '000000010000000000000002'], [within, '000000010000000000000003']] as const) {
    put(`base_${base}.manifest`, `code-index-base 1\nstart ${start}\n`);
    put(`base_${base}.tar.zst.0000`);
  }
  for (const key of [...s3.objects.keys()].filter((one) => one.includes('/wal/'))) s3.objects.delete(key);
  for (const segment of ['000000010000000000000001.zst', '000000010000000000000002.zst', '000000020000000000000003.zst', '00000002.history.zst']) put(`wal/${segment}`);
  await check(finished(begin(stage, ['base'])), 0, new RegExp(`3 objects from before base_${before} were removed`));
  const kept = [...s3.objects.keys()].map((key) => key.slice('postgres/'.length));
  assert.deepEqual(kept.filter((name) => name.startsWith('base_2') && name.includes(gone)), []);
  assert.deepEqual(kept.filter((name) => name.startsWith('wal/')).sort(), ['wal/000000010000000000000002.zst', 'wal/00000002.history.zst', 'wal/000000020000000000000003.zst']);
  assert.equal(kept.filter((name) => name.endsWith('.manifest')).length, 3);
});

test('what cannot be restored is said, and nothing is laid over other files', { skip: missing }, async () => {
  await using stage = await openStage();
  const { server, s3, folder } = stage;
  await check(finished(begin(stage, ['restore', path.join(folder, 'new')])), 1, /There is no base backup from before now/);
  await check(finished(begin(stage, ['restore', path.join(folder, 'new'), 'tea time'])), 2, /"tea time" is not a time/);
  writeFileSync(path.join(folder, 'something'), 'of value');
  await check(finished(begin(stage, ['restore', folder])), 3, /is not empty, and nothing was touched/);
  await check(finished(begin(stage, ['base'], { S3_ENDPOINT: '' })), 2, /keeps its files in a bucket/);
  await check(finished(begin(stage, ['recieve'])), 2, /usage: pitr.sh base/);
  await check(finished(begin(stage, ['base'], { DATABASE_URL: server.url().replace(/:[^:@/]+@/, ':wrong@') })), 1, /refuses the user or the password/);
  assert.deepEqual([...s3.objects.keys()], []);
});
