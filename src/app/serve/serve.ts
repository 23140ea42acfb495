import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { CodeIndexError, type Log, type Meter } from '../../base/mod.ts';
import type { Cluster } from '../../cluster/mod.ts';
import type { Service } from '../../service/mod.ts';
import { openHttp, openMeter, type HttpOptions, type HttpRules, type HttpServer, type ServerMeter } from '../../surface/http/mod.ts';
import { mountMcp } from '../../surface/mcp/mod.ts';
import { mountPage } from '../../surface/page/mod.ts';
import { mountRest } from '../../surface/rest/mod.ts';
import type { Settings } from '../flags.ts';
import { maskFor } from '../masked.ts';
import { databaseFileOf, variablesForHelpers } from '../product.ts';
import { diagnose, writeReport, type DiagnosticsOptions } from './diagnostics.ts';
import { collectFigures } from './figures.ts';
import { openJobs, serverRunsJobs } from './jobs.ts';
import { isLogLevel, openLog, type ServerLog } from './log.ts';
import { monotonicMicros, openNotify, type Notify } from './notify.ts';
import { openProbes, type Probes } from './probes.ts';
import { reread, rereadSentence } from './reload.ts';
import { openReporting, type Reporting } from './reporting.ts';
import { rulesOf, takesLocalPaths, warningsOf } from './rules.ts';
import { openSchedule } from './schedule.ts';
import { openSessions } from './sessions.ts';
import { changedFor, heedNews, openCluster } from './shared.ts';
import { warmUp } from './warm-up.ts';

export interface Serve {
  /** Absolute and real. */
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Reads them: once at the start, and again at SIGHUP. */
  settings(): Settings;
  dataDir(settings: Settings): string;
  open(current: () => Settings, meter: Meter, localPaths: boolean): Service;
  /** Starts this program with these words; it ends with us. */
  start(words: readonly string[], variables: Readonly<Record<string, string>>): ChildProcess;
}

/** What stays for as long as the server runs; `settings` are replaced when they are read again. */
export interface Running {
  settings: Settings;
  readonly log: ServerLog;
  readonly service: Service;
  readonly cluster: Cluster;
  readonly notify: Notify;
  readonly probes: Probes;
  readonly diagnostics: DiagnosticsOptions;
}

/** What a report at the end of the process may take. */
export const LAST_MILLIS = 3_000;
const BODY_BYTES = 1_048_576;

/** Serves until the signal is aborted; gives the exit code. Refuses before anything listens. */
export async function serve(options: Serve): Promise<number> {
  const { version, signal } = options;
  const signals = listenTo('SIGHUP', 'SIGUSR1');
  const running = { settings: options.settings() };
  const dataDir = options.dataDir(running.settings);
  const serverLog = logOf(running, dataDir, 'serve');
  await using reporting = await openReporting({ settings: running.settings, version, log: serverLog.log, mask: (text) => maskFor(running.settings)(text) });
  const log = reported(serverLog.log, reporting);
  endOnFaults(log, reporting);
  const meter = openMeter({ collect: (to) => collectFigures(service, to), log });
  await using service = options.open(() => running.settings, reporting.traced(meter), takesLocalPaths(running.settings));
  const { tokens } = await service.store();
  const rules = rulesOf(running.settings, await tokens.list());
  await using cluster = await openCluster(running.settings, log, meter);
  service.answers.share(cluster.answers);
  const probes = openProbes(service, databaseFileOf(running.settings, dataDir, options.cwd), running.settings.redisUrl === null ? null : cluster);
  const diagnostics: DiagnosticsOptions = { version, service, probes, settings: () => running.settings, logLevel: () => serverLog.level(), figures: () => meter.text() };
  const notify = openNotify(process.env, log);
  const state: Running = Object.assign(running, { log: { ...serverLog, log }, service, cluster, notify, probes, diagnostics });
  const start = (words: readonly string[]): ChildProcess => options.start(words, variablesForHelpers(running.settings));
  {
    await using _jobs = await openJobs({ service, log, start, signal, settings: running.settings, runs: serverRunsJobs(running.settings), changed: changedFor(service, cluster) });
    await using _schedule = openSchedule({ service, log, rules: () => running.settings });
    await using http = await listen(state, rules, version, meter, { port: running.settings.port, mounts: mountsOf(running.settings, cluster) });
    await using _sessions = await openSessions({ settings: running.settings, service, version, start, log });
    for (const warning of warningsOf(running.settings)) log('warn', warning);
    log('info', `Serving on ${http.url}.`);
    await using _warm = warmUp(service);
    using _news = heedNews({ cluster, service, log, setLogLevel: (level) => void serverLog.level(level), reload: () => signals.next(async () => void (await reload(options, state, http))) });
    signals.set('SIGHUP', async () => {
      if (await reload(options, state, http)) await cluster.tell({ kind: 'settings' });
    });
    signals.set('SIGUSR1', () => report(state));
    notify.watchdog(() => isAlive(service));
    await notify.send('READY=1', `STATUS=Serving on ${http.url}`);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    log('info', 'Stopping: requests under way may end.');
    await notify.send('STOPPING=1', 'STATUS=Requests under way may end');
  }
  notify.stop();
  log('info', 'Stopped.');
  // Whatever keeps the process beyond this has had its time.
  setTimeout(() => process.exit(), LAST_MILLIS).unref();
  return 0;
}

export function logOf(running: { settings: Settings }, dataDir: string, name: 'serve' | 'worker'): ServerLog {
  const { logDir, logLevel, environment } = running.settings;
  let masked = { settings: running.settings, mask: maskFor(running.settings) };
  return openLog({
    folder: logDir === null ? path.join(dataDir, 'logs') : path.resolve(logDir),
    name,
    level: logLevel ?? 'info',
    json: environment === 'production',
    mask: (text) => {
      if (masked.settings !== running.settings) masked = { settings: running.settings, mask: maskFor(running.settings) };
      return masked.mask(text);
    },
    write: (text) => void process.stderr.write(text),
  });
}

/** Errors of the program itself go where the settings want them reported, too. */
export function reported(log: Log, reporting: Reporting): Log {
  return (level, sentence, facts = {}) => {
    log(level, sentence, facts);
    if (level === 'error') reporting.error(sentence, facts);
  };
}

/** A promise that nobody waited for is a fault to be mended; after anything else that nobody caught the state is unknown. */
export function endOnFaults(log: Log, reporting: Reporting): void {
  process.on('unhandledRejection', (error) => log('error', `A promise failed that nobody waited for: ${messageOf(error)}`, { error }));
  process.on('uncaughtException', (error) => {
    log('error', `The server ends after a fault that nobody caught: ${messageOf(error)}`, { error });
    setTimeout(() => process.exit(1), LAST_MILLIS);
    void Promise.resolve(reporting[Symbol.asyncDispose]()).finally(() => process.exit(1));
  });
}

function mountsOf({ maxQueryChars, maxUploadBytes, repositoryManagement: management }: Settings, cluster: Cluster): HttpOptions['mounts'] {
  return [mountRest({ maxQueryChars, management, maxUploadBytes }), mountMcp({ management, cluster }), mountPage({ management })];
}

export async function listen(state: Running, rules: HttpRules, version: string, meter: ServerMeter, { port, mounts }: Pick<HttpOptions, 'port' | 'mounts'>): Promise<HttpServer> {
  const { settings, service, cluster, probes, diagnostics, log: { log, level } } = state;
  const { host, publicUrl, trustedProxies, requestSeconds, drainSeconds } = settings;
  try {
    return await openHttp({
      host, port, version, service, log, rules, publicUrl, trustedProxies, requestSeconds, drainSeconds, probes,
      mounts,
      production: settings.environment === 'production',
      counts: cluster.counts,
      bodyBytes: BODY_BYTES,
      metrics: settings.prometheusEnabled ? async () => ({ type: meter.type, text: await meter.text() }) : null,
      admin: {
        logLevel: (wanted) => level(wanted !== undefined && isLogLevel(wanted) ? wanted : undefined),
        logLevelElsewhere: async (wanted) => isLogLevel(wanted) && cluster.tell({ kind: 'log_level', level: wanted }),
        diagnostics: () => diagnose(diagnostics),
      },
    });
  } catch (error) {
    throw listeningError(error, host, port);
  }
}

function listeningError(thrown: unknown, host: string, port: number): unknown {
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new CodeIndexError('unavailable', `Port ${port} of ${host} is taken by another program.`, 'Choose another one with --port or PORT, or stop the other program.', { cause: thrown });
  if (code === 'EACCES') return new CodeIndexError('unavailable', `This user may not listen on port ${port} of ${host}.`, 'Choose a port above 1023 with --port or PORT.', { cause: thrown });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new CodeIndexError('unavailable', `${host} is no address of this machine: ${message}.`, 'Choose another one with --host or HOST.', { cause: thrown });
  return thrown;
}

/** Takes what may change while the server runs; false where the new settings are wrong, and the old ones stay. */
export async function reload(options: Serve, state: Running, http: HttpServer | null): Promise<boolean> {
  const { log, level } = state.log;
  let taken = true;
  await state.notify.send('RELOADING=1', `MONOTONIC_USEC=${monotonicMicros()}`);
  try {
    const again = reread(state.settings, options.settings());
    const { tokens } = await state.service.store();
    http?.reload(rulesOf(again.settings, await tokens.list()));
    state.settings = again.settings;
    level(again.settings.logLevel ?? 'info');
    log('info', rereadSentence(again));
  } catch (error) {
    log('error', `Settings were read again and cannot be used; the old ones stay: ${messageOf(error)}`);
    taken = false;
  }
  await state.notify.send('READY=1');
  return taken;
}

export async function report({ log: { log, folder }, diagnostics }: Running): Promise<void> {
  try {
    log('info', `A report lies in ${await writeReport(folder, diagnostics)}.`);
  } catch (error) {
    log('error', `A report cannot be written to ${folder}: ${messageOf(error)}`);
  }
}

/** One after the other; what comes before there is somebody to take it is forgotten, and kills nothing. */
export function listenTo(...names: readonly NodeJS.Signals[]): { set(name: NodeJS.Signals, handle: () => Promise<void>): void; next(handle: () => Promise<void>): void } {
  const handlers = new Map<NodeJS.Signals, () => Promise<void>>();
  let last = Promise.resolve();
  const next = (handle: () => Promise<void> | undefined): void => {
    last = last.then(handle);
  };
  for (const name of names) process.on(name, () => next(async () => handlers.get(name)?.()));
  return { set: (name, handle) => void handlers.set(name, handle), next };
}

export async function isAlive(service: Service): Promise<boolean> {
  try {
    await (await service.store()).meta.repositories();
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof CodeIndexError ? `${error.message} ${error.fix}` : error instanceof Error ? error.message : String(error);
}
