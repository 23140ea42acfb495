/** Providers of vectors, through the program: whatever they do, text and symbols answer, and what is missing is said. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeModelFolder } from './tiny-onnx.ts';
import { makeRepository, run, temporaryFolder, writeFiles, type Outcome } from './faces.ts';

const folder = temporaryFolder();
const project = path.join(folder.path, 'project');
let behaves: (input: readonly string[], response: ServerResponse) => void;
const good: typeof behaves = (input, response) => void response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: [text.length, 1, 2] })) }));
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => behaves((JSON.parse(body) as { input: string[] }).input, response));
});
let http: Record<string, string>;

before(async () => {
  makeRepository(project, { 'retry.py': '# Tries again.\ndef retry(times):\n    return times\n', 'open.ts': 'export function openFile(path: string): void {}\n' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  http = { EMBEDDING_PROVIDER: 'http', EMBEDDING_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, EMBEDDING_MODEL: 'tiny', EMBEDDING_API_KEY: 'very-secret' };
});
after(() => {
  server.closeAllConnections();
  server.close();
  folder[Symbol.dispose]();
});

let worlds = 0;
/** The program over a fresh index. */
function world(): (args: readonly string[], env?: Record<string, string>) => Promise<Outcome> {
  const dataDir = path.join(folder.path, `data${worlds++}`);
  return async (args, env = {}) => {
    const outcome = await run(args, { cwd: project, dataDir, env });
    assert.ok(!`${outcome.stdout}${outcome.stderr}`.includes('very-secret'), 'the key is never told');
    return outcome;
  };
}

interface Status {
  readonly embedding: { readonly lastFailure: { readonly message: string } | null };
  readonly repositories: readonly { readonly symbols: number; readonly vectors: { readonly files: number; readonly models: Readonly<Record<string, number>> } }[];
}

async function statusOf(ask: ReturnType<typeof world>): Promise<Status> {
  return JSON.parse((await ask(['status', '--json'])).stdout) as Status;
}

describe('an endpoint', () => {
  it('makes the vectors, and those of the former model answer until it has', async () => {
    const ask = world();
    assert.equal((await ask(['index'])).code, 0);
    const [own] = Object.keys((await statusOf(ask)).repositories[0]?.vectors.models ?? {});
    assert.match(own ?? '', /^static\//);
    behaves = (_input, response) => void response.writeHead(500).end();
    assert.match((await ask(['index'], http)).stdout, /2 files? await|no vectors were made: The embedding provider at 127\.0\.0\.1:\d+ answered 500\./);
    assert.deepEqual(Object.keys((await statusOf(ask)).repositories[0]?.vectors.models ?? {}), [own]);
    behaves = good;
    assert.match((await ask(['index'], http)).stdout, /vectors of 2 files completed/);
    const { embedding, repositories } = await statusOf(ask);
    assert.equal(embedding.lastFailure, null);
    const [[id, count] = []] = Object.entries(repositories[0]?.vectors.models ?? {});
    assert.match(id ?? '', /^http\/tiny\/[0-9a-f]{8}@3$/);
    assert.equal(count, 2);
  });

  const faults: Readonly<Record<string, [typeof behaves, RegExp]>> = {
    'answers 429': [(_input, response) => void response.writeHead(429, { 'retry-after': '900' }).end('{"error":{"message":"slow down"}}'), /answered 429 \(slow down\) and asks to wait 900 s\./],
    'is no JSON': [(_input, response) => void response.end('<html>'), /answered with something that is not JSON\./],
    'answers NaN': [(input, response) => void response.end(JSON.stringify({ data: input.map((_, index) => ({ index, embedding: [null, 1] })) })), /holds NaN or infinity\./],
    'changes the dimension': [(input, response) => void response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: text === 'length' ? [1, 2] : [1, 2, 3] })) })), /a vector of 3 numbers instead of 2\./],
    'does not answer': [() => {}, /did not answer in 2 s\./],
  };
  for (const [name, [fault, sentence]] of Object.entries(faults)) {
    it(`that ${name} costs the vectors alone`, async () => {
      const ask = world();
      behaves = fault;
      const { code, stdout } = await ask(['index'], http);
      assert.equal(code, 0);
      assert.match(stdout, /2 files await vectors: The embedding provider at 127\.0\.0\.1:\d+ /);
      assert.match(stdout, sentence);
      const { embedding, repositories } = await statusOf(ask);
      assert.match(embedding.lastFailure?.message ?? '', sentence);
      assert.deepEqual([repositories[0]?.symbols, repositories[0]?.vectors], [2, { files: 2, models: {} }]);
    });
  }

  it('that is down is told by doctor, and words and symbols answer', async () => {
    const ask = world();
    behaves = (_input, response) => void response.writeHead(503).end();
    await ask(['index'], http);
    assert.match((await ask(['doctor'], http)).stdout, /^BAD\s+meaning\s.* answered 503\./m);
    behaves = good;
    assert.match((await ask(['index'], http)).stdout, /vectors of 2 files completed/);
    behaves = () => {};
    const answer = JSON.parse((await ask(['search', 'tries', 'again', '--json'], http)).stdout) as { results: { path: string }[]; notes: string[] };
    assert.equal(answer.results[0]?.path, 'retry.py');
    assert.match(answer.notes.join(), /^Meaning was left out: The embedding model http\/tiny\/[0-9a-f]{8}@3 did not answer in 2 s; results are by words and symbols alone\.$/);
    assert.match((await ask(['symbol', 'openFile'], http)).stdout, /open\.ts/);
  });
});

describe('the other providers', () => {
  it('onnx reads a local folder', async () => {
    const ask = world();
    const model = writeModelFolder(path.join(folder.path, 'onnx'), ['python', 'return', 'again.'], [[9, 9], [1, 0], [0, 1], [1, 1], [2, 1]]);
    assert.doesNotMatch((await ask(['index'], { EMBEDDING_PROVIDER: 'onnx', EMBEDDING_MODEL: model })).stdout, /vectors/);
    assert.match(Object.keys((await statusOf(ask)).repositories[0]?.vectors.models ?? {})[0] ?? '', /^onnx\/onnx\/[0-9a-f]{12}@2$/);
  });
  it('static says what is wrong with its file', async () => {
    const ask = world();
    const file = writeFiles(folder.path, { 'model.bin': 'CIXM' });
    assert.match((await ask(['index'], { EMBEDDING_MODEL: path.join(file, 'model.bin') })).stdout, /2 files await vectors: The model file ".*model\.bin" is no embedding model/);
    writeFileSync(path.join(folder.path, 'model.bin'), '');
    assert.equal((await ask(['search', 'retry'], { EMBEDDING_MODEL: path.join(file, 'model.bin') })).code, 0);
  });
  it('none, and --no-vectors, make none', async () => {
    const ask = world();
    assert.doesNotMatch((await ask(['index'], { EMBEDDING_PROVIDER: 'none' })).stdout, /vectors/);
    assert.doesNotMatch((await ask(['index', '--no-vectors'])).stdout, /vectors/);
    assert.deepEqual((await statusOf(ask)).repositories[0]?.vectors, { files: 2, models: {} });
    assert.match((await ask(['index'])).stdout, /vectors of 2 files completed/);
  });
  it('says which values there are', async () => {
    const { code, stderr } = await world()(['status'], { EMBEDDING_PROVIDER: 'magic' });
    assert.deepEqual([code, stderr], [2, 'code-index: EMBEDDING_PROVIDER cannot be "magic". Set it to one of static, http, onnx, none.\n']);
  });
});
