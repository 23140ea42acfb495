import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIMITS } from '../base/mod.ts';
import { listFiles, openLocation } from './mod.ts';
import { commit, git, listed, repository, scratch, told, write } from './testing.ts';

/** Lets the clock pass the last write of the index, so that nothing is "racy". */
async function settle(folder: string): Promise<void> {
  const past = Date.now() / 1000 - 60;
  for (const path of git(folder, 'ls-files', '-z').split('\0')) if (path !== '' && existsSync(join(folder, path))) utimesSync(join(folder, path), past, past);
  git(folder, 'update-index', '-q', '--refresh');
}

test('tracked, edited, staged, deleted, untracked and ignored files', async () => {
  const folder = repository({ '.gitignore': '*.log\n', 'a.ts': 'a\n', 'b.ts': 'b\n', 'c.ts': 'c\n', 'gone.ts': 'g\n', 'dir/d.ts': 'd\n' });
  await settle(folder);
  writeFileSync(join(folder, 'b.ts'), 'other\n');
  writeFileSync(join(folder, 'c.ts'), 'staged\n');
  git(folder, 'add', 'c.ts');
  rmSync(join(folder, 'gone.ts'));
  write(folder, { 'new.ts': 'n\n', 'x.log': 'ignored\n', 'dir/new folder/e.ts': 'e\n' });
  assert.deepEqual(await listed(folder), ['.gitignore', 'a.ts', 'b.ts edited', 'c.ts edited', 'dir/d.ts', 'dir/new folder/e.ts edited', 'new.ts edited']);
  const files = new Map((await listFiles(await openLocation(folder))).map((file) => [file.path, file]));
  assert.equal(files.get('a.ts')?.oid, git(folder, 'rev-parse', 'HEAD:a.ts').trim());
  assert.equal(files.get('b.ts')?.oid, null);
  assert.equal(files.get('b.ts')?.committedOid, git(folder, 'rev-parse', 'HEAD:b.ts').trim());
  assert.equal(files.get('c.ts')?.committedOid, git(folder, 'rev-parse', 'HEAD:c.ts').trim());
  assert.equal(files.get('new.ts')?.committedOid, null);
});

test('a folder inside a repository is that folder alone', async () => {
  const folder = repository({ '.gitignore': 'secret\n', 'top.ts': '', 'sub/a.ts': '', 'sub/deep/b.ts': '', 'sub/.gitignore': '/x\n' });
  write(folder, { 'sub/secret': '', 'sub/x': '', 'sub/y': '' });
  assert.deepEqual(await listed(join(folder, 'sub')), ['.gitignore', 'a.ts', 'deep/b.ts', 'y edited']);
  const location = await openLocation(join(folder, 'sub'));
  assert.deepEqual([location.top, location.prefix, location.root], [folder, 'sub/', join(folder, 'sub')]);
});

test('a file changed in the instant of the index is not taken for its blob', async () => {
  const folder = repository({ 'a.ts': 'one\n' });
  await settle(folder);
  const past = Date.now() / 1000 - 30;
  utimesSync(join(folder, '.git/index'), past - 60, past - 60);
  const [file] = await listFiles(await openLocation(folder));
  assert.deepEqual([file?.oid, file?.edited], [null, false]);
});

test('what may be edited settles by comparing with the committed blob', async () => {
  const folder = repository({ 'a.ts': 'one\n' });
  utimesSync(join(folder, 'a.ts'), 1, 1);
  const [file] = await listFiles(await openLocation(folder));
  assert.deepEqual([file?.oid, file?.edited, file?.committedOid], [null, true, git(folder, 'hash-object', 'a.ts').trim()]);
});

test('submodules, repositories inside, and files that a sparse checkout leaves out', async () => {
  const inner = repository({ 'i.ts': '' });
  const folder = repository({ 'a/one.ts': '', 'b/two.ts': '' });
  git(folder, 'submodule', '-q', 'add', inner, 'mod');
  commit(folder, 'with submodule');
  git(folder, 'init', '-q', 'nested');
  write(folder, { 'nested/n.ts': '' });
  commit(join(folder, 'nested'), 'nested');
  assert.deepEqual(await listed(folder), ['.gitmodules', 'a/one.ts', 'b/two.ts', 'mod submodule', 'nested submodule']);
  rmSync(join(folder, 'nested'), { recursive: true });
  git(folder, 'sparse-checkout', 'set', 'a');
  assert.deepEqual(await listed(folder), ['.gitmodules', 'a/one.ts', 'b/two.ts not_present', 'mod submodule']);
  git(folder, 'sparse-checkout', 'set', '--sparse-index', 'a');
  assert.deepEqual(await listed(folder), ['.gitmodules', 'a/one.ts', 'b/two.ts not_present', 'mod submodule']);
  const module = await openLocation(join(folder, 'mod'));
  assert.deepEqual([module.worktree, told(await listFiles(module))], [false, ['i.ts']]);
});

test('a repository of the newer hash', async () => {
  const folder = repository({ 'a.ts': 'x' }, '--object-format=sha256');
  await settle(folder);
  const location = await openLocation(folder);
  const [file] = await listFiles(location);
  assert.equal(location.objectFormat, 'sha256');
  assert.match(location.head ?? '', /^[0-9a-f]{64}$/);
  assert.equal(file?.oid, git(folder, 'rev-parse', 'HEAD:a.ts').trim());
});

test('a repository without commits', async () => {
  const folder = repository({});
  assert.deepEqual(await listed(folder), []);
  write(folder, { 'a.ts': '', 'b.ts': '' });
  git(folder, 'add', 'a.ts');
  assert.deepEqual(await listed(folder), ['a.ts edited', 'b.ts edited']);
  const location = await openLocation(folder);
  assert.deepEqual([location.branch, location.head], ['main', null]);
});

test('a conflict is one file', async () => {
  const folder = repository({ 'a.ts': 'base\n' });
  git(folder, 'checkout', '-q', '-b', 'side');
  write(folder, { 'a.ts': 'side\n' });
  commit(folder, 'side');
  git(folder, 'checkout', '-q', 'main');
  write(folder, { 'a.ts': 'main\n' });
  commit(folder, 'main');
  assert.throws(() => git(folder, 'merge', '-q', 'side'));
  assert.deepEqual(await listed(folder), ['a.ts edited']);
});

test('strange names come through, and undecodable bytes are shown', async () => {
  const folder = repository({ '-rf': '', 'new\nline.ts': '', '"quoted".ts': '', 'tab\t.ts': '', 'é/ü.ts': '', '\u{1f600}.ts': '', ':(glob)x': '', 'a*b': '' });
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff, 0x2e]), Buffer.from('ts')]), 'x');
  const expected = ['"quoted".ts', '-rf', ':(glob)x', 'a*b', 'bad%FF.ts', 'new\nline.ts', 'tab\t.ts', 'é/ü.ts', '\u{1f600}.ts'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const location = await openLocation(folder);
  const files = await listFiles(location);
  assert.deepEqual(files.map((file) => file.path), expected);
  const bad = files.find((file) => file.rawPath !== null);
  assert.deepEqual([bad?.path, bad?.rawPath?.toString('latin1')], ['bad%FF.ts', 'bad\xff.ts']);
  assert.deepEqual((await listFiles(location, { only: [':(glob)x', 'bad%FF.ts', '-rf'] })).map((file) => file.path), ['-rf', ':(glob)x', 'bad%FF.ts']);
  commit(folder, 'strange');
  rmSync(join(folder, '.git'), { recursive: true });
  assert.deepEqual((await listFiles(await openLocation(folder))).map((file) => file.path), expected);
});

test('files that git converts are never known by their blob', async () => {
  const folder = repository({ '.gitattributes': '*.bat text eol=crlf\nbig/* filter=lfs\n', 'a.bat': 'x\n', 'b.ts': 'y\n', 'big/c': 'z\n' });
  await settle(folder);
  const known = async (): Promise<string[]> => (await listFiles(await openLocation(folder))).filter((file) => file.oid !== null).map((file) => file.path);
  assert.deepEqual(await known(), ['.gitattributes', 'b.ts']);
  git(folder, 'config', 'core.autocrlf', 'true');
  await settle(folder);
  assert.deepEqual(await known(), []);
});

test('links are named with where they lead, and never followed', async () => {
  const outside = write(scratch(), { 'secret.txt': 'secret', 'folder/s.txt': 'secret' });
  for (const folder of [repository({ 'a.ts': '', 'dir/b.ts': '' }), write(scratch(), { 'a.ts': '', 'dir/b.ts': '' })]) {
    symlinkSync('a.ts', join(folder, 'inside'));
    symlinkSync('dir', join(folder, 'inside-dir'));
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'outside'));
    symlinkSync(join(outside, 'folder'), join(folder, 'outside-dir'));
    symlinkSync('nowhere', join(folder, 'broken'));
    symlinkSync('loop', join(folder, 'loop'));
    const names = (await listed(folder)).map((line) => line.replace(' edited', ''));
    assert.deepEqual(names, ['a.ts', 'broken not_present', 'dir/b.ts', 'inside symlink', 'inside-dir symlink', 'loop not_present', 'outside symlink_outside', 'outside-dir symlink_outside']);
  }
});

test('a tracked folder that became a link is not entered', async () => {
  const outside = write(scratch(), { 'b.ts': 'secret' });
  const folder = repository({ 'a.ts': '', 'dir/b.ts': '' });
  renameSync(join(folder, 'dir'), join(folder, 'moved'));
  symlinkSync(outside, join(folder, 'dir'));
  assert.deepEqual(await listed(folder), ['a.ts', 'dir symlink_outside edited', 'moved/b.ts edited']);
});

test('too large and unreadable files are named', async () => {
  const folder = repository({ 'a.ts': '', 'shut.ts': 'x' });
  writeFileSync(join(folder, 'big.bin'), Buffer.alloc(LIMITS.fileBytes + 1));
  chmodSync(join(folder, 'shut.ts'), 0);
  // An administrator can read everything.
  const shut = process.getuid?.() === 0 ? 'shut.ts edited' : 'shut.ts unreadable edited';
  assert.deepEqual((await listed(folder)).filter((line) => !line.startsWith('shut')), ['a.ts', 'big.bin too_large edited']);
  assert.equal((await listed(folder)).find((line) => line.startsWith('shut'))?.split(' ')[0], shut.split(' ')[0]);
});

test('.codeindexignore in a repository', async () => {
  const folder = repository({
    '.gitignore': 'gen/\n*.min.js\n', '.codeindexignore': '/fixtures/\n!/gen/api/\n', 'fixtures/f.json': '', 'src/a.ts': '',
  });
  write(folder, { 'gen/api/x.ts': '', 'gen/other/y.ts': '', 'src/b.min.js': '', 'fixtures/new.json': '' });
  mkdirSync(join(folder, 'gen/api/.git'));
  assert.deepEqual(await listed(folder), ['.codeindexignore', '.gitignore', 'fixtures/f.json excluded', 'fixtures/new.json excluded edited', 'src/a.ts']);
  rmSync(join(folder, 'gen/api/.git'), { recursive: true });
  assert.deepEqual(await listed(folder), ['.codeindexignore', '.gitignore', 'fixtures/f.json excluded', 'fixtures/new.json excluded edited', 'gen/api/x.ts edited forced', 'src/a.ts']);
  assert.deepEqual(await listed(folder, { only: ['gen/api/x.ts', 'gen/other/y.ts'] }), ['gen/api/x.ts edited forced']);
});

test('git lists what we list', async () => {
  const folder = repository({ '.gitignore': 'out\n*.tmp\n!keep.tmp\n', 'lib/.gitignore': '*\n!*.c\n', 'lib/a.c': '', 'lib/b.h': '', 'keep.tmp': '', 'x.tmp': '', 'out/o': '' });
  write(folder, { 'lib/new.c': '', 'lib/new.h': '', 'sub/out/x': '', 'sub/y.tmp': '' });
  const oracle = git(folder, 'ls-files', '-z', '-c', '-o', '--exclude-standard').split('\0').filter((path) => path !== '').sort();
  assert.deepEqual((await listFiles(await openLocation(folder))).map((file) => file.path).sort(), oracle);
});
