import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findInPage, pageOf, readPlain, type Block } from '../domain/mod.ts';
import { TrigramBlockBuilder } from './trigram-block.ts';
import { TrigramSet, trigramKey, trigramsOf } from './trigrams.ts';

const marks = new TrigramSet();

function documentsWith(block: Block, trigram: number): number[] {
  const key = trigramKey(trigram);
  const page = block.pages[pageOf(block.pages.map(({ firstKey }) => firstKey), key)];
  const found = page === undefined ? null : findInPage(page.bytes, key);
  return found === null ? [] : [...readPlain(found.bytes, found.documentCount)];
}

function blockOf(texts: readonly string[]): Block {
  const builder = new TrigramBlockBuilder(marks);
  for (const text of texts) builder.add(text);
  return builder.finish();
}

const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'ſ', 's', 'É', 'é', 'ж', 'Ж', '漢', '😀', '\n', '\r', ' ', '_'), maxLength: 60 });

test('a text is found by every piece of it, in any case', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (texts, from, length) => {
      const block = blockOf(texts);
      texts.forEach((own, document) => {
        const start = own.length === 0 ? 0 : from % own.length;
        const piece = own.slice(start, start + (length % 12));
        for (const form of [piece, piece.toUpperCase(), piece.toLowerCase()]) {
          if (form.length !== piece.length) continue;
          for (const trigram of trigramsOf(form)) assert.ok(documentsWith(block, trigram).includes(document), JSON.stringify([own, form]));
        }
      });
    }),
  );
});

test('a block holds exactly the trigrams of its documents', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      const block = blockOf(texts);
      const all = new Set(texts.flatMap(trigramsOf));
      for (const trigram of all) {
        assert.deepEqual(documentsWith(block, trigram), texts.flatMap((own, document) => (trigramsOf(own).includes(trigram) ? [document] : [])));
      }
      assert.equal(block.documents, texts.length);
    }),
  );
});

test('many documents and many pages', () => {
  const texts = Array.from({ length: 400 }, (_, i) => `function number${i * 7919}(argument${i % 13}) { return ${i ** 3}; }`.repeat(1 + (i % 3)));
  const block = blockOf(texts);
  assert.ok(block.pages.length > 1);
  for (const trigram of trigramsOf('argument7')) {
    const expected = texts.flatMap((own, document) => (trigramsOf(own).includes(trigram) ? [document] : []));
    assert.deepEqual(documentsWith(block, trigram), expected);
  }
});

test('trigrams never span lines', () => {
  assert.deepEqual(trigramsOf('ab\ncd\r\nef'), []);
  assert.equal(trigramsOf('abc\nabc').length, 1);
});
