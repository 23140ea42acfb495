import { greet, type Greeting } from './greeting.ts';
import type { McpOptions, StartHelper } from './options.ts';

export interface StdioOptions extends McpOptions {
  readonly signal: AbortSignal;
  readonly start: StartHelper;
  /** A session that another process answered until now. */
  readonly begun?: Greeting;
}

/** Serves one client on stdin and stdout. Resolves when the client leaves, its process dies or the signal is aborted. */
export async function serveMcpOnStdio(options: StdioOptions): Promise<void> {
  const closed = Promise.withResolvers<void>();
  if (process.stdin.readableEnded) closed.resolve();
  process.stdin.once('end', closed.resolve);
  process.stdin.once('close', closed.resolve);
  options.signal.addEventListener('abort', () => closed.resolve(), { once: true });
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) closed.resolve();
  }, 1_000);
  const serving = serve(options, closed.promise);
  await Promise.race([closed.promise, serving]);
  clearInterval(watch);
  await serving;
}

async function serve(options: StdioOptions, closed: Promise<void>): Promise<void> {
  const greeting = options.begun ?? (await Promise.race([greet(process.stdin, process.stdout, { name: 'code-index', version: options.version }), closed]));
  if (greeting === undefined) return;
  const [{ openServer }, { openWatchers }] = await Promise.all([import('./server.ts'), import('./watchers.ts')]);
  const watchers = openWatchers({ start: options.start, log: options.log, lingerMillis: 0 });
  const server = openServer(options, greeting, process.stdout, watchers);
  await closed;
  await server[Symbol.asyncDispose]();
  watchers.close();
}
