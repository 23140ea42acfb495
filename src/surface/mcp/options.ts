import type { ChildProcess } from 'node:child_process';
import type { Log } from '../../base/mod.ts';
import type { Service } from '../../service/mod.ts';

/** What a session is given: the product as its client sees it, and where the client stands. */
export interface McpOptions {
  readonly service: Service;
  readonly version: string;
  /** Absolute and real. */
  readonly cwd: string;
  /** Offer the tools that add, update and remove repositories. */
  readonly management: boolean;
  readonly log: Log;
}

/** Starts this program with these words; NDJSON comes on its stdout. */
export type StartHelper = (words: readonly string[]) => ChildProcess;
