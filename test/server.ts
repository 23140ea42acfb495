/** A real server in a process of its own, for tests: started as a user starts it, stopped with SIGTERM. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it wrote to stderr so far. */
  log(): string;
  /** Stops it; gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

const program = path.resolve(import.meta.dirname, '..', 'src', 'bin.ts');

/** Environment without the settings of whoever runs the tests. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...more };
}

export function startServer(options: ServerOptions): Promise<RunningServer> {
  return startProgram(['serve', '--port', '0'], /Serving on (https?:\/\/[^\s"]+?)\.?["\s]*(?:$|[,}])/, options);
}

/** A real worker; `url` is that of its figures, or empty. */
export function startWorker(options: ServerOptions): Promise<RunningServer> {
  return startProgram(['worker'], /Working on \d+ jobs? of each queue at once(?:, figures at (\S+?))?\.$/, options);
}

async function startProgram(command: readonly string[], ready: RegExp, options: ServerOptions): Promise<RunningServer> {
  const child = spawn(process.execPath, [program, ...command, '--data-dir', options.dataDir, ...(options.flags ?? [])], {
    cwd: options.cwd ?? options.dataDir, env: cleanEnvironment(options.env), stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said += `${line}\n`;
      const found = ready.exec(line);
      if (found !== null) resolve(found[1] ?? '');
    });
    child.once('exit', (code) => reject(new Error(`the ${command[0]} ended with ${code} before it was ready:\n${said}`)));
    child.once('error', reject);
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };
  return {
    url, process: child, log: () => said, stop,
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
    },
  };
}

/** The JSON of one address; the status must be as wanted. Tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function getJson(server: { readonly url: string }, address: string, init: RequestInit = {}, status = 200): Promise<any> {
  const response = await fetch(`${server.url}${address}`, init);
  const text = await response.text();
  assert.equal(response.status, status, `${address}: ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}
