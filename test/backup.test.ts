/** Backups as their users meet them: made while others write, on a full disk, killed, pruned, restored. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { CodeIndexError, OPERATIONS, openService, type Service } from '../src/mod.ts';
import { openStore } from '../src/store/mod.ts';
import { LAUNCHER, finished, run, scratch, start } from './whole.ts';

const DAY_MILLIS = 86_400_000;
const KEY = 'a key of these tests, long enough';

function serviceOf(dataDir: string, more: { databaseKey?: string } = {}): Service {
  return openService({ dataDir, allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, embedding: { provider: 'none' }, threads: 1, audit: true, version: '1', ...more });
}

/** A data folder with one indexed project. */
async function indexed(root: string, more: { databaseKey?: string } = {}): Promise<{ dataDir: string; project: string }> {
  const [dataDir, project] = [path.join(root, 'data'), path.join(root, 'project')];
  mkdirSync(project, { recursive: true });
  for (let at = 0; at < 20; at++) writeFileSync(path.join(project, `f${at}.ts`), `export function named${at}(): number {\n  return ${at};\n}\n${`// ${Math.sin(at)} filler\n`.repeat(200)}`);
  await using service = serviceOf(dataDir, more);
  await OPERATIONS.index.run(service, { targets: [project] }, {});
  return { dataDir, project };
}

async function found(dataDir: string, query: string, more: { databaseKey?: string } = {}): Promise<number> {
  await using service = serviceOf(dataDir, more);
  return (await OPERATIONS.search.run(service, { query, mode: 'text', all: true }, {})).total.value;
}

async function refuses(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(`${thrown.message} ${thrown.fix}`, words);
    return true;
  });
}

test('a backup holds the encrypted index and what only the data folder had, is pruned by age, and comes back', async () => {
  using root = scratch('backup');
  const more = { databaseKey: KEY };
  const { dataDir, project } = await indexed(root.path, more);
  const upload = path.join(dataDir, 'repositories', 'upload');
  mkdirSync(upload, { recursive: true });
  writeFileSync(path.join(upload, 'only.ts'), 'export const onlyHere = 1;\n');
  const backups = path.join(dataDir, 'backups');
  let name = '';
  {
    await using service = serviceOf(dataDir, more);
    await OPERATIONS.index.run(service, { targets: [upload] }, {});
    const { made, removed } = await OPERATIONS.backup.run(service, {}, {});
    name = made.name;
    assert.deepEqual([made.counts.repositories, made.counts.files, made.database.encrypted, removed], [2, 21, true, []]);
    assert.deepEqual(made.repositories.map((one) => one.files), [null, 'repositories/upload']);
    assert.equal(readFileSync(path.join(made.folder, 'code_index.db')).includes('onlyHere'), false);
    // An old one goes when a new one is there, never by itself.
    const old = path.join(backups, 'old');
    cpSync(made.folder, old, { recursive: true });
    const manifest = path.join(old, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(made.createdAt, new Date(Date.now() - 10 * DAY_MILLIS).toISOString()));
    assert.deepEqual((await OPERATIONS.listBackups.run(service, {}, {})).backups.map((one) => one.name), [name, 'old']);
    mkdirSync(path.join(backups, '.partial-999999999-x'));
    assert.deepEqual((await OPERATIONS.backup.run(service, { keepDays: 30 }, {})).removed, []);
    assert.deepEqual((await OPERATIONS.backup.run(service, {}, {})).removed, ['old']);
    assert.equal(readdirSync(backups).length, 3);
    writeFileSync(path.join(project, 'later.ts'), 'export const afterTheBackup = 2;\n');
    await OPERATIONS.index.run(service, { targets: [project] }, {});
    await refuses(OPERATIONS.restore.run(service, { backup: name }, {}), 'conflict', /newer.*--force/);
    await refuses(OPERATIONS.restore.run(service, { backup: name, force: true }, {}), 'conflict', /open.*Stop/);
  }
  rmSync(upload, { recursive: true });
  rmSync(project, { recursive: true });
  {
    await using service = serviceOf(dataDir, more);
    const { unpacked, missing } = await OPERATIONS.restore.run(service, { backup: name, force: true }, {});
    assert.deepEqual([unpacked, missing.map((one) => one.root)], [['upload'], [project]]);
    await refuses(OPERATIONS.restore.run(serviceOf(dataDir), { backup: name }, {}), 'unavailable', /encrypted, and no key/);
    await refuses(OPERATIONS.restore.run(service, { backup: 'none' }, {}), 'not_found', /backup list/);
    const { checks } = await OPERATIONS.doctor.run(service, {}, {});
    assert.match(checks.find((one) => one.name === 'backups')?.found ?? '', /^3, the newest of today, sound/);
  }
  assert.deepEqual([await found(dataDir, 'named7', more), await found(dataDir, 'onlyHere', more), await found(dataDir, 'afterTheBackup', more)], [1, 1, 0]);
  assert.ok(existsSync(path.join(upload, 'only.ts')));
});

test('backup on a full disk: one sentence, nothing half made, the index as it was', async () => {
  using root = scratch('full');
  const { dataDir } = await indexed(root.path);
  const script = 'trap "" XFSZ; ulimit -f 64; exec "$@"';
  const failed = await finished(spawn('sh', ['-c', script, 'sh', LAUNCHER, 'backup', '--json', '--data-dir', dataDir], { cwd: root.path, stdio: ['ignore', 'pipe', 'pipe'] }));
  assert.notEqual(failed.code, 0);
  assert.match(`${failed.stdout}${failed.stderr}`, /disk is full/);
  assert.deepEqual(readdirSync(path.join(dataDir, 'backups')), []);
  assert.equal(await found(dataDir, 'named7'), 1);
});

test('backup killed at any moment leaves no half of one, and the next is whole', async () => {
  using root = scratch('killed');
  const { dataDir } = await indexed(root.path);
  const backups = path.join(dataDir, 'backups');
  for (const millis of [250, 600, 900]) {
    const child = start(['backup'], dataDir, root.path);
    const ended = finished(child);
    await sleep(millis);
    child.kill('SIGKILL');
    await ended;
    for (const each of existsSync(backups) ? readdirSync(backups).filter((one) => !one.startsWith('.')) : []) {
      await using copy = await openStore(`sqlite:${path.join(backups, each, 'code_index.db')}`, { dataDir, readOnly: true });
      assert.equal((await copy.meta.statistics()).files, 20);
    }
  }
  await sleep(50);
  const last = await run(['backup', '--json'], dataDir, root.path);
  assert.equal(last.code, 0, last.stderr);
  assert.deepEqual(readdirSync(backups).filter((one) => one.startsWith('.')), []);
});

test('a database that another program keeps locked for writing is read and backed up all the same', async () => {
  using root = scratch('locked');
  const { dataDir } = await indexed(root.path);
  const other = new Database(path.join(dataDir, 'code_index.db'));
  other.exec('BEGIN IMMEDIATE');
  try {
    await using service = openService({ ...serviceOf(dataDir).settings, audit: false });
    assert.equal((await OPERATIONS.search.run(service, { query: 'named7', mode: 'text', all: true }, {})).total.value, 1);
    assert.equal((await OPERATIONS.backup.run(service, {}, {})).made.counts.files, 20);
  } finally {
    other.close();
  }
});

test('a database removed while it is open answers on, and refuses to write where nobody would find it', async () => {
  using root = scratch('removed');
  const { dataDir, project } = await indexed(root.path);
  await using service = serviceOf(dataDir);
  const ask = async (): Promise<number> => (await OPERATIONS.search.run(service, { query: 'named7', mode: 'text', all: true }, {})).total.value;
  assert.equal(await ask(), 1);
  rmSync(path.join(dataDir, 'code_index.db'));
  assert.equal(await ask(), 1);
  await refuses(OPERATIONS.index.run(service, { targets: [project] }, {}), 'unavailable', /removed or replaced.*backup/);
});

test('doctor names what is wrong with settings, and how to mend it', async () => {
  using root = scratch('doctor');
  const { dataDir } = await indexed(root.path);
  const env = { ...process.env, JWT_SECRET: 'short', TLS_CERT_FILE: path.join(root.path, 'none.pem'), MCP_ALLOWED_ROOTS: path.join(root.path, 'nowhere') };
  const ran = await finished(spawn(LAUNCHER, ['doctor', '--data-dir', dataDir], { cwd: root.path, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  assert.notEqual(ran.code, 0);
  for (const line of [/BAD +allowed roots .*nowhere/, /BAD +settings .*TLS_KEY_FILE only one/, /BAD +secrets .*5 characters.*openssl/, /ok +threads/, /ok +writer +nobody/]) assert.match(ran.stdout, line);
  mkdirSync(path.join(dataDir, 'backups', 'x'), { recursive: true });
  const good = await run(['backup', '--json'], dataDir, root.path);
  const { made } = JSON.parse(good.stdout) as { made: { folder: string } };
  writeFileSync(path.join(made.folder, 'code_index.db'), 'damaged');
  assert.match((await run(['doctor'], dataDir, root.path)).stdout, /BAD +backups .*damaged/);
  const restored = await run(['restore', made.folder, '--force'], dataDir, root.path);
  assert.match(restored.stderr, /digest/);
  assert.equal(await found(dataDir, 'named7'), 1);
});
