import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { CodeIndexError } from '../base/mod.ts';
import { CachedQuestions } from './cached-questions.ts';
import { chunkTexts } from './chunk-text.ts';
import { openFormerModel, openModel, STATIC_MODEL, StaticModel, type EmbeddingModel, type FileToEmbed } from './mod.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'code-index-embed-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

async function said(opening: Promise<EmbeddingModel>): Promise<string> {
  try {
    await (await opening)[Symbol.asyncDispose]();
    return 'opened';
  } catch (error) {
    assert.ok(error instanceof CodeIndexError, String(error));
    return `${error.code}: ${error.message.replaceAll(scratch, '')}`;
  }
}

test('a model file that is missing, cut off, of another version or something else is one sentence', async () => {
  const file = (name: string): string => path.join(scratch, name);
  copyFileSync(STATIC_MODEL, file('cut'));
  truncateSync(file('cut'), 100_000);
  const later = readFileSync(STATIC_MODEL);
  later.writeUInt32LE(99, 4);
  writeFileSync(file('later'), later);
  writeFileSync(file('text'), 'hello');
  assert.match(await said(openModel({ provider: 'static', model: file('none') })), /^unavailable: The embedding model "\/none" cannot be read/);
  assert.match(await said(openModel({ provider: 'static', model: file('cut') })), /^unavailable: The model file "\/cut" has 100000 bytes where its header says/);
  assert.match(await said(openModel({ provider: 'static', model: file('later') })), /^unavailable: The model file "\/later" has format 99/);
  assert.match(await said(openModel({ provider: 'static', model: file('text') })), /^unavailable: The model file "\/text" is no embedding model/);
});

test('settings that cannot work name the variable', async () => {
  assert.equal(await said(openModel({ provider: 'http', model: 'm' })), 'invalid_query: EMBEDDING_BASE_URL is not set.');
  assert.equal(await said(openModel({ provider: 'http', baseUrl: 'http://localhost/v1' })), 'invalid_query: EMBEDDING_MODEL is not set.');
  assert.equal(await said(openModel({ provider: 'onnx' })), 'invalid_query: EMBEDDING_MODEL is not set.');
  assert.equal(await said(openModel({ provider: 'none' })), 'unavailable: EMBEDDING_PROVIDER is none.');
});

test('a former model is opened by its id where it still can be', async () => {
  const own = await openModel({ provider: 'static' });
  assert.ok((await openFormerModel(own.id, { provider: 'none' })) instanceof StaticModel);
  assert.equal(await openFormerModel('static/of-long-ago', { provider: 'none' }), null);
  assert.equal(await openFormerModel('onnx/somewhere/0123456789ab@3', { provider: 'static' }), null);
  const settings = { provider: 'http', baseUrl: 'http://localhost:1/v1', model: 'new', dimensions: 8 } as const;
  const now = await openModel(settings);
  const before = now.id.replace('/new/', '/team/old/').replace('@8', '@16');
  const former = await openFormerModel(before, settings);
  assert.deepEqual([former?.id, former?.dimensions], [before, 16]);
  assert.equal(await openFormerModel(before, { ...settings, baseUrl: 'http://elsewhere/v1' }), null);
});

test('a question is asked once, and no longer than its time', async () => {
  let [asked, slow] = [0, false];
  const server = createServer((request, response) => {
    asked++;
    if (!slow) request.resume().on('end', () => response.end('{"data":[{"index":0,"embedding":[3,4]}]}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { openHttpModel } = await import('./http/mod.ts');
  await using model = new CachedQuestions(await openHttpModel({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, model: 'm', length: 2 }), 150);
  assert.deepEqual([...(await model.embedQuery('why'))], [76, 102]);
  slow = true;
  assert.deepEqual([...(await model.embedQuery('why'))], [76, 102]);
  assert.equal(asked, 1);
  await assert.rejects(model.embedQuery('how'), { code: 'unavailable', message: /did not answer in 0\.15 s/ });
  const before = Date.now();
  await assert.rejects(model.embedQuery('where'), { code: 'unavailable' });
  assert.ok(Date.now() - before < 100, 'a model that is away is let alone for a while');
  await assert.rejects(new CachedQuestions(model).embedQuery('how', AbortSignal.abort(new DOMException('stopped', 'AbortError'))), { name: 'AbortError' });
  server.closeAllConnections();
  server.close();
});

test('the text of a chunk begins with what it is, and is cut at its end', () => {
  const text = '/** Adds. */\nint add(int a) {\n  return a;\n}\nint rest() {}\n';
  const span = (start: number, end: number): FileToEmbed['facts']['chunks'][number]['span'] => ({ start, end, startLine: 1, endLine: 1 });
  const symbol = {
    name: 'add', kind: 'method' as const, container: 0, span: span(13, 42), nameStart: 17, nameLine: 2, signatureStart: 13, signatureEnd: 27, docStart: 0, docEnd: 12, exported: true,
  };
  const symbols = [{ ...symbol, name: 'Sum', kind: 'class' as const, container: -1, docStart: -1, docEnd: -1, signatureStart: -1, signatureEnd: -1 }, symbol];
  const chunks = [{ span: span(0, 42), symbol: 1 }, { span: span(30, 42), symbol: 1 }, { span: span(42, 57), symbol: -1 }, { span: span(57, 57), symbol: -1 }];
  const file: FileToEmbed = { language: 'java', text, facts: { chunks, symbols, comments: [] } };
  assert.deepEqual(chunkTexts(file, 1_000), [
    'java method Sum.add\n/** Adds. */\nint add(int a) {\n  return a;',
    'java method Sum.add\nint add(int a)\n/** Adds. */\nreturn a;',
    'java\n}\nint rest() {}', '',
  ]);
  assert.deepEqual(chunkTexts({ ...file, text: `${text.slice(0, 42)}ab\u{1f600}cd` }, 8)[2], 'java\nab', 'no half of a character');
});
