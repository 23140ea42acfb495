/**
 * suite: "Is this driver a store?" The same tests for every driver, through the ports alone.
 * Invariant: nothing here knows how a driver stores; what a driver must tell about itself is in `Driver`.
 */
import { describe, test } from 'node:test';
import { FILES } from './files.ts';
import type { Driver } from './harness.ts';
import { LIFE } from './life.ts';
import { POSTINGS } from './postings.ts';
import { PROPERTIES } from './property.ts';
import { RECORDS } from './records.ts';
import { TRANSFER } from './transfer.ts';
import { VECTORS } from './vectors.ts';

export type { Driver } from './harness.ts';

/** What every driver must do, as tests. */
export function storeSuite(name: string, driver: Driver): void {
  describe(`store on ${name}`, () => {
    for (const [title, run] of Object.entries({ ...LIFE, ...FILES, ...POSTINGS, ...VECTORS, ...RECORDS, ...TRANSFER, ...PROPERTIES })) test(title, () => run(driver));
  });
}
