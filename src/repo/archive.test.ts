import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tarOf, zipOf, type Item, type ZipItem } from '../../test/archives.ts';
import { unpackArchive } from './mod.ts';
import { refused, repository, scratch } from './testing.ts';

const MOST = 50_000_000;

/** Unpacks the bytes over what an earlier upload left; gives all files with their texts, or the refusal and what is left. */
async function check(bytes: Buffer, mostBytes: number = MOST): Promise<string> {
  const folder = scratch();
  const into = join(folder, 'into');
  const root = join(into, 'mine');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'old.txt'), 'old');
  const file = join(folder, 'upload');
  writeFileSync(file, bytes);
  let said = '';
  try {
    const { files, leftOut } = await unpackArchive(file, { root, into, mostBytes });
    said = `${files} files${leftOut === 0 ? '' : `, ${leftOut} left out`}: `;
  } catch (error) {
    said = `${await refused(() => Promise.reject(error as Error))} | `;
  }
  assert.deepEqual([readdirSync(into), readdirSync(folder).sort()], [['mine'], ['into', 'upload']]);
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(root.length + 1)).sort();
  return said + names.map((name) => `${name}=${readFileSync(join(root, name), 'utf8').slice(0, 20)}`).join(' ');
}

const tar = (...items: Item[]): Promise<string> => check(tarOf(items));
const zip = (...items: ZipItem[]): Promise<string> => check(zipOf(items));
const GOOD = { name: 'a.ts', text: 'one' };
const LEFT = '| old.txt=old';

test('tarballs and zip files are unpacked, and replace what was there', async () => {
  const items = [GOOD, { name: 'dir/', type: '5', mode: 0o040755 }, { name: './dir/b.ts', text: 'two' }, { name: 'deep/er/é.ts', text: 'three' }];
  const wanted = '3 files: a.ts=one deep/er/é.ts=three dir/b.ts=two';
  assert.equal(await tar(...items), wanted);
  assert.equal(await check(gzipSync(tarOf(items))), wanted);
  assert.equal(await zip(...items.map((one) => ({ ...one, name: one.name.replace('./', '') }))), wanted);
});

test('what git and tar themselves make is unpacked, the one folder around everything left away', async () => {
  const origin = repository({ 'x.ts': 'x', 'lib/y.ts': 'y', [`${'long/'.repeat(30)}z.ts`]: 'z' });
  const git = (...args: string[]): Buffer => execFileSync('git', args, { cwd: origin });
  const wanted = /^3 files: lib\/y\.ts=y (long\/){30}z\.ts=z x\.ts=x$/;
  assert.match(await check(git('archive', '--format=tar.gz', '--prefix=project-1.0/', 'HEAD')), wanted);
  assert.match(await check(git('archive', '--format=zip', '--prefix=project-1.0/', 'HEAD')), wanted);
  // A folder as it lies there, its .git with it.
  assert.match(await check(execFileSync('tar', ['-cz', '.'], { cwd: origin })), /^3 files, \d+ left out: lib\/y\.ts=y .* x\.ts=x$/);
});

test('links inside are left out, links outside refused', async () => {
  assert.equal(await tar(GOOD, { name: 'd/l', type: '2', target: '../a.ts' }, { name: 'h', type: '1', target: 'a.ts' }), '1 files, 2 left out: a.ts=one');
  assert.equal(await zip(GOOD, { name: 'd/l', text: '../a.ts', mode: 0o120777 }), '1 files, 1 left out: a.ts=one');
  for (const target of ['/etc/passwd', '../../x', 'd/../../../x', 'C:\\x', '..\\x']) {
    assert.match(await tar(GOOD, { name: 'd/l', type: '2', target }), /^path_not_allowed: .* link .* \| old\.txt=old$/, target);
    assert.match(await zip(GOOD, { name: 'd/l', text: target, mode: 0o120777 }), /^path_not_allowed: .* link .* \| old\.txt=old$/, target);
  }
  assert.match(await tar(GOOD, { name: 'h', type: '1', target: '../x' }), /^path_not_allowed: .* link/);
  // Written through, were the link made.
  assert.match(await tar({ name: 'l', type: '2', target: '/tmp' }, { name: 'l/x', text: 'x' }), /^path_not_allowed/);
  assert.equal(await tar({ name: 'l', type: '2', target: 'd' }, { name: 'l/x', text: 'x' }), '1 files, 1 left out: l/x=x'.replace('l/x=x', 'x=x'));
});

test('paths that lead out, devices, and paths that come twice are refused', async () => {
  for (const name of ['../x', 'a/../../x', '/x', 'C:x', 'C:/x', '..', 'a/..\u200d/x', '\uff0e\uff0e/x', 'a/.. /x', 'a\nb']) {
    assert.match(await tar(GOOD, { name, text: 'bad' }), /^path_not_allowed: .* \| old\.txt=old$/, name);
    assert.match(await zip(GOOD, { name, text: 'bad' }), /^path_not_allowed: .* \| old\.txt=old$/, name);
  }
  assert.match(await zip(GOOD, { name: '..\\x', text: 'bad' }), /^path_not_allowed/);
  for (const type of ['3', '4', '6']) assert.match(await tar(GOOD, { name: 'dev', type }), /^path_not_allowed: .* a device or a pipe\. \| old/);
  assert.match(await zip(GOOD, { name: 'dev', mode: 0o020666 }), /^path_not_allowed: .* a device or a pipe/);
  assert.match(await zip(GOOD, { name: 's', text: 'x', encrypted: true }), /^path_not_allowed: .* encrypted/);
  for (const name of ['a.ts', './a.ts', 'a.ts/b', 'x/../a.ts'.replace('x/../', './/')]) {
    assert.match(await tar(GOOD, { name, text: 'two' }), /^path_not_allowed: .* twice/, name);
  }
  assert.match(await zip(GOOD, { name: 'a.ts', text: 'two' }), /^path_not_allowed: .* twice/);
  assert.match(await tar({ name: 'x'.repeat(99) + '/', type: '5' }, GOOD, { name: `${'d/'.repeat(49)}x`, text: 'ok' }), /^2 files/);
});

test('folders of git are left out, and the inside of a repository is no upload', async () => {
  assert.equal(await tar(GOOD, { name: '.git/config', text: '[core]' }, { name: 'sub/.GIT/hooks/x', text: 'x' }, { name: '.git', text: 'gitdir: /x' }), '1 files, 3 left out: a.ts=one');
  assert.match(await tar({ name: 'HEAD', text: 'ref: refs/heads/main' }, { name: 'objects/x', text: 'x' }, { name: 'refs/x', text: 'x' }), /^invalid_query: .*inside of a git repository.* \| old/);
});

test('bombs: bytes are counted as they come out, whatever the archive says', async () => {
  const zeros = Buffer.alloc(20_000_000);
  assert.match(await check(gzipSync(tarOf([{ name: 'z', text: zeros }]))), /^too_large: .*16,777,216 bytes\. \| old/);
  assert.match(await check(zipOf([{ name: 'z', text: zeros }])), /^too_large/);
  assert.match(await check(tarOf([{ name: 'z', text: zeros }]), 1_000_000), /^too_large: .*1,000,000/);
  assert.match(await check(gzipSync(Buffer.concat([tarOf([GOOD]), zeros]))), /^too_large/);
  assert.match(await check(zipOf([{ name: 'z', text: zeros, said: 10 }])), /^invalid_query: The zip file is damaged/);
  // What is left out is counted, too.
  assert.match(await check(tarOf([{ name: '.git/z', text: zeros }]), 1_000_000), /^too_large/);
  assert.match(await check(gzipSync(gzipSync(tarOf([GOOD])))), /^invalid_query: The tarball is damaged/);
});

test('what is cut off, empty or no archive at all is refused', async () => {
  const items = Array.from({ length: 40 }, (_, at) => ({ name: `f${at}.ts`, text: String(Math.sin(at)).repeat(100) }));
  const whole = [tarOf(items), gzipSync(tarOf(items)), zipOf(items)];
  for (const bytes of whole) {
    for (const part of [0.3, 0.6, 0.95]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * part) - 7);
      assert.match(await check(cut), new RegExp(`^invalid_query: The (tarball|zip file) is damaged or cut off .* \\${LEFT}$`), `${bytes.length} ${part}`);
    }
  }
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(5_000), Buffer.from('PK'), Buffer.from([0x1f, 0x8b, 8, 0, 0])]) assert.match(await check(bytes), /^invalid_query: .* \| old/);
  assert.match(await tar(), /^invalid_query/);
  assert.match(await zip({ name: 'only/', mode: 0o040755 }), /^invalid_query: The archive holds no files/);
});

test('a cancelled call leaves nothing behind', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'upload'), tarOf([GOOD]));
  const into = join(folder, 'into');
  await assert.rejects(() => unpackArchive(join(folder, 'upload'), { root: join(into, 'mine'), into, mostBytes: MOST, signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.deepEqual([readdirSync(into), existsSync(join(into, 'mine'))], [[], false]);
});
