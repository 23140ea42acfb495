import { greet } from './greeting.ts';
import type { McpOptions } from './options.ts';

/** Serves one client on stdin and stdout. Resolves when the client leaves, its process dies or the signal is aborted. */
export async function serveMcpOnStdio(options: McpOptions): Promise<void> {
  const closed = Promise.withResolvers<void>();
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

async function serve(options: McpOptions, closed: Promise<void>): Promise<void> {
  const greeting = await Promise.race([greet(process.stdin, process.stdout, { name: 'code-index', version: options.version }), closed]);
  if (greeting === undefined) return;
  const { openServer } = await import('./server.ts');
  const server = openServer(options, greeting);
  await closed;
  await server[Symbol.asyncDispose]();
}
