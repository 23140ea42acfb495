/** `code-index migrate-store` as its users meet it: there and back, repeated, killed, refused. The database between is PostgreSQL where its programs are installed, else a second SQLite file. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodeIndexError, OPERATIONS, openService, type Service } from '../src/mod.ts';
import { openStore } from '../src/store/mod.ts';
import { postgresIsInstalled, startPostgres, type PrivatePostgres } from './services/postgres.ts';
import { finished, generateRepository, git, run, scratch, start } from './whole.ts';

let server: PrivatePostgres | null = null;
before(async () => {
  if (postgresIsInstalled()) server = await startPostgres();
});
after(() => server?.[Symbol.asyncDispose]());

/** A database that holds nothing. */
async function emptyDatabase(root: string): Promise<string> {
  return server === null ? `sqlite:${path.join(root, 'between.db')}` : server.createDatabase();
}

/** Without vectors where a test does not look at them: they take most of the time. */
function serviceOf(dataDir: string, { databaseUrl, provider = 'none' }: { readonly databaseUrl?: string; readonly provider?: 'static' | 'none' } = {}): Service {
  return openService({ dataDir, allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, embedding: { provider }, threads: 1, audit: true, version: '1', ...(databaseUrl === undefined ? {} : { databaseUrl }) });
}

/** A data folder in which two repositories are indexed: a branch beside the working tree, edits that left texts behind, skipped files, a token and a job. */
async function indexed(root: string, provider: 'static' | 'none' = 'none'): Promise<{ dataDir: string; project: string }> {
  const [dataDir, project, second] = [path.join(root, 'data'), path.join(root, 'project'), path.join(root, 'second')];
  generateRepository(project, 16);
  git(project, 'checkout', '-q', '-b', 'next');
  generateRepository(project, 4, 16);
  git(project, 'checkout', '-q', 'main');
  writeFileSync(path.join(project, 'picture.bin'), Buffer.alloc(300, 0));
  generateRepository(second, 5);
  await using service = serviceOf(dataDir, { provider });
  await OPERATIONS.index.run(service, { targets: [project], branch: ['next'] }, {});
  writeFileSync(path.join(project, 'part0', 'thing0.ts'), 'export function replaced(): string {\n  return "an edit that is not committed";\n}\n');
  await OPERATIONS.index.run(service, { targets: [project, second] }, {});
  await OPERATIONS.createToken.run(service, { name: 'ci', repositories: ['project'] }, {});
  const { journal } = await service.store();
  await journal.putJob({
    id: 'job-1', repository: 'project', state: 'done', request: { kind: 'index', repository: 'project', fetch: false }, by: 'local', attempts: 1, createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null, finishedAt: '2026-01-01T00:00:01.000Z', progress: null, result: null, error: null,
  });
  return { dataDir, project };
}

/** What questions of every kind are answered. */
async function answers(service: Service): Promise<unknown> {
  const ask = async (query: string, mode: 'text' | 'regex' | 'hybrid' | 'semantic'): Promise<unknown> => {
    const { results, total } = await OPERATIONS.search.run(service, { query, mode, all: true, limit: 100, repository: ['project', 'second'] }, {});
    assert.ok(results.length > 0, `${query} (${mode}) finds something`);
    return [query, total, results.map(({ repository, path: file, startLine, endLine, score, matches }) => [repository, file, startLine, endLine, score, matches])];
  };
  const uses = await OPERATIONS.symbol.run(service, { name: 'helper5', include: ['references', 'callers'], repository: ['project'] }, {});
  const alike = await OPERATIONS.similar.run(service, { snippet: 'def helper(seed):\n    seed = seed * 31 + 7\n    return seed\n', repositories: ['project'] }, {});
  assert.ok(uses.results.length > 1 && alike.results.length > 1);
  const { repositories } = await OPERATIONS.status.run(service, {}, {});
  return [
    await ask('"mixing step"', 'text'), await ask('helper[0-9]+\\(', 'regex'), await ask('what the mixing step does', 'hybrid'), await ask('replaced', 'text'), await ask('a seed that is multiplied', 'semantic'),
    uses.results.map(({ path: file, startLine, symbol }) => [file, startLine, symbol]), alike.results.map(({ path: file, startLine, score }) => [file, startLine, score]),
    repositories.map(({ name, files, symbols, occurrences, vectors, languages, views }) => [name, files, symbols, occurrences, vectors, languages, views]),
  ];
}

async function refuses(work: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof CodeIndexError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(`${thrown.message} ${thrown.fix}`, words);
    if (server !== null) assert.ok(!`${thrown.message} ${thrown.fix}`.includes(encodeURIComponent(server.password)), 'no password is shown');
    return true;
  });
}

test('there and back: the same answers and digests; what was copied is indexed on', async () => {
  using root = scratch('migrate');
  const provider = 'static';
  const { dataDir, project } = await indexed(root.path, provider);
  const between = await emptyDatabase(root.path);
  const back = `sqlite:${path.join(root.path, 'back.db')}`;
  await using source = serviceOf(dataDir, { provider });
  const wanted = await answers(source);
  const sent = await OPERATIONS.migrateStore.run(source, { to: between }, {});
  assert.deepEqual(sent.copied, ['project', 'second']);
  const { views, files, texts, tokens, jobs, acts } = sent.counts;
  assert.deepEqual([views, files, tokens, jobs, acts], [3, 16 + 20 + 1 + 5, 1, 1, 1]);
  assert.ok(texts > 20 && sent.counts.vectors > 20 && sent.counts.lookups > 50);
  await using middle = serviceOf(dataDir, { databaseUrl: between, provider });
  assert.deepEqual(await answers(middle), wanted);
  const returned = await OPERATIONS.migrateStore.run(middle, { to: back }, {});
  assert.equal(returned.sha256.repositories, sent.sha256.repositories);
  // The audit log has one line more: that of the way back.
  assert.deepEqual({ ...returned.counts, acts: 1 }, sent.counts);
  assert.deepEqual((await OPERATIONS.migrateStore.run(middle, { to: back, verifyOnly: true }, {})).sha256, returned.sha256);
  await using last = serviceOf(dataDir, { databaseUrl: back, provider });
  assert.deepEqual(await answers(last), wanted);

  for (const service of [middle, last]) {
    const [again] = (await OPERATIONS.index.run(service, { targets: [project] }, {})).repositories;
    assert.deepEqual([again?.changed, again?.removed, again?.embedded], [0, 0, 0], 'nothing has changed');
  }
  writeFileSync(path.join(project, 'later.ts'), 'export function cameLater(): number {\n  return helper5(1);\n}\n');
  for (const service of [middle, last]) {
    assert.equal((await OPERATIONS.index.run(service, { targets: [project] }, {})).repositories[0]?.changed, 1);
    const { results } = await OPERATIONS.search.run(service, { query: 'cameLater', mode: 'text', all: true }, {});
    assert.deepEqual(results.map((one) => one.path), ['later.ts']);
    assert.equal((await OPERATIONS.symbol.run(service, { name: 'cameLater', repository: ['project'] }, {})).results.length, 1);
    assert.equal((await OPERATIONS.search.run(service, { query: '"mixing step"', mode: 'text', all: true, repository: ['project'] }, {})).total.value > 100, true);
    assert.equal((await OPERATIONS.createToken.run(service, { name: 'next' }, {})).token.id, 2);
  }
});

test('killed while it copies, it goes on when it is repeated; what changed meanwhile is copied again', async () => {
  using root = scratch('migrate-kill');
  const { dataDir, project } = await indexed(root.path);
  await using source = serviceOf(dataDir);
  const more = ['x1', 'x2', 'x3'].map((name) => path.join(root.path, name));
  for (const folder of more) generateRepository(folder, 12);
  await OPERATIONS.index.run(source, { targets: more, noVectors: true }, {});
  const to = await emptyDatabase(root.path);
  const whole = new Set<string>();
  for (const next of ['project', 'second', 'x2']) {
    const child = start(['migrate-store', '--to', to, '--json'], dataDir, root.path);
    const ended = finished(child);
    for await (const line of createInterface({ input: child.stdout as Readable })) if (line.includes(`copying ${next} `)) break;
    await sleep(next === 'x2' ? 0 : 15);
    child.kill('SIGKILL');
    await ended;
    await using target = await openStore(to, { dataDir });
    for (const { id, name } of await target.meta.repositories()) {
      whole.add(name);
      const [view] = await target.meta.views([id]);
      assert.ok((await target.files.plan.count([view?.id as number])) >= 5, `${name} is whole`);
    }
    await target.meta.check();
  }
  assert.ok(whole.has('second'), [...whole].join());
  const done = await OPERATIONS.migrateStore.run(source, { to }, {});
  assert.deepEqual(done.copied, ['project', 'second', 'x1', 'x2', 'x3'].filter((name) => !whole.has(name)));
  const fresh = await OPERATIONS.migrateStore.run(source, { to: `sqlite:${path.join(root.path, 'undisturbed.db')}` }, {});
  assert.equal(fresh.sha256.repositories, done.sha256.repositories);

  writeFileSync(path.join(project, 'part0', 'thing0.ts'), 'export const editedSince = 1;\n');
  await OPERATIONS.index.run(source, { targets: [project] }, {});
  await refuses(OPERATIONS.migrateStore.run(source, { to, verifyOnly: true }, {}), 'conflict', /differs.*"project".*repeat/);
  assert.deepEqual((await OPERATIONS.migrateStore.run(source, { to }, {})).copied, ['project']);
});

test('refused: a target with anything else in it, one that is written, the source itself; a difference is named', async () => {
  using root = scratch('migrate-refused');
  const { dataDir } = await indexed(root.path);
  await using source = serviceOf(dataDir);
  const other = await emptyDatabase(root.path);
  const migrateTo = (to: string, more: { verifyOnly?: boolean; from?: string } = {}): Promise<unknown> => OPERATIONS.migrateStore.run(source, { to, ...more }, {});
  await refuses(migrateTo('sqlite:'), 'invalid_query', /the same/);
  await refuses(migrateTo('mysql://root:secret@db/x'), 'unavailable', /^(?!.*secret).*mysql/);
  await refuses(migrateTo(other, { from: `sqlite:${path.join(root.path, 'none.db')}` }), 'not_indexed', /none\.db/);
  {
    await using target = await openStore(other, { dataDir });
    const { id } = await target.meta.putRepository({ name: 'elsewhere', root: '/elsewhere', url: null, purpose: null, language: null, expiresAt: null });
    await refuses(migrateTo(other), 'conflict', /something else.*"elsewhere".*empty/);
    await target.meta.removeRepository(id);
    await using _lease = await target.lease('an index run');
    await refuses(migrateTo(other), 'conflict', /an index run/);
  }
  await migrateTo(other);
  {
    await using target = await openStore(other, { dataDir });
    const [{ id } = { id: 0 }] = await target.meta.repositories();
    const view = (await target.meta.views([id])).find((one) => one.kind === 'branch');
    await target.commit({ repository: id, view: { id: view?.id as number, remove: ['part3/thing3.md'] } });
  }
  await refuses(migrateTo(other, { verifyOnly: true }), 'conflict', /differs.*generation/);
  await refuses(migrateTo(other), 'conflict', /after it was copied/);
  const bad = server === null ? null : other.replace(encodeURIComponent(server.password), 'wrong-one');
  const said = await run(['migrate-store', '--to', bad ?? 'postgresql://nobody:wrong-one@127.0.0.1:1/none'], dataDir, root.path);
  assert.equal(said.code, 1, said.stderr);
  assert.match(said.stderr, /password was refused|nothing listens/);
  assert.ok(!said.stderr.includes('wrong-one'));
});
