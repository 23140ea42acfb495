/** Flags and variables to settings, settings to the product, the product to a face. The only reader of the environment. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openService, type Service, type ServiceSettings } from '../service/mod.ts';
import { runCli } from '../surface/cli/mod.ts';
import { platformDataDir } from './data-dir.ts';
import { SETTINGS, readSettings, type Settings } from './flags.ts';

const source = path.dirname(fileURLToPath(import.meta.url));
/** `src/` or `dist/` lies in the root of the package. */
const packageRoot = path.resolve(source, '..', '..');
const fromSource = import.meta.url.endsWith('.ts');
const program = path.join(source, '..', fromSource ? 'bin.ts' : 'bin.js');

type FlagValues = Readonly<Record<string, string | undefined>>;

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
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
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const cwd = workingFolder();
  const version = packageVersion();
  const open = (flags: FlagValues): Service => openWith(readSettings(flags, process.env), cwd, version);
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    cwd, version,
    home: homedir(),
    platform: process.platform,
    globals: SETTINGS.flatMap(({ flag, text, variable }) => (flag === null ? [] : [{ flag, text: `${text} (${variable})` }])),
    stdin: process.stdin, stdout: process.stdout, stderr: process.stderr,
    noColour: (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb',
    launcher: fromSource && process.platform !== 'win32' ? [path.join(packageRoot, 'code-index')] : [process.execPath, program],
    signal: abort.signal,
    open,
    serveMcp: async (flags) => {
      const { serveMcp } = await import('./serve-mcp.ts');
      return serveMcp({ settings: readSettings(flags, process.env), open: () => open(flags), cwd, version, signal: abort.signal, start: (words) => startSelf(words, flags) });
    },
    serve: async (flags) => {
      const { serve } = await import('./serve/mod.ts');
      const settings = readSettings(flags, process.env);
      return serve({ settings, version, signal: abort.signal, open: () => openWith(settings, cwd, version) });
    },
    inBackground: (words, flags) => {
      const child = startSelf(words, flags, true);
      child.unref();
    },
  });
}

function openWith(settings: Settings, cwd: string, version: string): Service {
  return openService({
    dataDir: dataDirOf(settings, cwd),
    ...(settings.databaseUrl === null ? {} : { databaseUrl: settings.databaseUrl }),
    allowedRoots: settings.allowedRoots.map((root) => path.resolve(cwd, root)),
    workspace: [cwd],
    ...(settings.threads === null ? {} : { threads: settings.threads }),
    embedding: embeddingOf(settings, cwd),
    defaultDaysToKeep: settings.defaultDaysToKeep,
    autoCleanup: settings.autoCleanup,
    version,
  });
}

function embeddingOf(settings: Settings, cwd: string): NonNullable<ServiceSettings['embedding']> {
  const { embeddingProvider, embeddingBaseUrl, embeddingModel, embeddingApiKey, embeddingDimensions, embeddingRequestsPerMinute } = settings;
  const provider = embeddingProvider as NonNullable<ServiceSettings['embedding']>['provider'];
  return {
    provider,
    ...(embeddingBaseUrl === null ? {} : { baseUrl: embeddingBaseUrl }),
    ...(embeddingModel === null ? {} : { model: provider === 'http' ? embeddingModel : path.resolve(cwd, embeddingModel) }),
    ...(embeddingApiKey === null ? {} : { key: embeddingApiKey }),
    ...(embeddingDimensions === null ? {} : { dimensions: embeddingDimensions }),
    requestsPerMinute: embeddingRequestsPerMinute,
  };
}

function dataDirOf(settings: Settings, cwd: string): string {
  return settings.dataDir === null ? platformDataDir(process.platform, homedir(), process.env) : path.resolve(cwd, settings.dataDir);
}

/** This program again, with the settings that this process was started with. */
function startSelf(words: readonly string[], flags: FlagValues, detached = false): ChildProcess {
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, flag === 'data-dir' ? path.resolve(value) : value]));
  return spawn(process.execPath, [...process.execArgv, program, ...words, ...given], {
    detached, stdio: detached ? 'ignore' : ['ignore', 'pipe', 'ignore', 'ipc'], windowsHide: true,
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
