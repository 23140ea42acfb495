/**
 * suite: "Is this driver a queue?" The same tests for every driver, through the port alone.
 * Invariant: nothing here knows how a driver keeps or hands out jobs.
 */
import { describe, test } from 'node:test';
import { AGAIN } from './again.ts';
import type { Driver } from './harness.ts';
import { LIFE } from './life.ts';
import { ORDER } from './order.ts';
import { RESTART } from './restart.ts';

export type { Driver } from './harness.ts';

/** What every driver must do, as tests; `skip` says what is not there on this machine. */
export function queueSuite(name: string, driver: Driver, skip: string | false = false): void {
  describe(`queue on ${name}`, { skip }, () => {
    for (const [title, run] of Object.entries({ ...ORDER, ...LIFE, ...AGAIN, ...RESTART })) test(title, () => run(driver));
  });
}
