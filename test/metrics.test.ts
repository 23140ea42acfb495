/** Every declared metric moves: a server is driven as its users drive it, and /metrics is read before and after. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { METRICS } from '../src/base/mod.ts';
import { LAUNCHER, makeRepository } from './faces.ts';
import { startGitServer } from './git-server.ts';
import { postgresIsInstalled, startPostgres } from './services/postgres.ts';
import { cleanEnvironment, getJson, startServer, type RunningServer } from './server.ts';

const ADMIN = 'admin-token-of-the-tests';
const asAdmin = { headers: { authorization: `Bearer ${ADMIN}` } };

/** The sum of each metric over its labels; of a histogram, how many values it took. */
async function figures(server: RunningServer): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${server.url}/metrics`, asAdmin);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const sums = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const found = /^([a-z_]+?)(_count)?(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found === null || line.startsWith('#')) continue;
    const [, name = '', , labels = '', value] = found;
    // A route's pattern and never an address: else every stranger could make new series.
    assert.doesNotMatch(labels, /nowhere|parseUrl/);
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail('it did not come to that within 40 s');
}

async function runs(program: string, words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const [code] = (await once(spawn(program, words, { env: cleanEnvironment(env), stdio: ['ignore', 'ignore', 'inherit'] }), 'exit')) as [number | null];
  assert.equal(code, 0, `${program} ${words.join(' ')}`);
}

test('metrics: every one that is declared moves', async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-metrics-')));
  try {
    const [project, dataDir] = [path.join(root, 'project'), path.join(root, 'data')];
    for (const folder of [project, dataDir]) mkdirSync(folder);
    writeFileSync(path.join(project, 'a.ts'), 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n');
    makeRepository(path.join(root, 'origins', 'clone'), { 'b.ts': 'export const cloned = 1;\n' });
    await using origin = await startGitServer(path.join(root, 'origins'), root);
    // Figures of a database server move where there is one to be had.
    await using postgres = postgresIsInstalled() ? await startPostgres() : null;
    const database: Readonly<Record<string, string>> = postgres === null ? {} : { DATABASE_URL: await postgres.createDatabase() };
    await runs(LAUNCHER, ['index', `${origin.url}/clone`, '--data-dir', dataDir], { ...database, GIT_SSL_CAINFO: origin.certificateFile, EMBEDDING_PROVIDER: 'none' });
    if (postgres === null) await runs(LAUNCHER, ['backup', '--data-dir', dataDir], {});
    else await runs(path.join(import.meta.dirname, '..', 'deploy', 'backup', 'backup.sh'), [], { ...database, BACKUP_DIR: path.join(dataDir, 'backups'), PATH: `${postgres.binaries}:${process.env['PATH']}` });
    await using server = await startServer({ dataDir, env: { ...database, ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', RATE_LIMIT: '600/hour', MCP_ALLOWED_ROOTS: root } });
    const before = await figures(server);
    const { job } = await getJson(server, '/api/repositories', { ...asAdmin, method: 'POST', headers: { ...asAdmin.headers, 'content-type': 'application/json' }, body: JSON.stringify({ path: project }) }, 202);
    const during = await figures(server);
    await until(async () => (await getJson(server, `/api/jobs/${job.id}`, asAdmin)).job.state === 'done');
    // The server has no certificate of the git server, so that the origin does not answer it.
    const fetching = await getJson(server, '/api/repositories/clone/update', { ...asAdmin, method: 'POST' }, 202);
    await until(async () => (await getJson(server, `/api/jobs/${fetching.job.id}`, asAdmin)).job.state === 'failed');
    for (let turn = 0; turn < 3; turn++) await getJson(server, '/api/search?query=parseUrl', asAdmin);
    await getJson(server, '/nowhere', {}, 404);
    await getJson(server, '/api/status', {}, 401);
    await using session = await openSession(dataDir, project);
    await session.listTools();
    let status = 0;
    for (let turn = 0; turn < 700 && status !== 429; turn++) ({ status } = await fetch(`${server.url}/api/session`));
    assert.equal(status, 429);
    const after = await figures(server);
    const still = Object.entries(METRICS).flatMap(([name, { kind }]) => {
      if (postgres === null && /^code_index_database_(connections|query)/.test(name)) return [];
      const seen = [before, during, after].map((one) => one.get(name) ?? 0);
      // Sizes may stay as they are; jobs that wait or run are there for a while.
      return (kind === 'gauge' ? seen.some((value) => value > 0) : (seen[2] as number) > (seen[0] as number)) ? [] : [`${name}: ${seen.join(' -> ')}`];
    });
    assert.deepEqual(still, []);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

/** An agent's session of this machine, which shares the server. */
async function openSession(dataDir: string, cwd: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: 'test', version: '1' });
  const env = Object.fromEntries(Object.entries(cleanEnvironment()).filter((one): one is [string, string] => one[1] !== undefined));
  await client.connect(new StdioClientTransport({ command: LAUNCHER, args: ['mcp', '--data-dir', dataDir], cwd, env, stderr: 'pipe' }));
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
