import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { firstComplaint } from './git.ts';
import { branches, cloneRepository, isRepositoryUrl, listCommit, openLocation, updateClone, withoutCredentials, type Transport } from './mod.ts';
import { commit, git, refused, repository, scratch, told, write } from './testing.ts';
import { transportOf } from './urls.ts';

const FILE: { allow: readonly Transport[] } = { allow: ['file'] };

test('what is a URL, and which of them may be cloned', async () => {
  for (const url of ['https://h/x', 'ssh://h/x', 'git@h:x/y.git', 'host:x', 'file:///x', 'ext::sh -c x', 'http://h/x', 'git://h/x']) assert.equal(isRepositoryUrl(url), true, url);
  for (const path of ['/x/y', './x', 'x', 'C:\\x', '../a:b', 'a/b:c', '']) assert.equal(isRepositoryUrl(path), false, path);
  assert.deepEqual(['https://h/x', 'git@h:x', 'ssh://h/x'].map((url) => transportOf(url, ['https', 'ssh'])), ['https', 'ssh', 'ssh']);
  for (const url of ['http://h/x', 'git://h/x', 'file:///x', 'ext::sh -c touch% x', 'ext::x', 'fd::17', 'ftp://h/x', '/local/path']) {
    assert.match(await refused(() => transportOf(url, ['https', 'ssh'])), /^(path_not_allowed|invalid_query)/, url);
  }
  for (const url of ['--upload-pack=x', 'https://-x/y', 'ssh://-oProxyCommand=x/y', 'git@-x:y', 'ssh://u@-x/y', 'https://h/a b', 'https://', '']) assert.match(await refused(() => transportOf(url, ['https', 'ssh'])), /^(invalid_query|path_not_allowed)/, url);
  assert.equal(withoutCredentials("fatal: 'https://me:secret@h/x?token=abc&y=1'"), "fatal: 'https://h/x?token=***&y=1'");
});

test('a clone holds the tips of all branches, follows its origin, and is found again', async () => {
  const origin = repository({ 'a.ts': 'a\n', '.gitattributes': '*.ts filter=x\n' });
  commit(origin, 'second');
  git(origin, 'branch', 'side');
  const url = pathToFileURL(origin).href;
  const into = join(scratch(), 'data', 'repositories');
  const told_: string[] = [];
  const root = await cloneRepository(url, { ...FILE, into, name: 'mine', onProgress: (text) => told_.push(text) });
  assert.deepEqual([root, readdirSync(into)], [join(into, 'mine'), ['mine']]);
  assert.ok(told_.length > 0);
  const location = await openLocation(root);
  assert.deepEqual([location.bare, location.branch], [true, 'main']);
  assert.deepEqual(told(await listCommit(location, 'side')), ['.gitattributes', 'a.ts']);
  assert.equal(git(root, 'rev-list', '--count', 'main').trim(), '1');
  write(origin, { 'b.ts': '' });
  commit(origin, 'third');
  git(origin, 'branch', '-D', 'side');
  await updateClone(root, FILE);
  assert.deepEqual(told(await listCommit(location, 'main')), ['.gitattributes', 'a.ts', 'b.ts']);
  assert.deepEqual((await branches(location)).map((one) => one.name), ['main']);
  git(origin, 'branch', '-m', 'main', 'trunk');
  assert.equal(await cloneRepository(url, { ...FILE, into, name: 'mine' }), root);
  assert.equal((await openLocation(root)).branch, 'trunk');
  const other = pathToFileURL(repository({ 'x.ts': '' })).href;
  assert.equal(await cloneRepository(other, { ...FILE, into, name: 'mine' }), join(into, 'mine-2'));
});

test('an origin without commits', async () => {
  const into = scratch();
  const root = await cloneRepository(pathToFileURL(repository({})).href, { ...FILE, into });
  assert.equal((await openLocation(root)).head, null);
});

test('refused and failed clones leave nothing behind', async () => {
  const into = scratch();
  const marker = join(scratch(), 'ran');
  const origin = pathToFileURL(repository({ 'a.ts': '' })).href;
  assert.match(await refused(() => cloneRepository(origin, { into })), /^path_not_allowed: .* uses file/);
  assert.match(await refused(() => cloneRepository(`ext::sh -c touch% ${marker}`, { into, allow: ['https', 'ssh', 'file'] })), /^(path_not_allowed|invalid_query)/);
  assert.match(await refused(() => cloneRepository(`ext::touch${'\t'}${marker}`, { into, ...FILE })), /^(path_not_allowed|invalid_query)/);
  assert.match(await refused(() => cloneRepository(`${origin}-missing`, { into, ...FILE })), /^not_found: No repository was found/);
  assert.match(await refused(() => cloneRepository(origin, { into, ...FILE, branch: 'none' })), /^not_found/);
  await assert.rejects(() => cloneRepository(origin, { into, ...FILE, signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.deepEqual([readdirSync(into), existsSync(marker)], [[], false]);
  mkdirSync(join(into, '.999999999.1.partial'));
  await refused(() => cloneRepository(`${origin}-missing`, { into, ...FILE }));
  assert.deepEqual(readdirSync(into), []);
});

test('a submodule with a hostile URL is not fetched, and no foreign repository is written', async () => {
  const marker = join(scratch(), 'ran');
  const origin = repository({ 'a.ts': '', '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% ${marker}\n` });
  git(origin, 'update-index', '--add', '--cacheinfo', `160000,${git(origin, 'rev-parse', 'HEAD').trim()},x`);
  git(origin, 'commit', '-q', '-m', 'submodule');
  const root = await cloneRepository(pathToFileURL(origin).href, { ...FILE, into: scratch() });
  assert.deepEqual(told(await listCommit(await openLocation(root), 'main')), ['.gitmodules', 'a.ts', 'x submodule']);
  assert.equal(existsSync(marker), false);
  assert.match(await refused(() => updateClone(origin, FILE)), /^conflict: .* no clone that this program made/);
});

test('what the server of a stranger says moves no cursor and fills no screen', () => {
  assert.equal(firstComplaint('remote: \u001b[2J\u001b]0;owned\u0007hello\u009b31m'), 'remote:  [2J ]0;owned hello 31m');
  assert.equal(firstComplaint(`fatal: ${'x'.repeat(10_000)}`).length, 300);
});
