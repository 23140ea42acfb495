import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS, NO_METER, type Meter } from '../base/mod.ts';
import type { Answer, Identity } from '../domain/mod.ts';
import { answered } from './answers.ts';
import type { AnyOperation } from './operations.ts';
import { OPERATIONS } from './operations.ts';
import { openService, type Service } from './service.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-answers-')));
const counted: string[] = [];
const meter: Meter = { ...NO_METER, count: (name, labels) => void (name === 'code_index_cache_requests_total' && counted.push((labels as { outcome: string }).outcome)) };
let service: Service;

function git(folder: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

function write(repository: string, file: string, text: string): void {
  mkdirSync(path.join(root, repository), { recursive: true });
  writeFileSync(path.join(root, repository, file), text);
}

async function index(repository: string): Promise<void> {
  await OPERATIONS.index.run(service, { targets: [path.join(root, repository)], noVectors: true }, {});
}

/** As it is kept, and as it would be now. */
async function both(operation: AnyOperation, input: object, by: Service = service): Promise<{ kept: Answer; now: Answer; hit: boolean }> {
  const { bytes, hit } = await answered(by, operation, input, {}, 'rest');
  const now = (await operation.run(by, input, {})) as Answer;
  return { kept: { ...JSON.parse(bytes.toString('utf8')), tookMs: 0 } as Answer, now: { ...now, tookMs: 0 }, hit };
}

async function same(operation: AnyOperation, input: object, by: Service = service): Promise<boolean> {
  const { kept, now, hit } = await both(operation, input, by);
  assert.deepEqual(kept, JSON.parse(JSON.stringify(now)));
  return hit;
}

function who(repositories: readonly string[] | null): Service {
  const identity: Identity = { id: 'token:1', name: 'test', role: 'reader', repositories };
  return service.as({ identity, workspace: [] });
}

before(async () => {
  service = openService({ dataDir: path.join(root, 'data'), allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, embedding: { provider: 'none' }, meter, version: '0' });
  for (const name of ['one', 'two']) {
    write(name, 'a.ts', `export function shared(text: string): string {\n  return ${name}(text);\n}\n`);
    git(path.join(root, name), 'init', '-q', '-b', 'main');
    git(path.join(root, name), 'add', '.');
    git(path.join(root, name), 'commit', '-q', '-m', 'first');
    await index(name);
  }
});

after(async () => {
  await service[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const SHARED = { query: 'shared' };

describe('answered', () => {
  it('gives again what it gave, and the same as without it', async () => {
    for (const [operation, input] of [
      [OPERATIONS.search, { query: 'shared', mode: 'text' }], [OPERATIONS.search, { query: 'shared text' }], [OPERATIONS.symbol, { name: 'shared' }],
      [OPERATIONS.read, { repository: ['one'], path: 'a.ts' }], [OPERATIONS.similar, { snippet: 'return one(text)' }],
    ] as [AnyOperation, object][]) {
      assert.equal(await same(operation, input), false);
      assert.equal(await same(operation, input), true);
    }
  });

  it('keeps apart what differs in any part', async () => {
    await same(OPERATIONS.search, { query: 'shared', limit: 1 });
    assert.equal(await same(OPERATIONS.search, { limit: 1, query: 'shared' }), true, 'the order of arguments is none');
    assert.equal(await same(OPERATIONS.search, { query: 'shared', limit: 2 }), false);
    assert.equal(await same(OPERATIONS.search, { query: 'shared', limit: 1, mode: 'text' }), false);
  });

  it('never gives one caller the bytes of another', async () => {
    const of = async (by: Service): Promise<readonly string[]> => (JSON.parse((await answered(by, OPERATIONS.search, SHARED, {}, 'rest')).bytes.toString('utf8')) as Answer).results.map(({ repository }) => repository).sort();
    for (let turn = 0; turn < 2; turn++) {
      assert.deepEqual(await of(service), ['one', 'two']);
      assert.deepEqual(await of(who(['one'])), ['one']);
      assert.deepEqual(await of(who(['two'])), ['two']);
      assert.deepEqual(await of(who(['two', 'one'])), ['one', 'two']);
      await assert.rejects(of(who([])), { code: 'not_indexed' });
    }
    assert.equal(await same(OPERATIONS.search, SHARED, who(['one', 'two'])), true, 'the same grants share');
  });

  it('tells of files as they are on disk now, though nothing was indexed', async () => {
    await same(OPERATIONS.search, SHARED);
    write('one', 'a.ts', 'changed\n');
    await sleep(LIMITS.answerCheckMillis + 20);
    const { kept } = await both(OPERATIONS.search, SHARED);
    assert.deepEqual(kept.results.map(({ freshness }) => freshness).sort(), ['fresh', 'stale']);
    assert.equal(await same(OPERATIONS.search, SHARED), true);
  });

  it('knows what is indexed and what is checked out', async () => {
    await index('one');
    assert.equal(await same(OPERATIONS.search, SHARED), false);
    git(path.join(root, 'one'), 'commit', '-q', '-a', '-m', 'second');
    await sleep(LIMITS.answerCheckMillis + 20);
    await same(OPERATIONS.search, { query: 'changed', repository: ['one'] });
  });

  it('does not forget a repository for what happens to another', async () => {
    const input = { query: 'shared', repository: ['two'] };
    await same(OPERATIONS.search, input);
    write('one', 'b.ts', 'more\n');
    await index('one');
    assert.equal(await same(OPERATIONS.search, input), true);
    assert.equal(await same(OPERATIONS.search, { query: 'shared', repository: ['two', 'one'] }), false);
  });

  it('answers equal questions at one time by one search, which ends when all have left', async () => {
    const input = { query: 'shared unequalled' };
    counted.length = 0;
    const all = await Promise.all(Array.from({ length: 20 }, () => answered(service, OPERATIONS.search, input, { signal: new AbortController().signal }, 'rest')));
    assert.equal(new Set(all.map(({ bytes }) => bytes)).size, 1);
    assert.deepEqual(counted.toSorted(), [...Array<string>(19).fill('hit'), 'miss']);

    let stopped = false;
    const slow: AnyOperation = { ...OPERATIONS.search, run: async (_service, _input, { signal }) => {
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => {
        stopped = true;
        reject(signal.reason);
      }));
    } };
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [first, second].map(({ signal }) => answered(service, slow, { query: 'slow' }, { signal }, 'rest'));
    await sleep(20);
    first.abort(new Error('gone'));
    await assert.rejects(waiting[0] as Promise<unknown>, { message: 'gone' });
    assert.equal(stopped, false);
    second.abort(new Error('gone too'));
    await assert.rejects(waiting[1] as Promise<unknown>, { message: 'gone too' });
    assert.equal(stopped, true);
  });

  it('keeps no errors', async () => {
    await assert.rejects(answered(service, OPERATIONS.read, { repository: ['two'], path: 'later.ts' }, {}, 'rest'), { code: 'not_found' });
    write('two', 'later.ts', 'there\n');
    await index('two');
    assert.equal(await same(OPERATIONS.read, { repository: ['two'], path: 'later.ts' }), false);
  });

  it('is bounded in bytes', async () => {
    const large = 'x'.repeat(1_000_000);
    const operation: AnyOperation = { ...OPERATIONS.search, run: async (_service, { query }) => ({ results: [], query, large }) };
    const give = (query: string): ReturnType<typeof answered> => answered(service, operation, { query }, {}, 'rest');
    for (let count = 0; count < 40; count++) await give(`${count}`);
    assert.equal((await give('39')).hit, true);
    assert.equal((await give('0')).hit, false);
    const huge: AnyOperation = { ...operation, run: async () => ({ results: [], large: large.repeat(3) }) };
    for (const hit of [false, false]) assert.equal((await answered(service, huge, { query: 'huge' }, {}, 'rest')).hit, hit);
  });

  it('is never stale, whatever happens between two questions', async () => {
    let seed = 5;
    const random = (below: number): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) % below;
    const inputs = [{ query: 'shared' }, { query: 'shared', repository: ['one'] }, { query: 'word1 word2' }, { query: 'repo:two shared' }, { query: 'word3', mode: 'text' }];
    let hits = 0;
    for (let step = 0; step < 60; step++) {
      const repository = ['one', 'two'][random(2)] as string;
      const act = random(6);
      if (act === 0) write(repository, `f${random(3)}.ts`, `export function shared() {\n  word${random(4)}();\n  word${random(4)}();\n}\n`);
      else if (act === 1) await index(repository);
      else if (act === 2 && step % 4 === 0) git(path.join(root, repository), 'commit', '-q', '--allow-empty', '-m', `step ${step}`);
      if (act === 0 || act === 2) await sleep(LIMITS.answerCheckMillis + 5);
      for (const by of [service, who(['one'])]) {
        const input = inputs[random(inputs.length)] as object;
        if (by !== service && JSON.stringify(input).includes('two')) continue;
        if (await same(OPERATIONS.search, input, by)) hits++;
      }
    }
    assert.ok(hits > 10, `${hits} hits`);
  });

  it('forgets what is removed', async () => {
    await same(OPERATIONS.search, SHARED);
    await OPERATIONS.remove.run(service, { name: 'two' }, {});
    const { kept } = await both(OPERATIONS.search, SHARED);
    assert.ok(!kept.results.some(({ repository }) => repository === 'two'));
    await OPERATIONS.remove.run(service, { name: 'one' }, {});
    await assert.rejects(answered(service, OPERATIONS.search, SHARED, {}, 'rest'), { code: 'not_indexed' });
  });
});
