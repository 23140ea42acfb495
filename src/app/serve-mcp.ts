import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { LOG_LEVELS, type Log, type LogLevel } from '../base/mod.ts';
import type { Service } from '../service/mod.ts';
import { serveMcpOnStdio } from '../surface/mcp/mod.ts';
import type { Begun } from './attach.ts';
import type { Settings } from './flags.ts';
import { maskFor } from './masked.ts';
import { inOneLine } from './one-line.ts';
import { RotatingFile } from './rotating-file.ts';

export interface ServeMcp {
  readonly settings: Settings;
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** A session that another process answered until now. */
  readonly begun: Begun | null;
  open(): Service;
  start(words: readonly string[]): ChildProcess;
}

/** Serves MCP on stdio until the client leaves. Nothing but protocol reaches stdout. */
export async function serveMcp(context: ServeMcp): Promise<number> {
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  const service = context.open();
  const { logLevel, logDir } = context.settings;
  const log = logger(logLevel ?? 'warn', logDir === null ? path.join(service.settings.dataDir, 'logs') : path.resolve(context.cwd, logDir), maskFor(context.settings));
  const failed = (error: unknown): void => log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', failed);
  await serveMcpOnStdio({
    service, version: context.version, cwd: context.cwd, management: context.settings.repositoryManagement, signal: context.signal,
    start: (words) => context.start(words), log, ...(context.begun === null ? {} : { begun: context.begun }),
  });
  await Promise.race([service[Symbol.asyncDispose](), new Promise((resolve) => setTimeout(resolve, 1_000))]);
  // A call that is still running must not keep the server alive after its client left.
  process.exit(0);
}

function logger(level: LogLevel, folder: string, mask: (text: string) => string): Log {
  const least = LOG_LEVELS.indexOf(level);
  // Stderr has it anyway.
  const file = new RotatingFile(path.join(folder, 'mcp.log'), () => {});
  return (at, sentence, facts = {}) => {
    if (LOG_LEVELS.indexOf(at) < least) return;
    process.stderr.write(mask(`code-index: ${at === 'error' ? sentence : inOneLine(sentence)}\n`));
    file.write(mask(`${JSON.stringify({ level: at, time: new Date().toISOString(), ...facts, message: sentence })}\n`));
  };
}
