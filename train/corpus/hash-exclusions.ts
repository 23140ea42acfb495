/**
 * Fingerprints of what must not be in the corpus: all files and the longest definitions of some checkouts.
 *
 *   node train/corpus/hash-exclusions.ts --out train/corpus/excluded-hashes.bin DIR...
 *
 * Every code file and manual, then definitions of at least 80 characters, longest first, until the file has 400,000 bytes.
 */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { languageOf } from '../../src/code/mod.ts';
import { openParser } from '../../src/code/parse/mod.ts';
import { definitionUnits } from './definitions.ts';
import { fingerprint, FINGERPRINT_BYTES, packFingerprints } from './fingerprint.ts';
import { isManual } from './prose.ts';
import { codeLanguage } from './selection.ts';

const FILE_BYTES = 400_000;
const DENSE_CHARS_MIN = 80;

const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
if (values.out === undefined || positionals.length === 0) throw new Error('usage: node train/corpus/hash-exclusions.ts --out FILE DIR...');

const parser = await openParser();
const files = new Set<number>();
const units: { print: number; length: number }[] = [];
for (const root of positionals) {
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(root, name);
    if (/(?:^|\/)\.git(?:\/|$)/.test(name) || !statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    const language = codeLanguage(name, null);
    const grammar = languageOf(name);
    if (language === null && !isManual(name)) continue;
    const text = readFileSync(path, 'utf8');
    if (text.length < DENSE_CHARS_MIN || text.length > 1_000_000) continue;
    files.add(fingerprint(text));
    if (language === null || grammar === null) continue;
    const source = { package: '', path: name, language, text, isTest: false };
    for (const { code } of definitionUnits(source, await parser.facts(name, grammar, text))) {
      const length = code.replace(/\s+/g, '').length;
      if (length >= DENSE_CHARS_MIN) units.push({ print: fingerprint(code), length });
    }
  }
}
units.sort((a, b) => b.length - a.length || a.print - b.print);
const kept = new Set(files);
for (const { print } of units) if (kept.size < FILE_BYTES / FINGERPRINT_BYTES) kept.add(print);
writeFileSync(values.out, packFingerprints(kept));
console.log(`${files.size} files and ${kept.size - files.size} of ${units.length} definitions`);
