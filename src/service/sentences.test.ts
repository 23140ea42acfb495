import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { IndexSummary } from '../domain/mod.ts';
import { pathText, summarySentence } from './sentences.ts';

const SUMMARY: IndexSummary = {
  repository: 'curl', branch: null, commit: null, files: 10, changed: 0, removed: 0, skipped: 0, textOnly: 0, bytes: 0, textMillis: 1, millis: 1_500, parsed: 0, problems: 0, embedded: 0, pendingVectors: 0, vectorsFailure: null,
};

it('says what an index run did, symbols that an earlier one left too', () => {
  assert.equal(summarySentence(SUMMARY), 'curl: 10 files, nothing changed · 1.5 s');
  assert.equal(summarySentence({ ...SUMMARY, parsed: 7 }), 'curl: 10 files, symbols of 7 files completed · 1.5 s');
  assert.equal(summarySentence({ ...SUMMARY, changed: 2, removed: 1, parsed: 2, branch: 'main' }), 'curl (main): 10 files, 2 changed, 1 removed · 1.5 s');
});

it('keeps a path in one line', () => {
  assert.equal(pathText('a\nb\tc\u001b[2J'), 'a\\nb\\tc\\x1b[2J');
});
