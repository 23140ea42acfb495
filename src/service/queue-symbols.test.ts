import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openMemoryQueue } from '../queue/mod.ts';
import { indexTargets } from './indexing.ts';
import { doJob } from './jobs.ts';
import { queueSymbols } from './queue-symbols.ts';
import { register } from './registration.ts';
import { openService, type Service } from './service.ts';

test('what a stopped run left of symbols, and what another model left of vectors, is completed without the files, once an hour at most', async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-symbols-')));
  try {
    const [project, dataDir] = [path.join(root, 'project'), path.join(root, 'data')];
    mkdirSync(project);
    for (const name of ['a', 'b']) writeFileSync(path.join(project, `${name}.ts`), `export function parse_${name}(text: string): URL {\n  return new URL(text);\n}\n`);
    const open = (provider: 'none' | 'static'): Service => openService({ dataDir, allowedRoots: [], workspace: [], embedding: { provider }, threads: 1, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
    {
      await using stopped = open('none');
      await indexTargets(stopped, await register(stopped, project, {}, {}), {}, { textOnly: true });
      const { symbols } = await (await stopped.store()).meta.statistics();
      assert.equal(symbols, 0);
    }
    rmSync(project, { recursive: true });
    await using service = open('static');
    const store = await service.store();
    const queue = await openMemoryQueue({ records: store.journal, execute: ({ request }, context) => doJob(service, request, context) });
    service.setQueue(queue);
    const tried = new Set<string>();
    const now = new Date('2026-01-01T10:10:00Z');
    assert.equal(await queueSymbols(service, tried, now), 1);
    const [job] = await queue.jobs({ limit: 1 });
    const done = await queue.follow(job?.id ?? '', () => {});
    assert.deepEqual([done.request, done.error, done.result?.summaries?.map(({ parsed, changed, pendingVectors }) => [parsed, changed, pendingVectors])], [{ kind: 'symbols', repository: 'project' }, null, [[2, 0, 0]]]);
    const { symbols, vectors, files } = await store.meta.statistics();
    assert.deepEqual([symbols, vectors > 0, files], [2, true, 2]);
    assert.equal(await queueSymbols(service, new Set(), now), 0);
    // A count that is not true any more is made true; what stays as it is nobody makes a habit of.
    const left = (await register(service, dataDir, { name: 'left' }, {}))[0];
    const pend = async (): Promise<void> => void (await store.commit({ repository: left?.repository.id ?? 0, view: { id: left?.view.id ?? 0, pendingSymbols: 1 } }));
    await pend();
    assert.deepEqual([tried.size, await queueSymbols(service, tried, now)], [1, 1]);
    await queue.follow((await queue.jobs({ limit: 1 }))[0]?.id ?? '', () => {});
    assert.deepEqual((await store.meta.views()).map(({ pendingSymbols }) => pendingSymbols), [0, 0]);
    await pend();
    const counted = async (at: string): Promise<number> => queueSymbols(service, tried, new Date(at));
    assert.deepEqual([await counted('2026-01-01T10:59:00Z'), await counted('2026-01-01T11:00:00Z')], [0, 1]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
