/** The mining process: one package at a time. A grammar that breaks ends this process alone; its parent starts another. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { openParser } from '../../src/code/parse/mod.ts';
import { unpackFingerprints } from './fingerprint.ts';
import { minePackage, type MineCounts, type MineJob } from './mine.ts';
import { excluder } from './selection.ts';

export interface MineRequest {
  readonly job: MineJob;
  /** Where the units go: one JSON line each, and `<path>.prints` with 6 bytes each, in the same order. */
  readonly output: string;
}

export type MineReply =
  | { readonly at: string }
  | { readonly done: { readonly licence: string | null; readonly counts: MineCounts } }
  | { readonly failed: string };

const parser = await openParser();
const exclusions = {
  names: excluder(readFileSync(new URL('./excluded-names.txt', import.meta.url), 'utf8')),
  fingerprints: unpackFingerprints(readFileSync(new URL('./excluded-hashes.bin', import.meta.url))),
};
const reply = (message: MineReply): void => void process.send?.(message);

// A parent that is gone wants nothing more.
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ job, output }: MineRequest) => {
  try {
    const { licence, counts, units } = await minePackage(job, parser, exclusions, (at) => reply({ at }));
    const prints = Buffer.alloc(units.length * 6);
    units.forEach(({ print }, index) => prints.writeUIntBE(print, index * 6, 6));
    await writeFile(output, units.map(({ unit }) => `${JSON.stringify(unit)}\n`).join(''));
    await writeFile(`${output}.prints`, prints);
    reply({ done: { licence, counts } });
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    if (error instanceof Error && error.name === 'ParserCrash') process.exit(70);
    reply({ failed: sentence });
  }
});
