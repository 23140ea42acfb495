import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIMITS } from '../base/mod.ts';
import { branches, checkFresh, listCommit, listFiles, openBlobReader, openLocation, readFileInside, resolveBranch } from './mod.ts';
import { commit, git, refused, repository, scratch, told, write } from './testing.ts';

test('files of a branch that is not checked out', async () => {
  const folder = repository({ 'a.ts': 'a\n', 'sub/b.ts': 'b\n', '.codeindexignore': 'data/\n' });
  git(folder, 'checkout', '-q', '-b', 'side');
  write(folder, { 'data/d': '', 'sub/c.ts': 'c\n', 'new\nline': '' });
  symlinkSync('a.ts', join(folder, 'link'));
  const side = commit(folder, 'side');
  git(folder, 'checkout', '-q', 'main');
  const location = await openLocation(folder);
  const files = await listCommit(location, 'side');
  assert.deepEqual(told(files), ['.codeindexignore', 'a.ts', 'data/d excluded', 'link symlink', 'new\\nline', 'sub/b.ts', 'sub/c.ts']);
  assert.deepEqual(files.find((file) => file.path === 'a.ts'), {
    path: 'a.ts', rawPath: null, size: 2, mtimeMs: 0, oid: git(folder, 'rev-parse', 'side:a.ts').trim(), committedOid: git(folder, 'rev-parse', 'side:a.ts').trim(), edited: false, skipped: null, forced: false,
  });
  assert.deepEqual(told(await listCommit(await openLocation(join(folder, 'sub')), side)), ['b.ts', 'c.ts']);
  assert.deepEqual((await branches(location)).map((one) => one.name), ['main', 'side']);
});

test('a branch is found by its name, of origin too; others are refused with what there is', async () => {
  const origin = repository({ 'a.ts': '' });
  git(origin, 'branch', 'feature/one');
  git(origin, 'tag', 'v1');
  const folder = join(scratch(), 'clone');
  git(origin, 'clone', '-q', origin, folder);
  const location = await openLocation(folder);
  const head = location.head as string;
  for (const name of ['main', 'feature/one', 'v1', 'origin/feature/one', head, head.slice(0, 10)]) assert.equal(await resolveBranch(location, name), head, name);
  assert.deepEqual((await branches(location)).map((one) => [one.name, one.remote]), [['main', false], ['feature/one', true]]);
  for (const name of ['nothing', '--all', '', 'main~1', 'main:a.ts', '../x', '@{-1}', '-x']) assert.match(await refused(() => resolveBranch(location, name)), /^not_found: .* no branch named/, name);
  assert.match(await refused(() => listCommit(location, '1'.repeat(40))), /^not_found: .* does not hold the commit/);
  const folderLocation = await openLocation(scratch());
  assert.match(await refused(() => resolveBranch(folderLocation, 'main')), /^invalid_query/);
});

test('blobs come through one process, in any order, with what is missing absent', async () => {
  const texts = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, `${'line\n'.repeat(i * 20)}${i}`]));
  const folder = repository({ ...texts, empty: '', 'nul': 'a\0b\n\n' });
  writeFileSync(join(folder, 'big'), Buffer.alloc(LIMITS.fileBytes + 1, 'x'));
  commit(folder, 'big');
  const location = await openLocation(folder);
  const files = await listCommit(location, 'main');
  assert.equal(files.find((file) => file.path === 'big')?.skipped, 'too_large');
  const big = git(folder, 'rev-parse', 'HEAD:big').trim();
  await using reader = openBlobReader(location);
  const oids = files.map((file) => file.oid).filter((oid) => oid !== null);
  const [all, some, none] = await Promise.all([reader.read([...oids.toReversed(), big, '1'.repeat(40)]), reader.read([big, oids[0] as string]), reader.read([])]);
  assert.deepEqual([all.size, some.size, none.size], [new Set(oids).size, 1, 0]);
  for (const file of files) {
    if (file.oid !== null) assert.deepEqual(Buffer.from(all.get(file.oid) as Uint8Array).toString(), file.path === 'empty' ? '' : file.path === 'nul' ? 'a\0b\n\n' : texts[file.path]);
  }
  await assert.rejects(() => reader.read(['--help']));
  await reader.close();
  await assert.rejects(() => reader.read([oids[0] as string]));
});

test('files are read inside the root alone', async () => {
  const outside = write(scratch(), { 'secret.txt': 'secret' });
  const folder = write(scratch(), { 'a.ts': 'text', 'dir/é.ts': 'deep' });
  symlinkSync(join(outside, 'secret.txt'), join(folder, 'link'));
  symlinkSync(outside, join(folder, 'out'));
  symlinkSync('dir', join(folder, 'in'));
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), 'bytes');
  mkdirSync(join(folder, 'empty'));
  const location = await openLocation(folder);
  const read = (path: string | Buffer): string => readFileInside(location, path).toString();
  assert.deepEqual([read('a.ts'), read('dir/é.ts'), read('in/é.ts'), read(Buffer.from([0xff]))], ['text', 'deep', 'deep', 'bytes']);
  for (const path of ['link', 'out/secret.txt', '../x', 'dir/../../x', '/etc/passwd', 'dir', 'a\0b', '']) assert.match(await refused(() => read(path)), /^path_not_allowed/, path);
  for (const path of ['none.ts', 'none/x.ts', 'a.ts/x']) assert.match(await refused(() => read(path)), /^not_found/, path);
});

test('fresh is what has the size and time that it had', async () => {
  const folder = write(scratch(), { 'a.ts': 'one', 'b.ts': 'two', 'c.ts': 'x' });
  const files = await listFiles(await openLocation(folder));
  writeFileSync(join(folder, 'b.ts'), 'three');
  utimesSync(join(folder, 'c.ts'), 5, 5);
  assert.deepEqual(checkFresh(folder, [...files, { path: 'gone', size: 0, mtimeMs: 0 }]), [true, false, false, false]);
});
