import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Service } from '../service/mod.ts';
import { serveMcpOnStdio } from '../surface/mcp/mod.ts';
import type { Settings } from './flags.ts';

export interface ServeMcp {
  readonly settings: Settings;
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  open(): Service;
  start(words: readonly string[]): ChildProcess;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** Serves MCP on stdio until the client leaves. Nothing but protocol reaches stdout. */
export async function serveMcp(context: ServeMcp): Promise<number> {
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  const service = context.open();
  const log = logger(context.settings.logLevel, path.join(service.settings.dataDir, 'logs'));
  const failed = (error: unknown): void => log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', failed);
  await serveMcpOnStdio({
    service, version: context.version, cwd: context.cwd, management: context.settings.repositoryManagement, signal: context.signal,
    start: (words) => context.start(words), log,
  });
  await Promise.race([service[Symbol.asyncDispose](), new Promise((resolve) => setTimeout(resolve, 1_000))]);
  // A call that is still running must not keep the server alive after its client left.
  process.exit(0);
}

function logger(level: string, folder: string): (level: 'debug' | 'info' | 'warn' | 'error', sentence: string) => void {
  const least = LEVELS.indexOf(level);
  return (at, sentence) => {
    if (LEVELS.indexOf(at) < least) return;
    process.stderr.write(`code-index: ${sentence}\n`);
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(path.join(folder, 'mcp.log'), `${JSON.stringify({ time: new Date().toISOString(), level: at, message: sentence })}\n`);
    } catch {
      // Stderr has it; a log that cannot be written must not stop the answers.
    }
  };
}
