import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitPage, readPlain, readTerm } from '../domain/mod.ts';
import { TermBlockBuilder } from './term-block.ts';

const span = (start: number, end: number): { start: number; end: number; startLine: number; endLine: number } => ({ start, end, startLine: 1, endLine: 1 });

function listing(block: { pages: readonly { bytes: Uint8Array }[] }, show: (postings: Uint8Array, count: number) => string): string[] {
  const lines: string[] = [];
  for (const { bytes } of block.pages) {
    visitPage(bytes, (key, count, postings) => {
      lines.push(`${new TextDecoder().decode(key)}: ${show(postings, count)}`);
      return true;
    });
  }
  return lines;
}

test('terms carry where and how often they stand; names carry their files', () => {
  const text = '// retry the call\nfunction retryCall() { call(); call(); }\nlet other;';
  const nameStart = text.indexOf('retryCall');
  const symbol = { name: 'retryCall', nameStart } as never;
  const builder = new TermBlockBuilder();
  builder.add(text, { chunks: [{ span: span(0, 57), symbol: 0 }, { span: span(57, text.length), symbol: -1 }], symbols: [symbol], comments: [0, 17] });
  builder.add('call', { chunks: [{ span: span(0, 4), symbol: -1 }], symbols: [], comments: [] });
  const { terms, names, chunkTerms } = builder.finish();
  const show = (postings: Uint8Array): string => {
    const { count, ordinals, frequencies } = readTerm(postings);
    const parts = [...frequencies.subarray(0, count)].map((byte, i) => `${ordinals[i]}=${byte >= 0x80 ? 'name+' : ''}${(byte >>> 3) & 15}/${byte & 7}`);
    return parts.join(' ');
  };
  assert.deepEqual(listing(terms, show), [
    'call: 0=name+3/1 2=1/0', 'function: 0=1/0', 'let: 1=1/0', 'other: 1=1/0', 'retri: 0=name+1/1', 'retrycall: 0=name+1/0', 'the: 0=0/1',
  ]);
  assert.deepEqual(listing(names, (postings, count) => [...readPlain(postings, count)].join(' ')), ['retrycall: 0']);
  assert.deepEqual([...chunkTerms], [9, 2, 1]);
});
