import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../base/mod.ts';
import {
  BlobSet, BlockWriter, compareKeys, findInPage, packFacts, packFrequency, pageOf, readPlain, readTerm, ROLES, SYMBOL_KINDS, unpackChunks, unpackImports,
  unpackOccurrences, unpackSymbols, visitPage, writePlain, writeTerm, type Facts,
} from './mod.ts';

test('varints come back, whatever their size and sign', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger()), fc.array(fc.string({ unit: 'binary' })), (numbers, texts) => {
      const writer = new ByteWriter(1);
      for (const number of numbers) writer.signed(Math.trunc(number / 2));
      for (const text of texts) writer.string(text);
      const reader = new ByteReader(writer.finish());
      for (const number of numbers) assert.equal(reader.signed(), Math.trunc(number / 2) + 0);
      for (const text of texts) assert.equal(reader.string(), text);
    }),
  );
});

test('packed data that ends early is an error, not a value', () => {
  assert.throws(() => new ByteReader(Uint8Array.of(0x80)).varint(), RangeError);
  assert.throws(() => new ByteReader(Uint8Array.of(5, 1)).string(), RangeError);
});

const ordinals = fc.uniqueArray(fc.nat(1_000_000)).map((list) => list.sort((a, b) => a - b));

test('posting lists come back', () => {
  fc.assert(
    fc.property(ordinals, fc.array(fc.tuple(fc.boolean(), fc.nat(15), fc.nat(7))), (list, details) => {
      const plain = new ByteWriter();
      writePlain(plain, list);
      assert.deepEqual([...readPlain(plain.finish(), list.length)], list);
      const frequencies = list.map((_, i) => {
        const [inName, code, comment] = details[i % Math.max(1, details.length)] ?? [false, 1, 0];
        return packFrequency(inName, code, comment);
      });
      const term = new ByteWriter();
      writeTerm(term, list, frequencies);
      const back = readTerm(term.finish());
      assert.deepEqual([...back.ordinals.subarray(0, back.count)], list);
      assert.deepEqual([...back.frequencies.subarray(0, back.count)], frequencies);
    }),
  );
});

test('every key of a block is found with its list, and no other', () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.uniqueArray(key, { selector: String, maxLength: 300 }), fc.array(key), (keys, others) => {
      const sorted = keys.sort(compareKeys);
      const writer = new BlockWriter('trigram', 1);
      const payload = new Uint8Array(200);
      sorted.forEach((own, i) => writer.add(own, i, payload.fill(i & 255)));
      const block = writer.finish();
      const firsts = block.pages.map(({ firstKey }) => firstKey);
      const find = (wanted: Uint8Array): ReturnType<typeof findInPage> => {
        const page = block.pages[pageOf(firsts, wanted)];
        return page === undefined ? null : findInPage(page.bytes, wanted);
      };
      sorted.forEach((own, i) => {
        assert.equal(find(own)?.documentCount, i);
        assert.equal(find(own)?.bytes[0], i & 255);
      });
      for (const other of others) if (!keys.some((own) => compareKeys(own, other) === 0)) assert.equal(find(other), null);
      const seen: string[] = [];
      for (const { bytes } of block.pages) visitPage(bytes, (own) => seen.push(String(own)) > 0);
      assert.deepEqual(seen, sorted.map(String));
    }),
  );
});

test('packed facts come back section by section', () => {
  const text = 'class Bird {\n  /** Sings. */\n  sing(song) { return this.throat.make(song); }\n}\n# Über uns\n';
  const facts: Facts = {
    symbols: [
      { name: 'Bird', kind: 'class', container: -1, span: { start: 0, end: 77, startLine: 1, endLine: 4 }, nameStart: 6, nameLine: 1, signatureStart: 0, signatureEnd: 10, docStart: -1, docEnd: -1, exported: true },
      { name: 'sing', kind: 'method', container: 0, span: { start: 33, end: 75, startLine: 3, endLine: 3 }, nameStart: 33, nameLine: 3, signatureStart: 33, signatureEnd: 43, docStart: 15, docEnd: 28, exported: false },
      { name: 'made up', kind: 'section', container: -1, span: { start: 78, end: 88, startLine: 5, endLine: 5 }, nameStart: 80, nameLine: 5, signatureStart: -1, signatureEnd: -1, docStart: -1, docEnd: -1, exported: false },
    ],
    occurrences: [
      { start: 6, length: 4, line: 1, role: 'definition', symbol: 0, qualifierStart: -1, qualifierLength: 0 },
      { start: text.indexOf('make'), length: 4, line: 3, role: 'call', symbol: 1, qualifierStart: text.indexOf('throat'), qualifierLength: 6 },
      { start: text.indexOf('song)', 50), length: 4, line: 3, role: 'read', symbol: 1, qualifierStart: -1, qualifierLength: 0 },
    ],
    imports: [{ source: './x.js', name: '*', alias: 'über', line: 1 }],
    chunks: [{ span: { start: 0, end: 77, startLine: 1, endLine: 4 }, symbol: 0 }, { span: { start: 78, end: 88, startLine: 5, endLine: 5 }, symbol: -1 }],
    comments: [15, 28], problems: [],
  };
  const packed = packFacts(facts, text);
  assert.deepEqual(unpackSymbols(packed, text), facts.symbols);
  assert.deepEqual(unpackChunks(packed), facts.chunks);
  assert.deepEqual(unpackImports(packed), facts.imports);
  assert.deepEqual(unpackOccurrences(packed), facts.occurrences);
  assert.deepEqual(unpackOccurrences(packed, (start) => text.startsWith('make', start)), [facts.occurrences[1]]);
});

test('a blob set holds what was put in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 })), fc.array(fc.nat(6_000)), (ids, others) => {
      const set = new BlobSet(ids);
      const model = new Set(ids);
      assert.equal(set.size, model.size);
      assert.deepEqual(set.toArray(), [...model].sort((a, b) => a - b));
      for (const other of [...others, ...ids]) assert.equal(set.has(other), model.has(other));
    }),
  );
});

test('stored codes never move', () => {
  assert.equal(SYMBOL_KINDS.indexOf('class'), 4);
  assert.equal(SYMBOL_KINDS.indexOf('macro'), 26);
  assert.deepEqual([...ROLES], ['definition', 'call', 'type', 'import', 'read', 'write', 'inherit']);
});
