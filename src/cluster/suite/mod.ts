/**
 * suite: "Is this driver a cluster?" The same tests for every driver, through the port alone.
 * Invariant: nothing here knows how a driver shares; whether it can is in `Driver`.
 */
import { describe, test } from 'node:test';
import { ALONE } from './alone.ts';
import type { Driver } from './harness.ts';
import { TOGETHER } from './together.ts';

export { Ear, newKey, type Driver } from './harness.ts';

/** What every driver must do, as tests; and what those do that have several servers. */
export function clusterSuite(name: string, driver: Driver): void {
  describe(`cluster on ${name}`, () => {
    for (const [title, run] of Object.entries({ ...ALONE, ...(driver.shares ? TOGETHER : {}) })) test(title, () => run(driver));
  });
}
