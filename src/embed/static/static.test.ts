import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { HASH_ROWS, Lexicon, openStaticModel, readModel, STATIC_MODEL, StaticModel, writeModel, type StaticWeights } from './mod.ts';

const VOCABULARY = ['get', 'user', 'name', 'url', 'encod', 'file', 'open', 'path'];

function tiny(): StaticWeights {
  const rows = VOCABULARY.length + HASH_ROWS;
  const dimensions = 16;
  return {
    id: 'tiny', dimensions, fields: { name: 3, comment: 1, container: 1 }, vocabulary: VOCABULARY,
    scales: new Float32Array(rows).fill(0.5), questions: new Float32Array(rows).fill(1),
    rows: Int8Array.from({ length: rows * dimensions }, (_, i) => ((i * 2_654_435_761) >>> 24) - 128 || 1),
  };
}

function cosine(a: Int8Array, b: Int8Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0) / (127 * 127);
}

test('a word is its row, or the rows of its pieces, or two rows by its hash', () => {
  const lexicon = new Lexicon(VOCABULARY);
  const check = (identifier: string, words: string): void => {
    const shown = lexicon.rowsOfIdentifier(identifier).map((row) => VOCABULARY[row] ?? '#').join(' ');
    assert.equal(shown, words, identifier);
  };
  check('getUserName', 'get user name');
  check('get_user_2', 'get user');
  check('urlencode', 'url encod');
  check('filepath', 'file path');
  check('zyxwv', '# #');
  check('x', '');
  assert.deepEqual(lexicon.rowsOfWord('zyxwv'), lexicon.rowsOfWord('zyxwv'));
  assert.notDeepEqual(lexicon.rowsOfWord('zyxwv'), lexicon.rowsOfWord('zyxwu'));
});

test('every identifier has rows within the table', () => {
  const lexicon = new Lexicon(VOCABULARY);
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => lexicon.rowsOfIdentifier(text).every((row) => row >= 0 && row < lexicon.rows)));
});

test('texts of the same words are the same, of no words nothing', () => {
  const model = new StaticModel(tiny());
  assert.ok(cosine(model.encodeWords('open file'), model.encodeWords('fileOpen')) > 0.99);
  assert.deepEqual([...model.encodeWords('+ - 7')], new Array(16).fill(0));
  assert.equal(Math.round(cosine(model.encodeQuery('open the path'), model.encodeQuery('open the path')) * 10), 10);
});

test('a file that is missing, cut off, damaged, of another version or something else is told apart', () => {
  const good = writeModel(tiny());
  assert.deepEqual(readModel(good, 'good').vocabulary, VOCABULARY);
  const folder = mkdtempSync(join(tmpdir(), 'static-model-'));
  const check = (bytes: Uint8Array | null, expected: RegExp): void => {
    const file = join(folder, 'model.bin');
    if (bytes === null) rmSync(file, { force: true });
    else writeFileSync(file, bytes);
    assert.throws(() => openStaticModel(pathToFileURL(file)), (error: { code: string; message: string }) => error.code === 'unavailable' && expected.test(error.message));
  };
  check(null, /cannot be read: ENOENT/);
  check(Buffer.from('hello'), /is no embedding model/);
  check(good.slice(0, 40), /ends within its header/);
  check(good.slice(0, -10), /it is cut off/);
  const damaged = Buffer.from(good);
  damaged[good.length - 5] = (damaged[good.length - 5] as number) ^ 1;
  check(damaged, /checksum does not match/);
  const newer = Buffer.from(good);
  newer.writeUInt32LE(99, 4);
  check(newer, /format 99, and this program reads format 1/);
  rmSync(folder, { recursive: true });
});

test('the model of the package gives its golden vectors, to the last bit', () => {
  const golden = JSON.parse(readFileSync(new URL('../../../model/golden.json', import.meta.url), 'utf8')) as { id: string; vectors: { how: 'question' | 'words'; text: string; vector: string }[] };
  const model = openStaticModel();
  assert.equal(model.id, golden.id);
  assert.ok(golden.vectors.length >= 10);
  for (const { how, text, vector } of golden.vectors) {
    const found = how === 'question' ? model.encodeQuery(text) : model.encodeWords(text);
    assert.equal(Buffer.from(found.buffer).toString('base64'), vector, text);
  }
});

test('the file of the package is within its 16 MB', () => {
  assert.ok(readFileSync(STATIC_MODEL).length <= 16_000_000);
});
