import type { ChildProcess } from 'node:child_process';
import type { Service } from '../../service/mod.ts';

/** What the server is given: the product, and how to start helpers. */
export interface McpOptions {
  readonly service: Service;
  readonly version: string;
  /** Absolute and real. */
  readonly cwd: string;
  /** Offer the tools that add, update and remove repositories. */
  readonly management: boolean;
  readonly signal: AbortSignal;
  /** Starts this program with these words; NDJSON comes on its stdout. */
  start(words: readonly string[]): ChildProcess;
  log(level: 'debug' | 'info' | 'warn', sentence: string): void;
}
