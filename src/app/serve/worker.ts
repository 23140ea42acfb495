/** A worker: does the jobs of all servers that share its database and its Redis. Any number of them. */
import { CodeIndexError } from '../../base/mod.ts';
import { openMeter, type HttpServer } from '../../surface/http/mod.ts';
import { maskFor } from '../masked.ts';
import { databaseFileOf, variablesForHelpers } from '../product.ts';
import type { DiagnosticsOptions } from './diagnostics.ts';
import { collectFigures } from './figures.ts';
import { openJobs } from './jobs.ts';
import { openNotify } from './notify.ts';
import { openProbes } from './probes.ts';
import { openReporting } from './reporting.ts';
import { rulesOf } from './rules.ts';
import { openSchedule } from './schedule.ts';
import { changedFor, heedNews, openCluster } from './shared.ts';
import { endOnFaults, isAlive, LAST_MILLIS, listen, listenTo, logOf, reload, report, reported, type Running, type Serve } from './serve.ts';

/** Works until the signal is aborted, then ends its jobs in good order; gives the exit code. */
export async function work(options: Serve): Promise<number> {
  const { version, signal } = options;
  const signals = listenTo('SIGHUP', 'SIGUSR1');
  const running = { settings: options.settings() };
  const { redisUrl, workerPort, workerConcurrency } = running.settings;
  if (redisUrl === null) throw new CodeIndexError('invalid_query', 'A worker takes its jobs from Redis, and REDIS_URL is not set.', 'Set REDIS_URL as the servers have it; without Redis `code-index serve` does the jobs itself.');
  const dataDir = options.dataDir(running.settings);
  const workerLog = logOf(running, dataDir, 'worker');
  await using reporting = await openReporting({ settings: running.settings, version, log: workerLog.log, mask: (text) => maskFor(running.settings)(text) });
  const log = reported(workerLog.log, reporting);
  endOnFaults(log, reporting);
  const meter = openMeter({ collect: (to) => collectFigures(service, to), log });
  await using service = options.open(() => running.settings, reporting.traced(meter), true);
  const { tokens } = await service.store();
  await using cluster = await openCluster(running.settings, log, meter);
  const probes = openProbes(service, databaseFileOf(running.settings, dataDir, options.cwd), cluster);
  const diagnostics: DiagnosticsOptions = { version, service, probes, settings: () => running.settings, logLevel: () => workerLog.level(), figures: () => meter.text() };
  const notify = openNotify(process.env, log);
  const state: Running = Object.assign(running, { log: { ...workerLog, log }, service, cluster, notify, probes, diagnostics });
  {
    // Who may read the figures is asked as in a server.
    const rules = workerPort === 0 ? null : rulesOf(running.settings, await tokens.list());
    await using _jobs = await openJobs({
      service, log, signal, settings: running.settings, runs: true, concurrency: workerConcurrency, changed: changedFor(service, cluster),
      start: (words) => options.start(words, variablesForHelpers(running.settings)),
    });
    await using _schedule = openSchedule({ service, log, rules: () => running.settings });
    await using http: HttpServer | null = rules === null ? null : await listen(state, rules, version, meter, { port: workerPort, mounts: [] });
    const doing = `Working on ${workerConcurrency} ${workerConcurrency === 1 ? 'job' : 'jobs'} of each queue at once${http === null ? '' : `, figures at ${http.url}`}.`;
    log('info', doing);
    using _news = heedNews({ cluster, service, log, setLogLevel: (level) => void workerLog.level(level), reload: () => signals.next(async () => void (await reload(options, state, http))) });
    signals.set('SIGHUP', async () => void (await reload(options, state, http)));
    signals.set('SIGUSR1', () => report(state));
    notify.watchdog(() => isAlive(service));
    await notify.send('READY=1', `STATUS=${doing}`);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    log('info', 'Stopping: jobs under way may end.');
    await notify.send('STOPPING=1', 'STATUS=Jobs under way may end');
  }
  notify.stop();
  log('info', 'Stopped.');
  // Whatever keeps the process beyond this has had its time.
  setTimeout(() => process.exit(), LAST_MILLIS).unref();
  return 0;
}
