import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Service } from '../../service/mod.ts';
import type { Settings } from '../flags.ts';
import { shownSettings } from '../masked.ts';
import type { Probes } from './probes.ts';

export interface DiagnosticsOptions {
  readonly version: string;
  readonly service: Service;
  /** Asked each time, because settings may be read again. */
  settings(): Settings;
  logLevel(): string;
  readonly probes: Probes;
  /** Figures in the text format of Prometheus. */
  figures(): Promise<string>;
}

const DELAY_MILLIS = 200;

/** Everything that helps to understand a server, and no secret: for /admin/diagnostics and the report of SIGUSR1. */
export async function diagnose(options: DiagnosticsOptions): Promise<Readonly<Record<string, unknown>>> {
  const { version, service, probes } = options;
  const { node, v8, sqlite } = process.versions as NodeJS.ProcessVersions & { readonly sqlite?: string };
  return {
    time: new Date().toISOString(),
    version, versions: { node, v8, ...(sqlite === undefined ? {} : { nodeSqlite: sqlite }) },
    platform: `${process.platform} ${process.arch}`,
    process: { id: process.pid, uptimeSeconds: Math.round(process.uptime()), processorSeconds: processorSeconds(), memory: process.memoryUsage(), handles: handles(), eventLoop: await eventLoop() },
    machine: { cores: availableParallelism(), load: loadavg(), memoryBytes: totalmem(), freeMemoryBytes: freemem() },
    logLevel: options.logLevel(),
    settings: shownSettings(options.settings()),
    checks: Object.fromEntries(await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await orError(probe)] as const))),
    store: await orError(async () => (await service.store()).meta.statistics()),
    queue: await orError(async () => jobsOf(service)),
    figures: await orError(async () => figuresOf(await options.figures())),
  };
}

/** Writes what is known into a file of the folder; gives its path. */
export async function writeReport(folder: string, options: DiagnosticsOptions): Promise<string> {
  const known = await diagnose(options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `report-${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.json`);
  writeFileSync(file, `${JSON.stringify({ ...known, node: nodeReport() }, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** Node's own report without what may hold secrets: environment, command line, addresses of others. */
function nodeReport(): unknown {
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { javascriptHeap, resourceUsage, libuv, nativeStack, userLimits } = process.report.getReport() as Record<string, unknown>;
  return { javascriptHeap, resourceUsage, libuv, nativeStack, userLimits };
}

function processorSeconds(): { readonly user: number; readonly system: number } {
  const { user, system } = process.cpuUsage();
  return { user: user / 1e6, system: system / 1e6 };
}

/** What keeps the process busy, by kind. */
function handles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Measured while asked alone: a look every ten milliseconds would cost an idle server its rest. */
async function eventLoop(): Promise<Readonly<Record<string, number>>> {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  await new Promise((resolve) => setTimeout(resolve, DELAY_MILLIS));
  histogram.disable();
  const { idle, active, utilization } = performance.eventLoopUtilization();
  return { delayMeanMillis: histogram.mean / 1e6, delayMaxMillis: histogram.max / 1e6, idleSeconds: idle / 1e3, activeSeconds: active / 1e3, utilization };
}

async function jobsOf({ queue }: Service): Promise<unknown> {
  if (queue === null) return null;
  const jobs = await queue.jobs({ states: ['queued', 'running'], limit: 100 });
  return { size: queue.size(), jobs: jobs.map(({ id, request: { kind }, repository, state, attempts, createdAt, startedAt, progress }) => ({ id, kind, repository, state, attempts, createdAt, startedAt, progress })) };
}

/** Values by name and labels; buckets of histograms are left to /metrics. */
function figuresOf(text: string): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^(?!#)(.+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && !/_bucket\b/.test(name)) figures[name] = Number(value);
  }
  return figures;
}

async function orError<T>(ask: () => Promise<T>): Promise<T | { readonly error: string }> {
  try {
    return await ask();
  } catch (error) {
    return { error: (error as Error).message };
  }
}
