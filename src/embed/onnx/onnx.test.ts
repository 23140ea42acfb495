import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { CodeIndexError } from '../../base/mod.ts';
import { openOnnxModel } from './mod.ts';
import { load } from './packages.ts';
import { writeModelFolder } from '../../../test/tiny-onnx.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'code-index-onnx-'));
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const WORDS = ['red', 'green', 'blue'];
/** Rows of [PAD], [UNK] and the words. The row of padding is large, so that counting it would be seen. */
const TABLE = [[99, 99, 99], [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]];

let made = 0;
const folderOf = (more: Readonly<Record<string, unknown>> = {}, table: readonly (readonly number[])[] = TABLE): string => writeModelFolder(path.join(scratch, `model${made++}`), WORDS, table, more);

test('a text is the mean of its own tokens: padding does not count', async () => {
  await using model = await openOnnxModel(folderOf());
  assert.deepEqual([model.dimensions, /^onnx\/model0\/[0-9a-f]{12}@3$/.test(model.id)], [3, true]);
  assert.deepEqual([...(await model.embedQuery('red'))], [127, 0, 0]);
  assert.deepEqual([...(await model.embedQuery('red green'))], [90, 90, 0]);
  const text = 'red\n  \ngreen blue blue\n';
  const span = (start: number, end: number): { start: number; end: number; startLine: number; endLine: number } => ({ start, end, startLine: 1, endLine: 1 });
  const chunks = [span(0, 4), span(4, 7), span(7, text.length)].map((each) => ({ span: each, symbol: -1 }));
  const [vectors] = await model.embedFiles([{ language: 'text', text, facts: { chunks, symbols: [], comments: [] } }]);
  assert.deepEqual([...(vectors as Int8Array)], [127, 0, 0, 0, 0, 0, 0, 57, 114]);
});

test('the folder says how it pools and how much it reads at once', async () => {
  await using first = await openOnnxModel(folderOf({ '1_Pooling/config.json': { pooling_mode_cls_token: true } }));
  assert.deepEqual([...(await first.embedQuery('green red red'))], [0, 127, 0]);
  await using short = await openOnnxModel(folderOf({ 'config.json': { max_position_embeddings: 3 } }));
  assert.deepEqual([...(await short.embedQuery('red red blue blue blue green'))], [114, 57, 0], 'the first tokens and the last one');
});

test('what is wrong with a folder is one sentence', async () => {
  const said = async (folder: string): Promise<string> => {
    try {
      await using model = await openOnnxModel(folder);
      await model.embedQuery('red');
      return 'no failure';
    } catch (error) {
      assert.ok(error instanceof CodeIndexError, String(error));
      return `${error.code}: ${error.message}`;
    }
  };
  assert.match(await said(path.join(scratch, 'nowhere')), /^unavailable: The ONNX model folder .*nowhere holds no model\.onnx\.$/);
  const noTokenizer = folderOf();
  unlinkSync(path.join(noTokenizer, 'tokenizer.json'));
  assert.match(await said(noTokenizer), /holds no tokenizer\.json\.$/);
  const broken = folderOf();
  writeFileSync(path.join(broken, 'tokenizer.json'), '{');
  assert.match(await said(broken), /has a tokenizer\.json that cannot be read/);
  const cutOff = folderOf();
  truncateSync(path.join(cutOff, 'model.onnx'), 40);
  assert.match(await said(cutOff), /cannot be opened/);
  assert.match(await said(folderOf({}, TABLE.map((row) => row.map(() => Number.NaN)))), /made a vector that holds NaN or infinity/);
});

test('another table is another model', async () => {
  await using one = await openOnnxModel(folderOf());
  await using two = await openOnnxModel(folderOf({}, TABLE.map((row) => row.map((value) => value + 1))));
  assert.notEqual(one.id.split('/')[2], two.id.split('/')[2]);
});

test('a missing package and a missing native part are told apart', async () => {
  await assert.rejects(load('onnxruntime-nowhere', () => import('onnxruntime-nowhere' as string)), { code: 'unavailable', message: 'The package onnxruntime-nowhere, which EMBEDDING_PROVIDER=onnx needs, is not installed.' });
  const native = Object.assign(new Error("Cannot find module '../bin/napi-v6/plan9/x64/onnxruntime_binding.node'"), { code: 'MODULE_NOT_FOUND' });
  await assert.rejects(load('onnxruntime-node', () => Promise.reject(native)), /The native part of onnxruntime-node does not load on/);
});
