import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { METRICS, type Log, type Meter, type MetricLabels, type MetricName } from '../../base/mod.ts';

/** Seconds: a cached answer takes a millisecond, a job an hour. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LONG_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 14_400];
/**
 * Histograms of the event loop's delay wake the process a hundred times a second (0.5 % of a core, measured), and seldom
 * enough to cost nothing they count their own interval as delay. `nodejs_eventloop_lag_seconds` is taken when asked for.
 */
const SELDOM_MILLIS = 10_000;
const DELAYS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((part) => `nodejs_eventloop_lag_${part}_seconds`);

export interface ServerMeter extends Meter {
  /** Content type of `text`. */
  readonly type: string;
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>;
}

export interface MeterOptions {
  /** Sets gauges whose values are looked up: called before each `text`. What it throws is logged, and the rest is told. */
  readonly collect?: (meter: Meter) => Promise<void>;
  readonly log?: Log;
}

/** Keeps the metrics of the table, and those of the process. */
export function openMeter({ collect, log }: MeterOptions = {}): ServerMeter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SELDOM_MILLIS });
  for (const name of DELAYS) registry.removeSingleMetric(name);
  const kept = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, { kind, labels, text }] of Object.entries(METRICS)) {
    const about = { name, help: text, labelNames: [...labels], registers: [registry] };
    kept.set(name, kind === 'counter' ? new Counter(about) : kind === 'gauge' ? new Gauge(about) : new Histogram({ ...about, buckets: name.includes('_job_') ? LONG_BUCKETS : BUCKETS }));
  }
  const meter: Meter = {
    count<Name extends MetricName>(name: Name, labels: MetricLabels<Name>): void {
      (kept.get(name) as Counter).inc(labels);
    },
    set<Name extends MetricName>(name: Name, value: number, labels: MetricLabels<Name>): void {
      const metric = kept.get(name);
      if (metric instanceof Histogram) metric.observe(labels, value);
      else (metric as Gauge).set(labels, value);
    },
  };
  return {
    ...meter,
    type: registry.contentType,
    async text() {
      try {
        await collect?.(meter);
      } catch (error) {
        log?.('warn', `Some figures cannot be looked up: ${(error as Error).message}.`);
      }
      return registry.metrics();
    },
  };
}
