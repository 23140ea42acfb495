import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Job } from '../../domain/mod.ts';
import type { Queue } from '../../queue/mod.ts';
import { openService } from '../../service/mod.ts';
import { databaseProbe, diskProbe, openProbes, queueProbe } from './probes.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-probes-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a database that was replaced or is gone is told, while it still answers', () => inFolder(async (dataDir) => {
  await using service = openService({ dataDir, allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
  await service.store();
  const file = path.join(dataDir, 'code_index.db');
  const probe = databaseProbe(service, file);
  assert.deepEqual(await probe(), { ok: true, found: '0 repositories' });
  renameSync(file, `${file}.old`);
  assert.match(String((await probe()).found), /is gone; answers come from what this server has open/);
  copyFileSync(`${file}.old`, file);
  assert.match(String((await probe()).found), /was replaced by another file/);
  assert.deepEqual((await service.store().then(({ meta }) => meta.repositories())).length, 0);
  renameSync(`${file}.old`, file);
  assert.equal((await probe()).ok, true);
  const checks = await Promise.all(Object.entries(openProbes(service, file, null)).map(async ([name, one]) => [name, (await one()).ok]));
  assert.deepEqual(Object.fromEntries(checks), { database: true, disk: true, queue: true, model: true, cpu_percent: true, memory_percent: true, process_memory_bytes: true });
}));

test('a disk without room is told', () => inFolder(async (folder) => {
  assert.equal((await diskProbe(folder, 1)()).ok, true);
  const { ok, found } = await diskProbe(folder, 2 ** 60)();
  assert.equal(ok, false);
  assert.match(String(found), /^[\d,]+ MB are free in .*, 1,152,921,504,606 MB are wanted; what is indexed is answered\.$/);
}));

test('a job that says nothing for long is told, one that says something is not', async () => {
  const job: Job = {
    id: '7', request: { kind: 'index', repository: 'curl', fetch: false }, repository: 'curl', state: 'running', by: 'local', attempts: 1,
    createdAt: '', startedAt: '', finishedAt: null, progress: null, result: null, error: null,
  };
  let running: readonly Job[] = [job];
  const queue = { condition: async () => ({ failure: null, warning: null }), jobs: async () => running, size: () => running.length } as unknown as Queue;
  const probe = queueProbe(() => queue, 5);
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(await probe(), { ok: true, found: 1 });
  await wait();
  assert.match(String((await probe()).found), /^Job 7 \(index curl\) has said nothing/);
  running = [{ ...job, attempts: 2 }];
  assert.equal((await probe()).ok, true);
  running = [];
  await wait();
  assert.deepEqual(await probe(), { ok: true, found: 0 });
});
