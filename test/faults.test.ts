/** What goes wrong on real machines: the disk is full, two processes write at once, somebody reads while one writes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { McpSession } from '../bench/product.ts';
import { LAUNCHER, digest, finished, generateRepository, run, scratch, start, type Ran } from './whole.ts';

/** The same with every file of the process limited in size: a write past it fails as on a full disk. */
function runLimited(kilobytes: number, args: readonly string[], dataDir: string, cwd: string): Promise<Ran> {
  const script = 'trap "" XFSZ; ulimit -f "$0"; exec "$@"';
  return finished(spawn('sh', ['-c', script, String(kilobytes * 2), LAUNCHER, ...args, '--data-dir', dataDir], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
}

test('index: a full disk is one sentence, loses nothing that was indexed, and the next run completes', async () => {
  using folder = scratch('full');
  const repository = join(folder.path, 'repository');
  const dataDir = join(folder.path, 'data');
  generateRepository(repository, 40);
  const index = ['index', repository, '--name', 'full', '--json'];
  assert.equal((await run(index, dataDir, folder.path)).code, 0);
  const before = await digest(dataDir, folder.path, 'full');

  generateRepository(repository, 240, 1_000);
  const failed = await runLimited(150, index, dataDir, folder.path);
  assert.ok([1, 4].includes(failed.code ?? -1), `ended with ${failed.code}: ${failed.stdout}${failed.stderr}`);
  const said = `${failed.stdout}${failed.stderr}`;
  assert.match(said, /disk|space|full|written|write/i);
  assert.doesNotMatch(said, /\n\s+at .*:\d+:\d+/, 'a sentence, not a stack');

  const read = await run(['search', '"What helper3 does"', '--mode', 'text', '--repo', 'full', '--json'], dataDir, folder.path);
  assert.equal(read.code, 0, read.stderr);
  assert.equal((JSON.parse(read.stdout) as { total: { value: number } }).total.value, 1);

  assert.equal((await run(index, dataDir, folder.path)).code, 0);
  const other = join(folder.path, 'other');
  assert.equal((await run(index, other, folder.path)).code, 0);
  const after = await digest(dataDir, folder.path, 'full');
  assert.equal(after, await digest(other, folder.path, 'full'), 'the completed index answers as a new one');
  assert.notEqual(after, before);
});

test('index: two processes at once both succeed, and the answers are those of one', async () => {
  using folder = scratch('two');
  const repository = join(folder.path, 'repository');
  generateRepository(repository, 120);
  const index = ['index', repository, '--name', 'two', '--json'];
  const dataDir = join(folder.path, 'data');
  const both = await Promise.all([run(index, dataDir, folder.path), run(index, dataDir, folder.path)]);
  for (const one of both) assert.equal(one.code, 0, `${one.stdout}${one.stderr}`);
  const alone = join(folder.path, 'alone');
  assert.equal((await run(index, alone, folder.path)).code, 0);
  assert.equal(await digest(dataDir, folder.path, 'two'), await digest(alone, folder.path, 'two'));
});

test('search: a session that reads while another process writes is answered every time, never with less than before', async () => {
  using folder = scratch('reader');
  const repository = join(folder.path, 'repository');
  generateRepository(repository, 40);
  const dataDir = join(folder.path, 'data');
  const index = ['index', repository, '--name', 'read', '--json'];
  assert.equal((await run(index, dataDir, folder.path)).code, 0);
  const session = new McpSession(dataDir, folder.path);
  const totals: number[] = [];
  try {
    await session.initialize();
    generateRepository(repository, 300, 1_000);
    const writer = start(index, dataDir, folder.path);
    const ended = finished(writer);
    const total = async (): Promise<number> => (await session.call('search_code', { query: '"mixing step"', mode: 'text', repository: 'read', all: true, limit: 1 })).total.value;
    while (writer.exitCode === null) totals.push(await total());
    assert.equal((await ended).code, 0);
    totals.push(await total());
  } finally {
    await session.close();
  }
  assert.deepEqual(totals, totals.toSorted((a, b) => a - b));
  assert.ok((totals.at(-1) ?? 0) > (totals[0] ?? 0), `${totals.length} answers, from ${totals[0]} to ${totals.at(-1)}`);
});
