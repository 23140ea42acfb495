/** Repositories of a server from their addition to their end, with real git servers, archives and attackers. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Job } from '../src/domain/mod.ts';
import { openStore } from '../src/store/mod.ts';
import { tarOf, zipOf, type Item } from './archives.ts';
import { git, makeRepository, until, writeFiles } from './faces.ts';
import { startGitServer } from './git-server.ts';
import { getJson, startServer, type RunningServer } from './server.ts';
import { generateRepository, scratch } from './whole.ts';

const MANAGED = { ENABLE_REPOSITORY_MANAGEMENT: 'true', EMBEDDING_PROVIDER: 'none', CODE_INDEX_THREADS: '1', RATE_LIMIT: 'off' };

/** What tests ask of a server. */
class Api {
  readonly server: RunningServer;

  constructor(server: RunningServer) {
    this.server = server;
  }

  // Tests look into answers freely.
  // oxlint-disable-next-line typescript/no-explicit-any
  ask(method: string, address: string, body?: unknown, status = 200): Promise<any> {
    return getJson(this.server, address, { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) }, status);
  }

  /** Asks for work and waits for its end. */
  async work(method: string, address: string, body?: unknown): Promise<Job> {
    const { job } = (await this.ask(method, address, body, 202)) as { job: Job };
    return this.ended(job.id);
  }

  async ended(id: string): Promise<Job> {
    let job: Job | undefined;
    await until(`the end of ${id}`, async () => {
      ({ job } = (await this.ask('GET', `/api/jobs/${id}`)) as { job: Job });
      return job.finishedAt !== null;
    });
    return job as Job;
  }

  async add(body: Readonly<Record<string, unknown>>): Promise<Job> {
    return this.work('POST', '/api/repositories', body);
  }

  /** The code of the refusal of an addition. */
  async refused(body: Readonly<Record<string, unknown>>): Promise<string> {
    const response = await fetch(`${this.server.url}/api/repositories`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const { error } = (await response.json()) as { error?: { code: string; message: string; fix: string } };
    assert.ok(error !== undefined && error.fix.length > 5, `${JSON.stringify(body)} was not refused`);
    return `${error.code}: ${error.message}`;
  }

  async upload(name: string, archive: Buffer, status = 0): Promise<{ readonly status: number; readonly body: { readonly error?: { readonly code: string; readonly message: string }; readonly job?: Job } }> {
    const response = await fetch(`${this.server.url}/api/uploads?name=${name}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(archive) });
    const body = (await response.json()) as { error?: { code: string; message: string }; job?: Job };
    if (status !== 0) assert.equal(response.status, status, JSON.stringify(body));
    if (body.job !== undefined) await this.ended(body.job.id);
    return { status: response.status, body };
  }

  async list(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return ((await this.ask('GET', '/api/repositories')) as { repositories: readonly Record<string, unknown>[] }).repositories;
  }

  async names(): Promise<string> {
    return (await this.list()).map(({ name }) => name).join(' ');
  }

  /** Places of exact text, as `repository:path`. */
  async found(text: string): Promise<string> {
    const response = await fetch(`${this.server.url}/api/search?mode=text&all=true&repository=*&query=${encodeURIComponent(text)}`);
    // Where nothing is indexed at all, that is said.
    if (response.status === 404) return '';
    const { results } = (await response.json()) as { results: readonly { repository: string; path: string }[] };
    return [...new Set(results.map(({ repository, path }) => `${repository}:${path}`))].sort().join(' ');
  }
}

describe('a server with roots', () => {
  const folder = scratch('lifecycle');
  const dataDir = join(folder.path, 'data');
  const roots = join(folder.path, 'roots');
  const outside = join(folder.path, 'outside');
  let api: Api;
  before(async () => {
    mkdirSync(dataDir);
    makeRepository(join(roots, 'one'), { 'a.ts': 'export const marker = 1;\n' });
    makeRepository(join(roots, 'origin'), { 'b.ts': 'export const first = 1;\n' });
    makeRepository(outside, { 'secret.ts': 'export const hidden = 1;\n' });
    symlinkSync(outside, join(roots, 'way-out'));
    api = new Api(await startServer({ dataDir, env: { ...MANAGED, MCP_ALLOWED_ROOTS: roots, DEFAULT_REPOSITORY_TTL_DAYS: '30', MAX_UPLOAD_BYTES: '2000000' } }));
  });
  after(async () => {
    await api.server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test('a folder: queued, indexed beside the server, listed with figures, changed, removed', async () => {
    const job = await api.add({ path: join(roots, 'one'), purpose: 'examples', language: 'typescript' });
    assert.deepEqual([job.state, job.repository, job.attempts, job.by, job.error], ['done', 'one', 1, 'local', null]);
    assert.equal(await api.found('marker'), 'one:a.ts');
    const [line] = await api.list();
    assert.deepEqual([line?.['name'], line?.['files'], line?.['symbols'], line?.['purpose'], line?.['language'], line?.['fetchFailure'], line?.['jobs']], ['one', 1, 1, 'examples', 'typescript', null, []]);
    assert.equal(Math.round((Date.parse(String(line?.['expiresAt'])) - Date.now()) / 86_400_000), 30);
    const changed = async (body: Readonly<Record<string, unknown>>, name = 'one'): Promise<Record<string, unknown>> => ((await api.ask('PATCH', `/api/repositories/${name}`, body)) as { changed: Record<string, unknown> }).changed;
    assert.equal((await changed({ pin: true }))['expiresAt'], null);
    assert.match(String((await changed({ days_to_keep: 2, purpose: 'other' }))['expiresAt']), /^20/);
    assert.equal((await changed({ rename: 'uno' }))['purpose'], 'other');
    assert.equal(await api.found('marker'), 'uno:a.ts');
    assert.match(await api.refused({ path: join(roots, 'one'), name: 'third' }), /^conflict: This is indexed already, under another name/);
    writeFiles(join(roots, 'one'), { 'c.ts': 'export const later = 1;\n' });
    assert.equal((await api.work('POST', '/api/repositories/uno/reindex')).state, 'done');
    assert.equal(await api.found('later'), 'uno:c.ts');
    assert.deepEqual((await api.work('DELETE', '/api/repositories/uno')).result, { removed: ['uno'] });
    assert.deepEqual([await api.names(), await api.found('marker'), existsSync(join(roots, 'one', 'a.ts'))], ['', '', true]);
    await api.ask('DELETE', '/api/repositories/uno', undefined, 404);
  });

  test('a clone of a folder inside of the roots follows its origin, and answers when that is gone', async () => {
    const url = pathToFileURL(join(roots, 'origin')).href;
    assert.equal((await api.add({ url, name: 'mine' })).state, 'done');
    writeFiles(join(roots, 'origin'), { 'd.ts': 'export const second = 1;\n' });
    git(join(roots, 'origin'), 'add', '-A');
    git(join(roots, 'origin'), 'commit', '-q', '-m', 'second');
    assert.equal((await api.work('POST', '/api/repositories/mine/update')).state, 'done');
    assert.equal(await api.found('second'), 'mine:d.ts');
    renameSync(join(roots, 'origin'), join(roots, 'gone'));
    const failed = await api.work('POST', '/api/repositories/mine/update');
    assert.equal(`${failed.state} ${failed.error?.code}`, 'failed not_found');
    const line = (await api.list()).find(({ name }) => name === 'mine');
    assert.match(String(line?.['fetchFailure']), /does not exist/);
    assert.notEqual(line?.['fetchedAt'], null);
    assert.equal(await api.found('second'), 'mine:d.ts');
    assert.equal(existsSync(join(dataDir, 'repositories', 'mine')), true);
    await api.work('DELETE', '/api/repositories/mine');
    assert.equal(existsSync(join(dataDir, 'repositories', 'mine')), false);
  });

  test('what may not be added is refused before anything is queued', async () => {
    const refusals: readonly (readonly [body: Readonly<Record<string, unknown>>, wanted: RegExp])[] = [
      [{ path: outside }, /^path_not_allowed/], [{ path: join(roots, '..', 'outside') }, /^path_not_allowed/], [{ path: join(roots, 'way-out') }, /^path_not_allowed/],
      [{ path: dataDir }, /^path_not_allowed/], [{ path: '/etc' }, /^path_not_allowed/], [{ path: join(roots, 'none') }, /^not_found/], [{ path: 'x\0y' }, /^(invalid_query|not_found)/], [{}, /^invalid_query/],
      [{ url: pathToFileURL(outside).href }, /^path_not_allowed/], [{ url: `file://${roots}/../outside` }, /^path_not_allowed/], [{ url: 'file://elsewhere/x' }, /^invalid_query/],
      [{ path: join(roots, 'one'), name: 'a b' }, /^invalid_query/], [{ path: join(roots, 'one'), name: '..' }, /^invalid_query/], [{ path: join(roots, 'one'), name: 'x\ny' }, /^invalid_query/],
      [{ path: join(roots, 'one'), branch: '--upload-pack=touch x' }, /^invalid_query/],
      ...['http://h.example/x', 'git://h.example/x', 'ext::sh -c touch% /tmp/x', 'fd::17', 'ftp://h.example/x'].map((url) => [{ url }, /^(path_not_allowed|invalid_query)/] as const),
      ...['https://127.0.0.1/x', 'https://localhost/x', 'https://10.1.2.3/x', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/x', 'https://[::ffff:127.0.0.1]/x', 'https://[fd00:ec2::254]/x', 'https://0.0.0.0/x', 'ssh://git@127.0.0.1/x', 'git@localhost:x', 'https://100.100.100.200/x'].map((url) => [{ url }, /^path_not_allowed: .*not of the public network/] as const),
      ...['https://2130706433/x', 'https://0x7f000001/x', 'https://127.1/x', 'https://0177.0.0.1/x', 'https://h.example\\@127.0.0.1/x', 'https://h.example@@127.0.0.1/x', 'ssh://-oProxyCommand=x/y', 'ssh://git@-oProxyCommand=x/y', 'ssh://-oProxyCommand=x@h.example/y', 'git@h.example:-oProxyCommand=x', 'https://h.example?@127.0.0.1/x', 'https://h.example#@127.0.0.1/x', 'https://127.0.0.1%2f@x/y', 'https://h.example:0x1/y'].map((url) => [{ url }, /^(invalid_query|path_not_allowed)/] as const),
      ...['https://me:word@h.example/x', 'https://token@h.example/x', 'https://h.example/x?access_token=y'].map((url) => [{ url }, /^invalid_query: .*(password|plainly)/] as const),
    ];
    const before = ((await api.ask('GET', '/api/jobs?limit=1000')) as { jobs: readonly Job[] }).jobs.length;
    for (const [body, wanted] of refusals) {
      const said = await api.refused(body);
      assert.match(said, wanted, JSON.stringify(body));
      assert.doesNotMatch(said, /word@|token@|access_token=y/);
    }
    assert.equal(((await api.ask('GET', '/api/jobs?limit=1000')) as { jobs: readonly Job[] }).jobs.length, before);
    assert.equal(await api.names(), '');
  });

  test('an archive: unpacked, indexed, replaced by the next, removed with its folder', async () => {
    const items = (text: string): Item[] => [{ name: 'project-1/src/u.ts', text }, { name: 'project-1/.git/config', text: '[core]\n' }];
    await api.upload('sent', gzipSync(tarOf(items('export const uploaded = 1;\n'))));
    assert.equal(await api.found('uploaded'), 'sent:src/u.ts');
    await api.upload('sent', zipOf(items('export const replaced = 1;\n')));
    assert.deepEqual([await api.found('uploaded'), await api.found('replaced'), await api.names()], ['', 'sent:src/u.ts', 'sent']);
    assert.deepEqual([readdirSync(join(dataDir, 'repositories')), readdirSync(join(dataDir, 'uploads'))], [['sent'], []]);
    const attacks: readonly (readonly [string, Buffer, RegExp])[] = [
      ['path', gzipSync(tarOf([{ name: '../../../x', text: 'x' }])), /^403 path_not_allowed/],
      ['link', tarOf([{ name: 'l', type: '2', target: '/etc' }, { name: 'l/x', text: 'x' }]), /^403 path_not_allowed/],
      ['bomb', gzipSync(tarOf([{ name: 'z', text: Buffer.alloc(21_000_000) }])), /^413 too_large/],
      ['cut', gzipSync(tarOf([{ name: 'z', text: 'export const cut = 1;\n'.repeat(2_000) }])).subarray(0, 150), /^400 invalid_query/],
      ['none', Buffer.from('hello'), /^400 invalid_query/],
      ['big', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(2_000_001)]), /^413 too_large/],
      ['..', zipOf([{ name: 'x', text: 'x' }]), /^400 invalid_query/],
    ];
    for (const [name, archive, wanted] of attacks) {
      const { status, body } = await api.upload(name, archive);
      assert.match(`${status} ${body.error?.code}: ${body.error?.message}`, wanted, name);
    }
    // A bad successor leaves what is there.
    await api.upload('sent', tarOf([{ name: '/x', text: 'x' }]), 403);
    assert.deepEqual([await api.found('replaced'), await api.names()], ['sent:src/u.ts', 'sent']);
    assert.deepEqual([readdirSync(join(dataDir, 'repositories')), readdirSync(join(dataDir, 'uploads'))], [['sent'], []]);
    await api.work('DELETE', '/api/repositories/sent');
    assert.deepEqual(readdirSync(join(dataDir, 'repositories')), []);
  });
});

test('a git server over TLS: cloned and fetched where its host may be, held to it, and still answered when it is gone', async () => {
  using folder = scratch('lifecycle-git');
  const origins = join(folder.path, 'origins');
  makeRepository(join(origins, 'team', 'project'), { 'a.ts': 'export const served = 1;\n' });
  await using gitServer = await startGitServer(origins, folder.path);
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  const env = { ...MANAGED, MCP_ALLOWED_GIT_HOSTS: 'localhost,*.example.org', MCP_ALLOW_PRIVATE_HOSTS: 'true', GIT_SSL_CAINFO: gitServer.certificateFile };
  await using server = await startServer({ dataDir, env });
  const api = new Api(server);
  const url = `${gitServer.url}/team/project`;
  assert.match(await api.refused({ url: url.replace('localhost', '127.0.0.1') }), /^path_not_allowed: .*none of the hosts/);
  assert.match(await api.refused({ url: 'https://example.org/x' }), /none of the hosts/);
  assert.equal(gitServer.asked.length, 0);
  const job = await api.add({ url });
  assert.deepEqual([job.state, job.error, await api.found('served')], ['done', null, 'project:a.ts']);
  assert.ok(gitServer.asked.includes('/team/project/info/refs'));
  gitServer.redirect('https://127.0.0.1:1');
  const redirected = await api.work('POST', '/api/repositories/project/update');
  assert.match(`${redirected.state} ${redirected.error?.code}`, /^failed path_not_allowed/);
  await gitServer.stop();
  const failed = await api.work('POST', '/api/repositories/project/update');
  assert.match(`${failed.state} ${failed.error?.code}`, /^failed unavailable/);
  assert.equal(await api.found('served'), 'project:a.ts');
  assert.match(String((await api.list())[0]?.['fetchFailure']), /could not be fetched/);
});

test('a server that others can reach and that has no roots takes no folders from them; archives that nobody came for go', async () => {
  using folder = scratch('lifecycle-public');
  const one = makeRepository(join(folder.path, 'one'), { 'a.ts': 'x\n' });
  const uploads = join(folder.path, 'uploads');
  mkdirSync(uploads);
  for (const name of ['old.tar.gz', 'new.tar.gz']) writeFileSync(join(uploads, name), 'x');
  utimesSync(join(uploads, 'old.tar.gz'), 1, 1);
  await using server = await startServer({ dataDir: folder.path, env: { ...MANAGED, PUBLIC_URL: 'https://code.example.org' } });
  const api = new Api(server);
  assert.match(await api.refused({ path: one }), /^path_not_allowed: .* takes none from its callers/);
  assert.match(await api.refused({ url: pathToFileURL(one).href }), /^path_not_allowed/);
  await until('tidying', async () => !existsSync(join(uploads, 'old.tar.gz')));
  assert.deepEqual(readdirSync(uploads), ['new.tar.gz']);
});

test('killed while it indexes: the next server ends the job, and nothing is there twice', async () => {
  using folder = scratch('lifecycle-kill');
  const repository = join(folder.path, 'repository');
  generateRepository(repository, 600);
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  const first = new Api(await startServer({ dataDir, env: MANAGED }));
  const { job } = (await first.ask('POST', '/api/repositories', { path: repository, name: 'killed' }, 202)) as { job: Job };
  await until('progress', async () => {
    const now = ((await first.ask('GET', `/api/jobs/${job.id}`)) as { job: Job }).job;
    assert.equal(now.finishedAt, null, 'it ended before it could be killed');
    return now.progress?.kind === 'text' || now.progress?.kind === 'symbols';
  });
  await first.server.stop('SIGKILL');
  await using server = await startServer({ dataDir, env: MANAGED });
  const second = new Api(server);
  const ended = await second.ended(job.id);
  assert.deepEqual([ended.state, ended.attempts, ended.error], ['done', 2, null]);
  const [line, more] = await second.list();
  assert.deepEqual([line?.['name'], line?.['files'], line?.['pendingFiles'], line?.['pendingSymbols'], more], ['killed', 600, 0, 0, undefined]);
  const { total } = (await second.ask('GET', '/api/search?mode=regex&all=true&limit=1000&query=class+Thing%5Cd%2B')) as { total: { value: number } };
  assert.equal(total.value, 300);
});

test('cancelled while it indexes: what is committed stays whole; what expired is removed by the clock, and the disk gets its space back', async () => {
  using folder = scratch('lifecycle-end');
  const repository = join(folder.path, 'repository');
  generateRepository(repository, 400);
  const small = makeRepository(join(folder.path, 'small'), { 'kept.ts': 'export const kept = 1;\n' });
  const dataDir = join(folder.path, 'data');
  mkdirSync(dataDir);
  const size = (): number => statSync(join(dataDir, 'code_index.db')).size;
  {
    await using server = await startServer({ dataDir, env: MANAGED });
    const api = new Api(server);
    await api.add({ path: small });
    const running = ((await api.ask('POST', '/api/repositories', { url: pathToFileURL(repository).href, name: 'big' }, 202)) as { job: Job }).job.id;
    const waiting = ((await api.ask('POST', '/api/repositories/small/reindex', {}, 202)) as { job: Job }).job.id;
    await api.ask('DELETE', `/api/jobs/${waiting}`);
    await until('progress', async () => ((await api.ask('GET', `/api/jobs/${running}`)) as { job: Job }).job.progress !== null);
    await api.ask('DELETE', `/api/jobs/${running}`);
    await api.ask('DELETE', `/api/jobs/${running}`, undefined, 409);
    assert.deepEqual([(await api.ended(running)).state, (await api.ended(waiting)).state], ['cancelled', 'cancelled']);
    assert.equal((await api.add({ url: pathToFileURL(repository).href, name: 'big', days_to_keep: 1 })).state, 'done');
  }
  const full = size();
  {
    await using store = await openStore('sqlite:', { dataDir });
    const big = (await store.meta.repositories()).find(({ name }) => name === 'big');
    assert.ok(big !== undefined);
    await store.meta.putRepository({ ...big, expiresAt: '2026-01-01T00:00:00.000Z' });
  }
  assert.equal(existsSync(join(dataDir, 'repositories', 'big')), true);
  {
    await using server = await startServer({ dataDir, env: { ...MANAGED, REPOSITORY_AUTO_CLEANUP: 'true' } });
    const api = new Api(server);
    await until('the end of what expired', async () => (await api.names()) === 'small');
    const [cleanup] = ((await api.ask('GET', '/api/jobs?limit=1')) as { jobs: readonly Job[] }).jobs;
    const ended = await api.ended(cleanup?.id ?? '');
    assert.deepEqual([ended.request.kind, ended.by, ended.result], ['cleanup', 'schedule', { removed: ['big'] }]);
    assert.equal(await api.found('kept'), 'small:kept.ts');
  }
  assert.equal(existsSync(join(dataDir, 'repositories', 'big')), false);
  assert.ok(size() < full * 0.6, `${full} bytes became ${size()}`);
});
