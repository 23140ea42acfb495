import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { IndexSummary } from '../domain/mod.ts';
import type { ModelSettings } from '../embed/mod.ts';
import { OPERATIONS, openService, type Service } from './mod.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'code-index-meaning-'));
const project = path.join(scratch, 'project');
mkdirSync(project);
for (let at = 0; at < 150; at++) writeFileSync(path.join(project, `file${at}.py`), `def name${at}():\n    return ${at}\n`);

let [requests, allowed] = [0, 0];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
    const { input } = JSON.parse(body) as { input: string[] };
    if (requests++ >= allowed) return void response.writeHead(400).end();
    response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: [text.length, 1] })) }));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

function serviceOf(data: string, embedding: ModelSettings): Service {
  return openService({ dataDir: path.join(scratch, data), allowedRoots: [], workspace: [project], threads: 1, defaultDaysToKeep: 0, autoCleanup: false, version: '0', embedding });
}

async function index(service: Service, noVectors = false): Promise<IndexSummary> {
  const { repositories } = await OPERATIONS.index.run(service, { targets: [project], noVectors }, {});
  return repositories[0] as IndexSummary;
}

test('while a model is being replaced the one with the most vectors answers, and the new one when it is complete', async () => {
  const http: ModelSettings = { provider: 'http', baseUrl, model: 'new', dimensions: 2 };
  await using old = serviceOf('replaced', { provider: 'static' });
  await index(old);
  const before = await old.meaning();
  assert.match(before.model?.id ?? '', /^static\//);
  assert.deepEqual(before.notes, []);
  allowed = 1;
  {
    await using half = serviceOf('replaced', http);
    const summary = await index(half);
    assert.ok(summary.embedded > 0 && summary.pendingVectors > 0);
    assert.match(summary.vectorsFailure ?? '', /answered 400/);
    assert.equal((await half.meaning()).model?.id, before.model?.id);
  }
  allowed = Number.POSITIVE_INFINITY;
  await using whole = serviceOf('replaced', http);
  assert.equal((await index(whole)).pendingVectors, 0);
  const { model, notes } = await whole.meaning();
  assert.match(model?.id ?? '', /^http\/new\/[0-9a-f]{8}@2$/);
  assert.deepEqual(notes, []);

  // The package's own model is wanted again, and nothing was indexed since: what is there answers where it can be asked.
  await using back = serviceOf('replaced', { ...http, provider: 'static' as const, model: path.join(scratch, 'none.bin') });
  assert.equal((await back.meaning()).model?.id, model?.id);
});

test('what is missing is said', async () => {
  await using service = serviceOf('missing', { provider: 'static' });
  assert.deepEqual(await service.meaning(), { model: null, notes: [] }, 'nothing is indexed, nothing is missing');
  await index(service, true);
  const none = await service.meaning();
  assert.equal(none.model, null);
  assert.match(none.notes.join(), /no file that was searched has vectors; .* Run `code-index index`/);
  await index(service);
  assert.deepEqual((await service.meaning()).notes, [], 'decided anew once something was indexed');
  writeFileSync(path.join(project, 'later.py'), 'def later(): pass\n');
  await index(service, true);
  assert.deepEqual((await service.meaning()).notes, ['1 file awaits its vectors and is found by words and symbols alone.']);
  await using off = serviceOf('missing', { provider: 'none' });
  assert.deepEqual([await off.embedding(), (await off.meaning()).model], [null, null]);
  assert.match((await off.meaning()).notes.join(), /EMBEDDING_PROVIDER is none/);
  await using broken = serviceOf('missing', { provider: 'static', model: path.join(scratch, 'none.bin') });
  const fallen = await broken.meaning();
  assert.match(fallen.model?.id ?? '', /^static\//, 'the model of the package made them, and is there');
});
