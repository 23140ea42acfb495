import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gitFailed } from './git.ts';
import { branches, headOf, listCommit, listFiles, openBlobReader, openLocation, repositoryNameOf } from './mod.ts';
import { commit, git, refused, repository, scratch, told, write } from './testing.ts';


test('a missing path, a file, and a place that is not allowed', async () => {
  const folder = write(scratch(), { 'file.txt': '', 'in/a.ts': '' });
  const other = scratch();
  assert.match(await refused(() => openLocation(join(folder, 'missing'))), /^not_found: The folder .*missing does not exist/);
  assert.match(await refused(() => openLocation(join(folder, 'file.txt'))), /^path_not_allowed: .*file\.txt is a file/);
  assert.match(await refused(() => openLocation('')), /^not_found/);
  assert.match(await refused(() => openLocation(other, { allowedRoots: [folder] })), /^path_not_allowed: .* lies outside/);
  symlinkSync(other, join(folder, 'link'));
  assert.match(await refused(() => openLocation(join(folder, 'link'), { allowedRoots: [folder] })), /^path_not_allowed/);
  for (const elsewhere of ['/etc/passwd', '/nowhere', '/nowhere/at/all']) assert.match(await refused(() => openLocation(elsewhere, { allowedRoots: [folder] })), /^path_not_allowed: .* lies outside/);
  assert.match(await refused(() => openLocation(join(folder, 'none'), { allowedRoots: [folder] })), /^not_found/);
  assert.equal((await openLocation(join(folder, 'in'), { allowedRoots: [folder] })).root, join(folder, 'in'));
  assert.match(await refused(() => openLocation(folder, { allowedRoots: [join(folder, 'in')] })), /^path_not_allowed/);
});

test('a broken repository is named, never read as a plain folder', async () => {
  const bad = repository({ 'a.ts': '' });
  writeFileSync(join(bad, '.git/HEAD'), 'nonsense');
  assert.match(await refused(() => openLocation(bad)), /^unavailable: Git could not read the repository at/);
  const config = repository({ 'a.ts': '' });
  writeFileSync(join(config, '.git/config'), '[core\n');
  assert.match(await refused(() => openLocation(config)), /^unavailable: .*bad config line/);
  const index = repository({ 'a.ts': '' });
  writeFileSync(join(index, '.git/index'), 'DIRC nonsense');
  const location = await openLocation(index);
  assert.match(await refused(() => listFiles(location)), /^unavailable: .*(ls-files|diff-index)/);
  const outer = repository({ 'sub/a.ts': '' });
  write(outer, { 'sub/.git/HEAD': 'nonsense' });
  assert.match(await refused(() => openLocation(join(outer, 'sub'))), /^unavailable: .*no valid repository/);
});

test('an empty .git folder means nothing', async () => {
  const folder = write(scratch(), { 'a.ts': '' });
  mkdirSync(join(folder, '.git'));
  const location = await openLocation(folder);
  assert.deepEqual([location.kind, told(await listFiles(location))], ['folder', ['a.ts']]);
});

test('a bare repository has branches, but no files', async () => {
  const origin = repository({ 'a.ts': '' });
  const bare = join(scratch(), 'bare.git');
  git(origin, 'clone', '-q', '--bare', origin, bare);
  const location = await openLocation(bare);
  assert.deepEqual([location.bare, location.branch, location.top, location.worktree], [true, 'main', null, false]);
  assert.match(await refused(() => listFiles(location)), /^unavailable: .* is a bare repository/);
});

test('the folder of git itself is no place for files', async () => {
  const folder = repository({ 'a.ts': '' });
  assert.match(await refused(() => openLocation(join(folder, '.git/refs'))), /^unavailable/);
});

test('a linked work tree has its own branch and shares the rest', async () => {
  const folder = repository({ 'a.ts': '' });
  const linked = join(scratch(), 'linked');
  git(folder, 'worktree', 'add', '-q', '-b', 'side', linked);
  write(linked, { 'b.ts': '' });
  commit(linked, 'side');
  const location = await openLocation(linked);
  assert.deepEqual([location.worktree, location.branch, location.commonDir], [true, 'side', join(folder, '.git')]);
  assert.equal(location.head, git(linked, 'rev-parse', 'HEAD').trim());
  assert.deepEqual(told(await listFiles(location)), ['a.ts', 'b.ts']);
  assert.equal((await openLocation(folder)).worktree, false);
});

test('the head, without starting git', async () => {
  const folder = repository({ 'a.ts': '' });
  const location = await openLocation(folder);
  const first = location.head;
  assert.deepEqual(headOf(location), { branch: 'main', head: first });
  const second = commit(folder, 'second');
  assert.deepEqual(headOf(location), { branch: 'main', head: second });
  git(folder, 'pack-refs', '--all', '--prune');
  assert.deepEqual(headOf(location), { branch: 'main', head: second });
  git(folder, 'checkout', '-q', '--detach', first as string);
  assert.deepEqual(headOf(location), { branch: null, head: first });
  git(folder, 'checkout', '-q', '-b', 'feature/x');
  assert.deepEqual(headOf(location), { branch: 'feature/x', head: first });
  git(folder, 'checkout', '-q', '--orphan', 'empty');
  assert.deepEqual(headOf(location), { branch: 'empty', head: null });
  assert.deepEqual(headOf(await openLocation(scratch())), { branch: null, head: null });
  // The best of many, since other processes take their turns on a busy machine.
  const times = Array.from({ length: 100 }, () => {
    const started = performance.now();
    headOf(location);
    return performance.now() - started;
  });
  assert.ok(Math.min(...times) < 1);
});

test('nothing that a repository configures is run', async () => {
  const folder = repository({ 'a.ts': 'a\n', 'b.ts': 'b\n', '.gitattributes': '*.ts filter=evil diff=evil\n' });
  const marker = join(scratch(), 'ran');
  const script = write(scratch(), { 'evil.sh': `#!/bin/sh\ntouch '${marker}'\n` });
  const evil = join(script, 'evil.sh');
  write(folder, Object.fromEntries(['post-index-change', 'post-checkout', 'pre-auto-gc', 'reference-transaction', 'fsmonitor-watchman'].map((hook) => [`.git/hooks/${hook}`, `#!/bin/sh\ntouch '${marker}'\n`])));
  appendFileSync(join(folder, '.git/config'), [
    '[core]', `\tfsmonitor = ${evil}`, `\thooksPath = ${join(folder, '.git/hooks')}`, `\tpager = ${evil}`, `\teditor = ${evil}`, `\tsshCommand = ${evil}`, `\tgitProxy = ${evil}`, `\taskPass = ${evil}`,
    '[filter "evil"]', `\tclean = ${evil}`, `\tsmudge = ${evil}`, `\tprocess = ${evil}`, '[diff "evil"]', `\ttextconv = ${evil}`, `\tcommand = ${evil}`, '[diff]', `\texternal = ${evil}`,
    '[credential]', `\thelper = ${evil}`, '[alias]', `\tls-files = !${evil}`, `\trev-parse = !${evil}`, '[remote "origin"]', `\turl = ext::${evil}`, '\tpromisor = true', '\tpartialclonefilter = blob:none',
    '[protocol "ext"]', '\tallow = always', '[extensions]', '\tpartialClone = origin', '',
  ].join('\n'));
  write(folder, { 'a.ts': 'changed\n', 'new.ts': '' });
  // Of a partial clone with a missing object git would ask the origin, whatever that is.
  const oid = git(folder, 'rev-parse', 'HEAD:b.ts').trim();
  rmSync(join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2)));
  rmSync(marker, { force: true });
  const location = await openLocation(folder);
  assert.deepEqual(told(await listFiles(location)), ['.gitattributes', 'a.ts edited', 'b.ts', 'new.ts edited']);
  const reader = openBlobReader(location);
  assert.equal((await reader.read([oid])).size, 0);
  await reader.close();
  await listCommit(location, 'main').catch(() => {});
  await branches(location);
  assert.equal(existsSync(marker), false);
  // The trap is a real one: git as a person runs it walks into it.
  assert.throws(() => git(folder, 'cat-file', '-p', oid));
  assert.equal(existsSync(marker), true);
});

test('the repository of another user is refused with what to do', () => {
  const error = gitFailed('rev-parse', '/srv/x', "fatal: detected dubious ownership in repository at '/srv/x'\nTo add an exception\n");
  assert.deepEqual([error.code, error.message, error.fix], [
    'forbidden', 'Git refuses to read the repository at /srv/x because another user owns it.', "If you trust it, run `git config --global --add safe.directory '/srv/x'` and repeat.",
  ]);
});

test('variables of the caller do not lead git elsewhere', async () => {
  const folder = repository({ 'a.ts': '' });
  const other = repository({ 'other.ts': '' });
  process.env['GIT_DIR'] = join(other, '.git');
  process.env['GIT_WORK_TREE'] = other;
  try {
    assert.deepEqual(told(await listFiles(await openLocation(folder))), ['a.ts']);
  } finally {
    delete process.env['GIT_DIR'];
    delete process.env['GIT_WORK_TREE'];
  }
});

test('names of repositories', () => {
  const names: Record<string, string> = {
    'https://github.com/a/b.git': 'b', 'https://github.com/a/b/': 'b', 'git@host:team/thing.git': 'thing', 'git@host:thing': 'thing', '/home/x/my project': 'my-project',
    '/srv/repo/.git': 'repo', '/': 'repository', 'ssh://git@h:22/x/y.git?z=1': 'y', 'C:/code/app': 'app', '/a/C++': 'C',
  };
  for (const [from, name] of Object.entries(names)) assert.equal(repositoryNameOf(from), name, from);
});
