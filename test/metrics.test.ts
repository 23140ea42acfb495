/** Every declared metric moves: a server is driven as its users drive it, and /metrics is read before and after. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { METRICS } from '../src/base/mod.ts';
import { LAUNCHER } from './faces.ts';
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
  for (let turn = 0; turn < 150; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('it did not come to that within 15 s');
}

test('metrics: every one that is declared moves', async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-metrics-')));
  try {
    const [project, gone, dataDir] = [path.join(root, 'project'), path.join(root, 'gone'), path.join(root, 'data')];
    for (const folder of [project, gone, dataDir]) mkdirSync(folder);
    writeFileSync(path.join(project, 'a.ts'), 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n');
    await using server = await startServer({ dataDir, env: { ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', RATE_LIMIT: '300/hour', MCP_ALLOWED_ROOTS: root } });
    const before = await figures(server);
    const add = async (folder: string): Promise<string> => {
      const answer = await getJson(server, '/api/repositories', { ...asAdmin, method: 'POST', headers: { ...asAdmin.headers, 'content-type': 'application/json' }, body: JSON.stringify({ path: folder }) }, 202);
      return answer.job.id;
    };
    const state = async (id: string): Promise<string> => (await getJson(server, `/api/jobs/${id}`, asAdmin)).job.state;
    const [first, second] = [await add(project), await add(gone)];
    // While the first one runs the second waits, and what it is about goes: a job that is dead in the end.
    rmSync(gone, { recursive: true });
    const during = await figures(server);
    await until(async () => (await state(first)) === 'done' && (await state(second)) === 'failed');
    for (let turn = 0; turn < 3; turn++) await getJson(server, '/api/search?query=parseUrl', asAdmin);
    await getJson(server, '/nowhere', {}, 404);
    await getJson(server, '/api/status', {}, 401);
    await using session = await openSession(dataDir, project);
    await session.listTools();
    let status = 0;
    for (let turn = 0; turn < 500 && status !== 429; turn++) ({ status } = await fetch(`${server.url}/api/session`));
    assert.equal(status, 429);
    const after = await figures(server);
    const still = Object.entries(METRICS).flatMap(([name, { kind }]) => {
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
