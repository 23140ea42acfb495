/** Flags and variables to settings, settings to the product, the product to a face. The only reader of the environment. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '../service/mod.ts';
import { runCli } from '../surface/cli/mod.ts';
import type { Begun } from './attach.ts';
import { settingsOf } from './config-file.ts';
import { SETTINGS } from './flags.ts';
import { dataDirOf, openProduct } from './product.ts';
import type { Serve } from './serve/mod.ts';

const source = path.dirname(fileURLToPath(import.meta.url));
/** `src/` or `dist/` lies in the root of the package. */
const packageRoot = path.resolve(source, '..', '..');
const fromSource = import.meta.url.endsWith('.ts');
const program = path.join(source, '..', fromSource ? 'bin.ts' : 'bin.js');

type FlagValues = Readonly<Record<string, string | undefined>>;

/** Runs the command line of this process and sets its exit code. `begun` is a session that another process answered until now. */
export async function main(begun: Begun | null): Promise<void> {
  const abort = new AbortController();
  const stop = (): void => {
    // A second Ctrl-C is meant: what is committed is whole anyway.
    if (abort.signal.aborted) process.exit(130);
    abort.abort(new DOMException('stopped', 'AbortError'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // A helper that an MCP server started ends with it: the channel between them closes however the server dies.
  if (process.channel) {
    process.once('disconnect', stop);
    process.channel.unref();
  }
  // Whoever reads our output may stop reading: that is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!serving) process.exit(0);
    });
  }
  let serving = false;
  const cwd = workingFolder();
  const version = packageVersion();
  const open = (flags: FlagValues): Service => openProduct(settingsOf(flags, process.env), { cwd, version });
  if (process.argv[2] === 'run-job') {
    const { runJob } = await import('./run-job.ts');
    const openJob = (flags: FlagValues): { service: Service; megabytes: number } => ({ service: open(flags), megabytes: settingsOf(flags, process.env).jobMemoryMegabytes });
    process.exitCode = await runJob(process.argv.slice(3), openJob, abort.signal);
    return;
  }
  const running = (flags: FlagValues): Serve => {
    // A server outlives its terminal, and reads its settings again at this signal.
    serving = true;
    process.off('SIGHUP', stop);
    return {
      cwd, version, signal: abort.signal,
      settings: () => settingsOf(flags, process.env),
      dataDir: (settings) => dataDirOf(settings, cwd),
      open: (current, meter, localPaths) => openProduct(current(), { cwd, version, serving: { current, meter, localPaths } }),
      start: (words, variables) => startSelf(words, flags, { variables }),
    };
  };
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    cwd, version,
    home: homedir(),
    platform: process.platform,
    globals: SETTINGS.flatMap(({ flag, text, variable, only }) => (flag === null ? [] : [{ flag, text: `${text} (${variable})`, ...(only === undefined ? {} : { only }) }])),
    stdin: process.stdin, stdout: process.stdout, stderr: process.stderr,
    noColour: (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb',
    launcher: fromSource && process.platform !== 'win32' ? [path.join(packageRoot, 'code-index')] : [process.execPath, program],
    signal: abort.signal,
    open,
    serveMcp: async (flags) => {
      const { serveMcp } = await import('./serve-mcp.ts');
      return serveMcp({ settings: settingsOf(flags, process.env), open: () => open(flags), cwd, version, signal: abort.signal, begun, start: (words) => startSelf(words, flags) });
    },
    serve: async (flags) => (await import('./serve/mod.ts')).serve(running(flags)),
    work: async (flags) => (await import('./serve/mod.ts')).work(running(flags)),
    inBackground: (words, flags) => {
      const child = startSelf(words, flags, { detached: true });
      child.unref();
    },
  });
}

/** This program again, with the settings that this process was started with. */
function startSelf(words: readonly string[], flags: FlagValues, { detached = false, variables = {} }: { readonly detached?: boolean; readonly variables?: FlagValues } = {}): ChildProcess {
  const command = words[0] as string;
  const taken = SETTINGS.filter(({ flag, only }) => flag !== null && flags[flag] !== undefined && (only === undefined || only.includes(command)));
  const given = taken.flatMap(({ flag, type }) => [`--${flag}`, type === 'folder' ? path.resolve(flags[flag as string] as string) : (flags[flag as string] as string)]);
  const config = flags['config'] === undefined ? {} : { CODE_INDEX_CONFIG: path.resolve(flags['config']) };
  // What a job needs beyond this is a fault of what it reads, and must not take the machine along.
  const bound = command === 'run-job' ? [`--max-old-space-size=${settingsOf(flags, process.env).jobMemoryMegabytes}`] : [];
  return spawn(process.execPath, [...process.execArgv, ...bound, program, ...words, ...given], {
    detached, stdio: detached ? 'ignore' : ['ignore', 'pipe', 'ignore', 'ipc'], windowsHide: true,
    env: { ...process.env, ...config, ...variables },
  });
}

/** The working directory may have been removed under us. */
function workingFolder(): string {
  try {
    return realpathSync(process.cwd());
  } catch {
    return path.parse(process.execPath).root;
  }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}
