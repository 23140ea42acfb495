import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LANGUAGES } from '../languages/table.ts';
import { factsOf } from './check.ts';
import { listFacts } from './listing.ts';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'languages');

for (const language of LANGUAGES) {
  const folder = join(FOLDER, language.name);
  const sample = existsSync(folder) ? readdirSync(folder).find((name) => name.startsWith('sample.')) : undefined;

  test(`${language.name}: its sample gives the expected facts`, async () => {
    const isRead = language.grammar !== null || language.byHand !== undefined;
    assert.equal(sample !== undefined, isRead, isRead ? 'a language with an outline has a sample' : 'a language without one has none');
    if (sample === undefined) return;
    const text = readFileSync(join(folder, sample), 'utf8');
    const listing = listFacts(text, await factsOf(language.name, text, sample));
    const expected = join(folder, 'expected.txt');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(expected, listing);
    assert.equal(listing, readFileSync(expected, 'utf8'));
  });
}
