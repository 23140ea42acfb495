import { describe } from 'node:test';
import { filesSuite } from './files.ts';
import type { Driver } from './harness.ts';
import { lifeSuite } from './life.ts';
import { postingsSuite } from './postings.ts';
import { propertySuite } from './property.ts';

export type { Driver } from './harness.ts';

/** What every driver must do, as tests. */
export function storeSuite(name: string, driver: Driver): void {
  describe(`store on ${name}`, { concurrency: false }, () => {
    lifeSuite(driver);
    filesSuite(driver);
    postingsSuite(driver);
    propertySuite(driver);
  });
}
