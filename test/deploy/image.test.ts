/**
 * The production image without a container engine: its steps run on this Debian machine, and its content runs as the
 * engine would run it. `node scripts/image/rehearse.ts` does the same with buildah and the Dockerfile itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assemble, ACCOUNT } from '../../scripts/image/assemble.ts';
import { makeRepository, until } from '../faces.ts';
import { startGitServer } from '../git-server.ts';
import { getJson } from '../server.ts';
import { pgvectorIsInstalled, startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';
import { scratch } from '../whole.ts';
import { freePorts } from './nginx.ts';
import { startContainer, runInContainer, type Container, type ContainerOptions } from './container.ts';
import { copyDeployment, prepare, readCompose, type ComposeService } from './compose.ts';
import { lacking } from './files.ts';
import { commandOf, environmentOf, ROOT, stagesOf, valueOf } from './dockerfile.ts';

const IMAGE_BYTES_MAX = 400_000_000;
const TOKEN = 'a-token-of-the-image-test';
const missing = lacking('bwrap', 'tini', 'git', 'dpkg-query');
const stages = stagesOf('deploy/Dockerfile.production');
const [build, last] = [stages[0] as (typeof stages)[0], stages.at(-1) as (typeof stages)[0]];
const folder = scratch('image');
/** `rehearse.ts` names the root of an image that was built; else its content is assembled here. */
const built = process.env['IMAGE_ROOT'];
const root = built ?? path.join(folder.path, 'image', 'root');

before(() => {
  if (missing === false && built === undefined) assembleHere();
});

function assembleHere(): void {
  const dist = path.join(folder.path, 'dist');
  for (const project of ['tsconfig.build.json', 'web/tsconfig.build.json']) {
    const outDir = project.startsWith('web') ? path.join(dist, 'web') : dist;
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project, '--outDir', outDir], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  }
  const extras = /EXTRA_PACKAGES="([^"]*)"/.exec(build.instructions.map(({ text }) => text).join('\n'))?.[1]?.split(' ') ?? [];
  assert.ok(extras.length > 3);
  assemble({ source: ROOT, built: dist, folder: path.join(folder.path, 'image'), extras });
}

after(() => folder[Symbol.dispose]());

/** A volume, begun as an engine begins it: with what the image has in that place. */
function storage(name: string, part = ''): string {
  const to = path.join(folder.path, name);
  if (!existsSync(to)) cpSync(path.join(built === undefined ? path.join(folder.path, 'image', 'storage') : path.join(built, ACCOUNT.home), part), to, { recursive: true });
  return to;
}

function options(name: string, more: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}): ContainerOptions {
  return { root, storage: storage(name), files, account: ACCOUNT.id, environment: { ...environmentOf(last), PORT: '0', ADMIN_TOKEN: TOKEN, ...more } };
}

const ENTRY = [...commandOf(last, 'ENTRYPOINT')];

/** Each once: `bin` and `lib` are links into `usr`. */
function everyFile(below: string): string[] {
  return readdirSync(below, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? everyFile(path.join(below, one.name)) : [path.join(below, one.name)]));
}

test('the image holds what the program needs and nothing to work on: at most 400 MB, no shell, no package manager, nothing that lends rights', { skip: missing }, () => {
  const files = everyFile(root);
  const bytes = files.reduce((sum, file) => sum + lstatSync(file).size, 0);
  assert.ok(bytes > 150_000_000 && bytes < IMAGE_BYTES_MAX, `${bytes} bytes`);
  const programs = files.filter((file) => (lstatSync(file).mode & 0o111) !== 0 && lstatSync(file).isFile() && /\/bin\//.test(file) && !file.includes('/node_modules/')).map((file) => path.relative(root, file)).sort();
  assert.deepEqual(programs, ['usr/bin/git', 'usr/bin/tini', 'usr/local/bin/code-index', 'usr/local/bin/node']);
  assert.deepEqual(files.filter((file) => /^(?:ba|da|z|k)?sh$|^(?:busybox|perl|npm|npx|apt|apt-get|dpkg|python3?|gcc|ld)$/.test(path.basename(file))), []);
  assert.deepEqual(files.filter((file) => (lstatSync(file).mode & 0o6000) !== 0), []);
  // Scanners read which packages are in it, and their licences are there.
  for (const name of ['git', 'libc6', 'libcurl3-gnutls', 'tini']) {
    assert.match(readFileSync(path.join(root, 'var/lib/dpkg/status.d', name), 'utf8'), /^Version: \d/m);
    assert.ok(existsSync(path.join(root, 'usr/share/doc', name, 'copyright')));
  }
});

test('the Dockerfile: the last stage is empty but for what was assembled, and says who runs what', { skip: missing }, () => {
  assert.equal(stages.length, 2);
  assert.match(build.from, /^\$\{NODE_IMAGE\} AS build$/);
  assert.equal(last.from, 'scratch');
  assert.ok(last.instructions.every(({ name }) => name !== 'RUN' && name !== 'ADD'));
  assert.deepEqual(last.instructions.filter(({ name }) => name === 'COPY').map(({ text }) => text), ['--from=build /image/root /', `--from=build --chown=${ACCOUNT.id}:${ACCOUNT.id} /image/storage ${ACCOUNT.home}`]);
  assert.equal(valueOf(last, 'USER'), `${ACCOUNT.id}:${ACCOUNT.id}`);
  assert.equal(valueOf(last, 'EXPOSE'), environmentOf(last)['PORT']);
  assert.equal(valueOf(last, 'STOPSIGNAL'), 'SIGTERM');
  for (const program of [...commandOf(last, 'ENTRYPOINT'), ...commandOf(last, 'HEALTHCHECK')].filter((word) => word.startsWith('/'))) assert.ok(existsSync(path.join(root, program)), program);
  assert.match(readFileSync(path.join(root, 'etc/passwd'), 'utf8'), new RegExp(`^mcp:x:${ACCOUNT.id}:${ACCOUNT.id}:mcp:/app:`, 'm'));
});

test('the other images: backups run as nobody from the scripts of this repository, and the check finds its programs in the one for development', () => {
  const [backup, development] = ['backup', 'development'].map((name) => stagesOf(`deploy/Dockerfile.${name}`).at(-1) as (typeof stages)[0]) as [(typeof stages)[0], (typeof stages)[0]];
  assert.equal(valueOf(backup, 'USER'), `${ACCOUNT.id}:${ACCOUNT.id}`);
  const [script = ''] = commandOf(backup, 'CMD');
  assert.equal(lstatSync(path.join(ROOT, script.replace(/^\/opt\/code-index\//, ''))).mode & 0o111, 0o111);
  assert.equal(valueOf(backup, 'COPY'), 'deploy/backup /opt/code-index/deploy/backup');
  assert.equal(valueOf(development, 'USER'), 'node');
  const installed = new Set(development.instructions.map(({ text }) => text).join(' ').split(/\s+/));
  const wanted = [...readFileSync(path.join(ROOT, 'scripts/check.ts'), 'utf8').matchAll(/package: '([^' ]+)'/g)].map((match) => match[1] as string);
  assert.ok(wanted.length > 8);
  assert.deepEqual(wanted.filter((name) => !installed.has(name)), []);
});

test('the image serves from a read-only root without rights: it clones over https with a login, indexes, answers, and ends at SIGTERM', { skip: missing }, async () => {
  const origins = path.join(folder.path, 'origins');
  makeRepository(path.join(origins, 'team', 'project'), { 'a.ts': 'export function servedFromTheImage(): number {\n  return 1;\n}\n', 'lib/b.py': 'def other():\n    return 2\n' });
  await using gitServer = await startGitServer(origins, folder.path, 'reader:open sesame');
  const netrc = path.join(folder.path, 'netrc');
  writeFileSync(netrc, 'machine localhost login reader password "open sesame"\n');
  const setup = options('served', { ENABLE_REPOSITORY_MANAGEMENT: 'true', MCP_ALLOW_PRIVATE_HOSTS: 'true', GIT_SSL_CAINFO: '/run/git-server.pem' }, { '/run/git-server.pem': gitServer.certificateFile, '/app/.netrc': netrc });
  const container = await startContainer([...ENTRY, ...commandOf(last, 'CMD')], setup);
  try {
    const server = { url: await container.line(/Serving on (http:\/\/127\.0\.0\.1:\d+)/) };
    assert.equal((await getJson(server, '/health')).status, 'healthy');
    const check = commandOf(last, 'HEALTHCHECK');
    assert.equal((await runInContainer([...check, new URL(server.url).port], setup)).code, 0);
    assert.equal((await runInContainer([...check, '1'], setup)).code, 1);
    const authorization = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const refused = await getJson(server, '/api/repositories', { method: 'POST', headers: authorization, body: '{"url":"ssh://git@localhost/team/project"}' }, 403);
    assert.match(refused.error.message, /ssh/);
    const { job } = await getJson(server, '/api/repositories', { method: 'POST', headers: authorization, body: JSON.stringify({ url: `${gitServer.url}/team/project` }) }, 202);
    await until('the end of the clone', async () => (await getJson(server, `/api/jobs/${job.id}`, { headers: authorization })).job.finishedAt !== null);
    assert.deepEqual((await getJson(server, `/api/jobs/${job.id}`, { headers: authorization })).job.error, null);
    const found = await getJson(server, '/api/search?query=servedFromTheImage', { headers: authorization });
    assert.equal(found.results[0].path, 'a.ts');
    assert.equal((await getJson(server, '/ready', { headers: authorization })).status, 'ready');
    const listed = await runInContainer(['code-index', 'repos', 'list', '--json'], { ...setup, environment: { ...setup.environment, ADMIN_TOKEN: '' } });
    assert.match(listed.said, /"name":\s*"project"/);
    for (const file of ['data/code_index.db', 'repositories/project/HEAD', 'logs/serve.log']) assert.ok(existsSync(path.join(setup.storage, file)), file);
    assert.equal(await container.stop('SIGTERM'), 0, container.said());
  } finally {
    await container.stop('SIGKILL');
  }
});

const INSTALLED = missing || lacking('docker-compose', 'openssl', 'redis-server') || (pgvectorIsInstalled() ? false : 'PostgreSQL with pgvector is not installed');

test('the installation from the image, told what the compose file tells its services: a worker does what a server was asked for, and every server answers from it', { skip: INSTALLED }, async () => {
  const clone = copyDeployment(path.join(folder.path, 'clone'));
  assert.equal(prepare(clone).status, 0);
  const { services, secrets: told } = readCompose(clone, '-f', 'docker-compose.production.yml');
  const origins = path.join(folder.path, 'origins-of-all');
  makeRepository(path.join(origins, 'team', 'all'), { 'a.ts': 'export function answeredByEveryServer(): number {\n  return 1;\n}\n' });
  await using gitServer = await startGitServer(origins, folder.path, 'reader:of-all');
  const netrc = path.join(clone, 'deploy/secrets/netrc');
  chmodSync(netrc, 0o644);
  writeFileSync(netrc, `${readFileSync(netrc, 'utf8')}machine localhost login reader password of-all\n`);
  await using postgres = await startPostgres();
  await using redis = await startRedis({ password: services['redis']?.environment?.['REDIS_PASSWORD'] as string });
  const address = new URL(await postgres.createDatabase('codeindex'));
  address.password = '';
  // Services as the compose file names them, on this machine instead of in networks of their own.
  const start = async (name: string, elsewhere: Readonly<Record<string, string>>): Promise<Container & { readonly setup: ContainerOptions }> => {
    const { command, environment = {}, volumes = [], secrets = [] } = services[name] as ComposeService;
    const files = Object.fromEntries(secrets.map(({ source, target }) => [target ?? `/run/secrets/${source}`, told[source]?.file as string]));
    const shared = Object.fromEntries(volumes.map(({ source, target }) => [target, storage(`volume-${source}`, source)]));
    const here = { DATABASE_URL: address.href, DB_PASSWORD: postgres.password, REDIS_URL: `redis://127.0.0.1:${redis.port}/0`, HOST: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1', MCP_ALLOW_PRIVATE_HOSTS: 'true', GIT_SSL_CAINFO: '/run/git-server.pem', EMBEDDING_PROVIDER: 'none' };
    const setup = { ...options(name, { ...environment as Record<string, string>, ...here, ...elsewhere }, { ...files, '/run/git-server.pem': gitServer.certificateFile }), shared };
    return Object.assign(await startContainer([...ENTRY, ...command ?? []], setup), { setup });
  };
  const [workerPort] = await freePorts(1) as [number];
  const containers = await Promise.all([start('mcp-server', { PORT: '0' }), start('mcp-server-2', { PORT: '0' }), start('mcp-worker', { WORKER_PORT: String(workerPort) })]);
  const [one, two, worker] = containers;
  try {
    const servers = await Promise.all([one, two].map(async (each) => ({ url: await each.line(/Serving on (http:\/\/127\.0\.0\.1:\d+)/) })));
    await worker.line(/(Working on \d)/);
    const check = services['mcp-worker']?.healthcheck?.test.slice(1, -1) ?? [];
    assert.equal((await runInContainer([...check, String(workerPort)], worker.setup)).code, 0);
    const bearer = { authorization: `Bearer ${one.setup.environment['ADMIN_TOKEN']}`, 'content-type': 'application/json' };
    const { job } = await getJson(servers[0] as { url: string }, '/api/repositories', { method: 'POST', headers: bearer, body: JSON.stringify({ url: `${gitServer.url}/team/all` }) }, 202);
    // Asked at the other one, because neither keeps it to itself.
    await until('the end of the clone', async () => (await getJson(servers[1] as { url: string }, `/api/jobs/${job.id}`, { headers: bearer })).job.finishedAt !== null);
    for (const server of servers) {
      const found = await getJson(server, '/api/search?query=answeredByEveryServer', { headers: bearer });
      assert.equal(found.results[0]?.path, 'a.ts', JSON.stringify(await getJson(server, `/api/jobs/${job.id}`, { headers: bearer })));
      assert.equal((await getJson(server, '/ready', { headers: bearer })).status, 'ready');
    }
    const token = readFileSync(path.join(clone, 'deploy/secrets/metrics-token'), 'utf8');
    const figures = await (await fetch(`http://127.0.0.1:${workerPort}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
    assert.match(figures, /^code_index_database_connections/m);
    assert.ok(existsSync(path.join(folder.path, 'volume-logs', 'mcp-server-2', 'serve.log')) && existsSync(path.join(folder.path, 'volume-logs', 'mcp-worker', 'worker.log')));
    for (const each of containers) assert.equal(await each.stop('SIGTERM'), 0, each.said());
  } finally {
    for (const each of containers) await each.stop('SIGKILL');
  }
});

/** Children of a process that ended and whose exit status nobody took. */
function unreaped(parent: number): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    const status = `/proc/${name}/status`;
    // Processes end while we look.
    const text = readOrNothing(status);
    return /^State:\s+Z/m.test(text) && /^PPid:\s+(\d+)$/m.exec(text)?.[1] === String(parent);
  }).length;
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

test('what a stopped git leaves behind is taken by the first process', { skip: missing }, async () => {
  const setup = options('reaped');
  // A child that starts a grandchild and dies at once, as git does when it is killed.
  const orphan = "const {spawn}=require('node:child_process');spawn(process.execPath,['-e','setTimeout(()=>{},300)'],{stdio:'ignore',detached:true}).unref();";
  const parent = `const {execFileSync}=require('node:child_process');execFileSync(process.execPath,['-e',${JSON.stringify(orphan)}]);console.log('orphaned yes');setTimeout(()=>{},60000);`;
  const zombies = async (command: readonly string[]): Promise<number> => {
    const container: Container = await startContainer([...command, '/usr/local/bin/node', '-e', parent], setup);
    await container.line(/orphaned (yes)/);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const left = unreaped(container.first);
    await container.stop('SIGKILL');
    return left;
  };
  assert.equal(await zombies(ENTRY.slice(0, 2)), 0);
  // Without tini it is as the comment of the Dockerfile says.
  assert.equal(await zombies([]), 1);
});
