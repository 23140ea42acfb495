/** The server as a user starts it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { OPERATIONS, openService } from '../src/mod.ts';
import { getJson, startServer } from './server.ts';

test('a server answers over HTTP what is indexed, and ends cleanly', async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-serve-')));
  try {
    const project = path.join(root, 'project');
    mkdirSync(project);
    writeFileSync(path.join(project, 'a.ts'), 'export function parseUrl(text: string): URL {\n  return new URL(text);\n}\n');
    const dataDir = path.join(root, 'data');
    {
      await using service = openService({ dataDir, allowedRoots: [], workspace: [], maskSecrets: true, defaultDaysToKeep: 0, autoCleanup: false, version: '0' });
      await OPERATIONS.index.run(service, { targets: [project] }, {});
    }
    await using server = await startServer({ dataDir });
    assert.equal((await getJson(server, '/health')).status, 'healthy');
    assert.deepEqual((await getJson(server, '/api/search?query=parseUrl&mode=text')).results.map((one: { path: string }) => one.path), ['a.ts']);
    assert.equal((await getJson(server, '/nowhere', {}, 404)).error.code, 'not_found');
    assert.equal(await server.stop(), 0);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
