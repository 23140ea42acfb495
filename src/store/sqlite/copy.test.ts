/** Copies, keys and replacing: whole or not at all, while others write and whenever it is killed. */
import assert from 'node:assert/strict';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodeIndexError } from '../../base/mod.ts';
import { openStore, rekeyStore, restoreStore } from '../open.ts';
import type { Store } from '../ports.ts';
import { planOf } from '../suite/blocks.ts';
import { addFiles, addRepository, addView, inScope } from '../suite/harness.ts';

const [KEY, OTHER] = ['the first key of these tests', 'another key of these tests'];

class Place implements Disposable {
  readonly dataDir: string = mkdtempSync(join(tmpdir(), 'code-index-copy-'));
  readonly file: string = join(this.dataDir, 'code_index.db');

  options(key?: string): { dataDir: string; key?: string } {
    return { dataDir: this.dataDir, ...(key === undefined ? {} : { key }) };
  }

  open(key?: string): Promise<Store> {
    return openStore('sqlite:', this.options(key));
  }

  /** A database with one file of this text. */
  async make(text: string, key?: string): Promise<void> {
    await using store = await this.open(key);
    const repository = await addRepository(store);
    await addFiles(store, repository, await addView(store, repository), { 'a.c': text });
  }

  async text(key?: string): Promise<string | undefined> {
    await using store = await this.open(key);
    const [view] = await store.meta.views();
    const [entry] = await store.files.entries(view?.id ?? 0, { limit: 1 });
    return (await store.files.texts([entry?.blob ?? 0])).get(entry?.blob ?? 0);
  }

  /** Names of what a killed run may leave. */
  leftovers(): readonly string[] {
    return readdirSync(this.dataDir).filter((name) => /\.(new|old)/.test(name));
  }

  [Symbol.dispose](): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

async function refuses(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(`${thrown.message} ${thrown.fix}`, words);
    return true;
  });
}

async function writing(place: Place, key: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'suite', 'child.ts'), 'sqlite:', place.dataDir, 'write', key], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('a copy made while another process writes is whole and holds no less than there was; a cancelled one leaves nothing', async () => {
  using place = new Place();
  const writer = await writing(place, KEY);
  try {
    await using store = await place.open(KEY);
    for (const round of [1, 2]) {
      const before = (await store.meta.statistics()).files;
      const file = join(place.dataDir, `copy-${round}`);
      const { statistics, encrypted } = await store.copyTo(file);
      assert.ok(encrypted && statistics.files >= before, `${statistics.files} files after ${before}`);
      await using copy = await openStore(`sqlite:${file}`, { ...place.options(KEY), readOnly: true });
      const [view] = await copy.meta.views();
      const found = await copy.trigrams.candidates([view?.repository ?? 0], planOf('common'), await inScope(copy, [view?.id ?? 0]));
      assert.equal(found.length, statistics.files, 'every file that is there is found');
    }
    const cancelled = join(place.dataDir, 'cancelled');
    await assert.rejects(store.copyTo(cancelled, { signal: AbortSignal.timeout(100) }));
    assert.equal(existsSync(cancelled), false);
  } finally {
    writer.kill('SIGKILL');
  }
});

test('keys: what is stored is not on the disk in the clear; a wrong, a missing and a needless key are told apart', async () => {
  using place = new Place();
  const secret = 'nobody reads this line of text';
  {
    await using store = await place.open(KEY);
    const repository = await addRepository(store, 'secretname');
    await addFiles(store, repository, await addView(store, repository), { 'hidden_path.c': secret });
    for (const name of readdirSync(place.dataDir).filter((one) => one.startsWith('code_index.db'))) {
      const bytes = readFileSync(join(place.dataDir, name));
      for (const word of [secret, 'secretname', 'hidden_path', 'SQLite format', 'CREATE TABLE']) assert.equal(bytes.includes(word), false, `${name} holds ${word}`);
    }
  }
  const before = readFileSync(place.file);
  await refuses(place.open(OTHER), 'unavailable', /another one.*DATABASE_KEY/);
  await refuses(place.open(), 'unavailable', /is encrypted, and no key/);
  await refuses(place.open('short'), 'invalid_query', /openssl rand/);
  assert.deepEqual(readFileSync(place.file), before, 'the file was left as it is');
  using plain = new Place();
  await plain.make('x');
  await refuses(plain.open(KEY), 'unavailable', /not encrypted, and a key was given.*rekey/);
  assert.equal(await plain.text(), 'x');
});

test('rekey encrypts, changes and decrypts; refuses while the index is open or written', async () => {
  using place = new Place();
  await place.make('some text');
  for (const [from, to] of [[undefined, KEY], [KEY, OTHER], [OTHER, undefined]]) {
    {
      await using _open = await place.open(from);
      await refuses(rekeyStore('sqlite:', place.options(from), to ?? null), 'conflict', /open.*Stop/);
    }
    assert.equal((await rekeyStore('sqlite:', place.options(from), to ?? null)).encrypted, to !== undefined);
    assert.equal(await place.text(to), 'some text');
  }
  const writer = await writing(place, '');
  await refuses(rekeyStore('sqlite:', place.options(), KEY), 'conflict', new RegExp(`process ${writer.pid}`));
  writer.kill('SIGKILL');
});

test('restore: another index in the place, also of a damaged one; a wrong digest and a refusal change nothing', async () => {
  using place = new Place();
  await place.make('old text');
  const file = join(place.dataDir, 'copy');
  const { sha256 } = await (async () => {
    await using store = await place.open();
    const copy = await store.copyTo(file);
    await addRepository(store, 'newer');
    return copy;
  })();
  await refuses(restoreStore('sqlite:', place.options(), { file, sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }), 'unavailable', /digest/);
  const no = new CodeIndexError('conflict', 'No.', 'No.');
  await refuses(restoreStore('sqlite:', place.options(), { file, sha256 }, { allow: () => Promise.reject(no) }), 'conflict', /No/);
  const names = async (): Promise<readonly string[]> => {
    await using store = await place.open();
    return (await store.meta.repositories()).map(({ name }) => name);
  };
  assert.deepEqual(await names(), ['newer', 'one']);
  await restoreStore('sqlite:', place.options(), { file, sha256 });
  assert.deepEqual(await names(), ['one']);
  for (const part of ['', '-wal']) writeFileSync(`${place.file}${part}`, 'rubbish');
  await restoreStore('sqlite:', place.options(), { file, sha256 });
  assert.equal(await place.text(), 'old text');
  await refuses(restoreStore('sqlite:', place.options(KEY), { file, sha256 }), 'unavailable', /not encrypted/);
  assert.deepEqual(place.leftovers(), []);
});

test('rekey and restore killed at any moment leave one whole index, and the next run cleans up', async () => {
  using place = new Place();
  await place.make('kept text', KEY);
  const file = join(place.dataDir, 'copy');
  const { sha256 } = await (async () => {
    await using store = await place.open(KEY);
    return store.copyTo(file);
  })();
  const program = join(place.dataDir, 'killed.mjs');
  const door = new URL('../open.ts', import.meta.url).href;
  writeFileSync(program, `import { rekeyStore, restoreStore } from ${JSON.stringify(door)};
process.send('ready');
const options = ${JSON.stringify(place.options(KEY))};
for (;;) {
  await rekeyStore('sqlite:', options, ${JSON.stringify(KEY)});
  await restoreStore('sqlite:', options, ${JSON.stringify({ file, sha256 })});
}
`);
  for (const millis of [60, 400, 900]) {
    const child = fork(program, { stdio: 'ignore' });
    await once(child, 'message');
    await sleep(millis);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await place.text(KEY), 'kept text');
  }
  await retried(() => rekeyStore('sqlite:', place.options(KEY), OTHER));
  assert.equal(await place.text(OTHER), 'kept text');
  // The process that copied for a killed one ends when it notices, and takes its copy with it.
  for (let wait = 0; wait < 50 && place.leftovers().length > 0; wait++) await sleep(100);
  assert.deepEqual(place.leftovers(), []);
});

/** A killed process is gone a moment after it was killed. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (attempt === 20 || (thrown as CodeIndexError).code !== 'conflict') throw thrown;
      await sleep(100);
    }
  }
}
