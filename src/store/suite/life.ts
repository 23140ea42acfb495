import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CodeIndexError } from '../../base/mod.ts';
import type { Problem } from '../../domain/mod.ts';
import { planOf } from './blocks.ts';
import type { Action } from './child.ts';
import { addFacts, addFiles, addRepository, addView, Folder, inScope, newBlob, packed, type Cases } from './harness.ts';

function codeIs(code: string, ...words: string[]): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code);
    for (const word of words) assert.ok(thrown.message.includes(word), `${thrown.message} names ${word}`);
    return true;
  };
}

/** A second process that does what `child.ts` is told; gives its first line. */
async function child(folder: Folder, action: Action): Promise<{ process: ChildProcess; line: string }> {
  await folder.ready();
  const started = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), folder.driver.url(folder.dataDir), folder.dataDir, action, folder.driver.key ?? ''], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: started.stdout })) return { process: started, line };
  throw new Error('the child said nothing');
}

export const LIFE: Cases = {
  'repositories and views: put, change, list, name taken': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const one = await addRepository(store);
    const two = await addRepository(store, 'two');
    await assert.rejects(addRepository(store), codeIs('conflict', 'one'));
    const changed = await store.meta.putRepository({ id: two, name: 'zwei', root: '/z', url: 'https://example.org/z', purpose: 'p', language: 'c', expiresAt: '2030-01-01' });
    assert.deepEqual([changed.name, changed.url, changed.expiresAt, changed.id], ['zwei', 'https://example.org/z', '2030-01-01', two]);
    assert.deepEqual((await store.meta.repositories()).map(({ name }) => name), ['one', 'zwei']);
    const view = await store.meta.putView({ repository: one, kind: 'worktree', branch: null, root: '/one', commit: null });
    await store.commit({ repository: one, view: { id: view.id, branch: 'main', commit: 'abc', indexedAt: 'then', pendingFiles: 3, pendingSymbols: 4 } });
    assert.deepEqual(await store.meta.views([one]), [{ id: view.id, repository: one, kind: 'worktree', branch: 'main', root: '/one', commit: 'abc', indexedAt: 'then', pendingFiles: 3, pendingSymbols: 4 }]);
    await store.commit({ repository: one, view: { id: view.id, branch: null } });
    assert.deepEqual((await store.meta.views()).map(({ branch, commit }) => [branch, commit]), [[null, 'abc']]);
    assert.deepEqual(await store.meta.views([two]), []);
    const again = await store.meta.putView({ repository: one, kind: 'worktree', branch: 'other', root: '/one', commit: null });
    assert.equal(again.id, view.id, 'a worktree is one view, whoever comes first');
    const next = { repository: two, kind: 'branch', branch: 'next', root: null, commit: null } as const;
    assert.equal((await store.meta.putView(next)).id, (await store.meta.putView(next)).id, 'a branch too');
    await assert.rejects(store.meta.putRepository({ name: 'three', root: '/one', url: null, purpose: null, language: null, expiresAt: null }), codeIs('conflict', '/one', 'one'));
    await assert.rejects(store.commit({ repository: 99 }), codeIs('not_found', '99'));
    await assert.rejects(store.commit({ repository: one, view: { id: 99 } }), codeIs('not_found', '99'));
    await assert.rejects(store.meta.putView({ repository: 99, kind: 'commit', branch: null, root: null, commit: null }), codeIs('not_found'));
    assert.match(await store.meta.check(), /\d/);
  },

  'emptying a repository: name and views stay, of its contents nothing; the other one stays whole': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const [one, two] = [await addRepository(store), await addRepository(store, 'two')];
    const [view, other] = [await addView(store, one), await addView(store, two)];
    const texts = { 'a.c': 'def gone', 'b.c': 'def gone too' };
    const { blobs } = await addFiles(store, one, view, texts);
    await addFacts(store, one, new Map(blobs.map((id, at) => [id, Object.values(texts)[at] as string])));
    await store.commit({ repository: one, view: { id: view, commit: 'abc', indexedAt: 'then' } });
    await addFiles(store, two, other, { 'c.c': 'def stays' });
    await store.meta.emptyRepository(one);
    await store.meta.emptyRepository(one);
    assert.deepEqual((await store.meta.repositories()).map(({ name }) => name), ['one', 'two']);
    assert.deepEqual((await store.meta.views([one])).map(({ id, commit, indexedAt }) => [id, commit, indexedAt]), [[view, null, null]]);
    assert.deepEqual([...(await store.files.texts(blobs)).keys(), ...(await store.files.facts(blobs)).keys(), ...(await store.files.entries(view, { limit: 9 }))], []);
    const { files, blobs: stored, symbols } = await store.meta.statistics(one);
    assert.deepEqual([files, stored, symbols, (await store.meta.statistics(two)).files], [0, 0, 0, 1]);
    // The same content is new again: it is stored, and found.
    await addFiles(store, one, view, texts);
    assert.deepEqual((await store.files.entries(view, { limit: 9 })).map(({ path }) => path), ['a.c', 'b.c']);
  },

  'masked secrets: files with some are listed alone, and each is counted': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const secret = { kind: 'secret', message: 'Line 1: masked (private-key).', secret: { rule: 'private-key', line: 1, column: 2, length: 3, sha256: 'ab' } } as const;
    const texts = ['one', 'two', 'three'];
    const problems: readonly (readonly Problem[])[] = [[secret, secret], [], [{ kind: 'parse_errors', message: 'odd' }, secret]];
    const { blobs, packs } = packed(texts.map((text, at) => newBlob(`${text}.c`, text, { problems: problems[at] ?? [] })), texts);
    await store.commit({ repository, blobs, packs, view: { id: view, upsert: texts.map((text, at) => ({ path: `${text}.c`, blob: null, new: at, skipped: null, size: 3, mtimeMs: 0, edited: false })) } });
    const listed = await store.files.entries(view, { limit: 9, secretsOnly: true });
    assert.deepEqual(listed.map(({ path }) => path), ['one.c', 'three.c']);
    assert.deepEqual((await store.files.blobs([listed[0]?.blob as number])).get(listed[0]?.blob as number)?.problems, [secret, secret]);
    assert.equal((await store.meta.statistics(repository)).secrets, 3);
  },

  'every commit makes the generation grow; a commit that fails leaves no trace': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const repository = await addRepository(store);
    const view = await addView(store, repository);
    const generation = async (): Promise<number> => (await store.meta.repositories())[0]?.generation ?? 0;
    const before = await generation();
    await addFiles(store, repository, view, { 'a.c': 'text' });
    const after = await generation();
    assert.ok(after > before);
    const rows = await driver.rows(folder.dataDir);
    await assert.rejects(store.commit({ repository, view: { id: view, remove: ['a.c'], upsert: [{ path: 'b.c', blob: 999, skipped: null, size: 1, mtimeMs: 0, edited: false }] } }), codeIs('conflict', 'b.c'));
    assert.equal(await generation(), after);
    assert.deepEqual(await driver.rows(folder.dataDir), rows);
  },

  'removing a view or a repository removes everything that was its alone': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const empty = await driver.rows(folder.dataDir);
    const one = await addRepository(store);
    const two = await addRepository(store, 'two');
    const [main, other, second] = [await addView(store, one), await addView(store, one, 'other'), await addView(store, two)];
    const { blobs } = await addFiles(store, one, main, { 'a.c': 'shared text', 'b.c': 'def alone' });
    await addFiles(store, one, other, { 'a.c': 'shared text' });
    await addFiles(store, two, second, { 'a.c': 'shared text' });
    await addFacts(store, one, new Map([[blobs[0] as number, 'shared text'], [blobs[1] as number, 'def alone']]));
    await store.commit({ repository: one, vectors: { model: 'm', dimensions: 1, rows: [{ blob: blobs[1] as number, vectors: Int8Array.of(1) }] } });
    await store.meta.removeView(main);
    assert.deepEqual([...(await store.files.blobs(blobs)).keys()], [blobs[0]]);
    assert.deepEqual(await store.vectors.models([one]), new Map());
    await store.meta.removeRepository(one);
    assert.deepEqual((await store.meta.repositories()).map(({ id }) => id), [two]);
    assert.deepEqual((await store.meta.statistics()).blobs, 1);
    assert.equal((await store.trigrams.candidates([two], planOf('shared'), await inScope(store, [second]))).length, 1);
    await store.meta.removeRepository(two);
    assert.deepEqual(await driver.rows(folder.dataDir), empty);
    await addRepository(store, 'one');
  },

  'what was committed is there after reopening, also for readers only': async (driver) => {
    await using folder = new Folder(driver);
    const first = await folder.open();
    const repository = await addRepository(first);
    const view = await addView(first, repository);
    const { blobs } = await addFiles(first, repository, view, { 'a.c': 'some text' });
    await first[Symbol.asyncDispose]();
    await assert.rejects(first.meta.repositories(), codeIs('unavailable', 'closed'));
    for (const readOnly of [false, true]) {
      const store = await folder.open(readOnly);
      assert.deepEqual([...(await store.trigrams.candidates([repository], planOf('text'), await inScope(store, [view])))], blobs);
      if (readOnly) await assert.rejects(addRepository(store, 'x'), codeIs('unavailable', 'reading only'));
    }
  },

  'empty questions have empty answers, an empty store too': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const nothing = await inScope(store, [7]);
    assert.equal(nothing.size, 0);
    assert.equal((await store.files.texts([])).size + (await store.files.places([], [])).size + (await store.files.blobs([1])).size, 0);
    assert.deepEqual(await store.files.entries(1, { limit: 5 }), []);
    assert.deepEqual([...(await store.trigrams.candidates([1], { kind: 'all' }, nothing))], []);
    assert.deepEqual(await store.terms.postings([1], []), []);
    assert.deepEqual(await store.symbols.names({ repositories: [1], within: nothing, name: '', match: 'substring', limit: 3 }), []);
    assert.deepEqual(await store.vectors.nearest({ repositories: [1], within: nothing, model: 'm', vector: new Int8Array(2), limit: 3 }), []);
    const repository = await addRepository(store);
    await addFiles(store, repository, await addView(store, repository), {});
    await addFacts(store, repository, new Map());
    await store.compact();
    assert.equal((await store.meta.statistics()).blobs, 0);
  },

  'one writer: calls of one process queue up, a second process is told who writes': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const order: string[] = [];
    const take = async (name: string): Promise<void> => {
      await using _lease = await store.lease(name);
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} out`);
    };
    await Promise.all([take('a'), take('b')]);
    assert.deepEqual(order, ['a in', 'a out', 'b in', 'b out']);
    // What only this process reaches has no second one.
    if (driver.open !== undefined) return;
    const { process: holder, line } = await child(folder, 'hold');
    assert.equal(line, 'held');
    await assert.rejects(store.lease('mine', { waitMillis: 30 }), codeIs('conflict', String(holder.pid), 'child at work', 'since'));
    await assert.rejects(store.lease('mine', { signal: AbortSignal.timeout(20) }));
    assert.deepEqual(await store.meta.repositories(), [], 'reading is never blocked');
    holder.kill('SIGKILL');
    await using _lease = await store.lease('mine', { waitMillis: 5_000 });
  },

  'a process killed while it writes leaves a store that opens, answers and goes on': async (driver) => {
    if (driver.open !== undefined) return;
    await using folder = new Folder(driver);
    for (let round = 0; round < 3; round++) {
      const { process: writer } = await child(folder, 'write');
      await new Promise((resolve) => setTimeout(resolve, 15 + round * 20));
      writer.kill('SIGKILL');
      await new Promise((resolve) => writer.once('exit', resolve));
      const store = await folder.open();
      const [repository] = await store.meta.repositories();
      assert.ok(repository !== undefined && existsSync(folder.dataDir));
      for (const view of await store.meta.views([repository.id])) {
        const files = await store.files.plan.count([view.id]);
        const found = await store.trigrams.candidates([repository.id], planOf('common'), await inScope(store, [view.id]));
        assert.equal(found.length, files, 'every file that is there is found');
      }
      await store.compact();
      await store.meta.check();
      await store[Symbol.asyncDispose]();
    }
  },
};
