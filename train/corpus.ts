/**
 * Makes the corpus that the embedding model is trained on: units of code and prose out of public packages.
 *
 *   node train/corpus.ts --out DIR [--packages train/corpus/packages.txt] [--threads 2] [--suites trixie,sid]
 *
 * Needs Debian's keyring, `apt-get update` with deb-src lines, npm, xz and bzip2; nothing else on the machine is read. Packages are taken
 * in an order drawn by lot, so that a part of a run holds every language. Every package is downloaded, checked against
 * the registry's digest, mined in a process of its own kind and forgotten. A run that is stopped goes on where it was.
 *
 *   DIR/units/<package>.ndjson.zst   one unit a line (train/corpus/unit.ts says what each key holds)
 *   DIR/packages/<package>.json      version, licence, counts, seconds; DIR/prints/ what was seen, to know copies
 *   DIR/manifest.json                all of those with totals, rewritten as packages are finished
 */
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeCorpus } from './corpus/run.ts';
import { readPackageList } from './corpus/registries.ts';
import { tableOf } from './corpus/manifest.ts';

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' }, threads: { type: 'string', default: '2' }, suites: { type: 'string', default: 'trixie,sid' },
    packages: { type: 'string', default: fileURLToPath(new URL('./corpus/packages.txt', import.meta.url)) },
  },
});
if (flags.out === undefined) throw new Error('train/corpus.ts needs --out DIR.');

const { manifest, failed } = await makeCorpus({
  out: flags.out, packages: readPackageList(readFileSync(flags.packages, 'utf8')), processes: Number(flags.threads),
  suites: flags.suites.split(',').filter((suite) => suite !== ''), log: (line) => console.log(line),
});
console.log(tableOf(manifest));
for (const sentence of failed) console.error(sentence);
process.exit(failed.length > 0 ? 1 : 0);
