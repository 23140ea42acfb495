/** For tests: facts of a source as a listing, with the truths that hold for every language checked on the way. */
import assert from 'node:assert/strict';
import type { Facts } from '../../domain/mod.ts';
import { languageNamed } from '../languages/detect.ts';
import { listFacts } from './listing.ts';
import { openParser, type FactsParser } from './parser.ts';

let parser: Promise<FactsParser> | undefined;

/** Facts of `source`, after `assertSound`. */
export async function factsOf(languageName: string, source: string, path = ''): Promise<Facts> {
  const language = languageNamed(languageName);
  assert.ok(language, `no language is named ${languageName}`);
  const facts = await (await (parser ??= openParser())).facts(path, language, source);
  assertSound(source, facts);
  return facts;
}

/** Compares the listing of `source` with `expected`; both may be indented and surrounded by blank lines. */
export async function check(languageName: string, source: string, expected: string): Promise<void> {
  const listing = listFacts(source, await factsOf(languageName, source));
  assert.equal(trimmed(listing), trimmed(expected));
}

function trimmed(listing: string): string {
  return listing.split('\n').map((line) => line.trim()).join('\n').trim();
}

/** What every reader of facts relies on, whatever the language and the text. */
function assertSound(text: string, facts: Facts): void {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const isSmall = text.length < 20_000;
  facts.symbols.forEach((symbol, index) => {
    assert.ok(symbol.container < index, `${symbol.name} comes before its container`);
    assert.ok(symbol.span.start < symbol.span.end && symbol.span.end <= text.length, `${symbol.name} has a span`);
    const before = facts.symbols[index - 1];
    assert.ok(before === undefined || before.span.start <= symbol.span.start, `${symbol.name} is in order`);
    if (!isSmall) return;
    assert.equal(symbol.nameLine, lineOf(symbol.nameStart));
    assert.equal(symbol.span.startLine, lineOf(symbol.span.start));
    if (symbol.kind !== 'section') assert.equal(text.slice(symbol.nameStart, symbol.nameStart + symbol.name.length), symbol.name);
  });
  let last = -1;
  for (const occurrence of facts.occurrences) {
    assert.ok(occurrence.start > last, `the occurrence at ${occurrence.start} is in order`);
    assert.ok(occurrence.length > 0 && occurrence.start + occurrence.length <= text.length);
    last = occurrence.start;
    if (isSmall) assert.equal(occurrence.line, lineOf(occurrence.start));
  }
  assertCovering(text, facts);
  for (let i = 2; i < facts.comments.length; i += 2) assert.ok((facts.comments[i] as number) >= (facts.comments[i - 1] as number), 'comments lie apart');
}

function assertCovering(text: string, facts: Facts): void {
  let end = 0;
  for (const { span } of facts.chunks) {
    assert.ok(span.start >= end, 'chunks do not overlap');
    assert.equal(text.slice(end, span.start).trim(), '', 'only white space lies between chunks');
    assert.ok(span.end - span.start <= 3_000, 'no chunk is too large');
    end = span.end;
  }
  assert.equal(text.slice(end).trim(), '', 'chunks reach the end');
}
