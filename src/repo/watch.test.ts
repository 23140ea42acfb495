import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLocation, watchFiles, type Batch } from './mod.ts';
import { commit, git, repository, scratch, write } from './testing.ts';

/** Watches a folder; `after` does something and gives what was seen of it, `all` or paths. */
async function watched(folder: string): Promise<{ after(action: () => void, until: (seen: Set<string>) => boolean): Promise<number>; notices: string[] } & AsyncDisposable> {
  let seen = new Set<string>();
  let check: () => void = () => {};
  const notices: string[] = [];
  const watcher = await watchFiles(await openLocation(folder), (batch: Batch) => {
    for (const path of batch.paths === 'all' ? ['*all*'] : batch.paths) seen.add(path);
    check();
  }, { onNotice: (text) => notices.push(text) });
  return {
    notices,
    async after(action, until): Promise<number> {
      seen = new Set();
      const started = performance.now();
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`seen only ${[...seen].join(', ')}`)), 30_000);
        check = () => {
          if (!until(seen)) return;
          clearTimeout(timer);
          resolve();
        };
        action();
      });
      return performance.now() - started;
    },
    [Symbol.asyncDispose]: () => watcher[Symbol.asyncDispose](),
  };
}

test('a saved, created, renamed and deleted file is seen soon', async () => {
  const folder = repository({ 'a.ts': '', 'dir/b.ts': '', '.gitignore': 'node_modules/\n' });
  write(folder, { 'node_modules/x/y.js': '' });
  await using watcher = await watched(folder);
  assert.deepEqual(watcher.notices, []);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await watcher.after(() => writeFileSync(join(folder, 'a.ts'), `text ${i}`), (seen) => seen.has('a.ts')));
  assert.ok(Math.min(...times) < 1_000, `took ${times.join(', ')} ms`);
  await watcher.after(() => write(folder, { 'dir/new.ts': '' }), (seen) => seen.has('dir/new.ts'));
  await watcher.after(() => renameSync(join(folder, 'dir/new.ts'), join(folder, 'dir/é.ts')), (seen) => seen.has('dir/new.ts') && seen.has('dir/é.ts'));
  await watcher.after(() => rmSync(join(folder, 'dir/é.ts')), (seen) => seen.has('dir/é.ts') && !seen.has('*all*'));
});

test('folders that come and go, and ignore files, ask for a whole comparison', async () => {
  const folder = repository({ 'a.ts': '', 'dir/b.ts': '' });
  const elsewhere = write(scratch(), { 'moved/in/c.ts': '' });
  await using watcher = await watched(folder);
  const all = (seen: Set<string>): boolean => seen.has('*all*');
  await watcher.after(() => renameSync(join(elsewhere, 'moved'), join(folder, 'moved')), all);
  await watcher.after(() => renameSync(join(folder, 'dir'), join(elsewhere, 'dir')), all);
  await watcher.after(() => writeFileSync(join(folder, '.gitignore'), 'x\n'), all);
  mkdirSync(join(folder, 'fresh'));
});

test('commits and switched branches are seen', async () => {
  const folder = repository({ 'a.ts': '' });
  git(folder, 'branch', 'side');
  await using watcher = await watched(folder);
  const all = (seen: Set<string>): boolean => seen.has('*all*');
  await watcher.after(() => git(folder, 'checkout', '-q', 'side'), all);
  await watcher.after(() => commit(folder, 'next'), all);
});

test('what changes while a batch is worked on comes in the next one', async () => {
  const folder = write(scratch(), { 'a.ts': '', 'b.ts': '' });
  const batches: (readonly string[] | 'all')[] = [];
  let release: () => void = () => {};
  const first = new Promise<void>((resolve) => (release = resolve));
  await using _watcher = await watchFiles(await openLocation(folder), (batch) => {
    batches.push(batch.paths);
    return batches.length === 1 ? first : undefined;
  });
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(condition(), JSON.stringify(batches));
  };
  writeFileSync(join(folder, 'a.ts'), '1');
  await until(() => batches.length === 1);
  writeFileSync(join(folder, 'b.ts'), '2');
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.deepEqual(batches, [['a.ts']]);
  release();
  await until(() => batches.length === 2);
  assert.ok(batches[1]?.includes('b.ts'));
});
