import type { Meter } from '../../base/mod.ts';
import type { ReportingOptions } from './optional.ts';

/** What leaves the machine about the server itself, and only where the settings say so. */
export interface Reporting extends AsyncDisposable {
  /** An error of the program itself: its sentence, its stack, and which request it was. */
  error(message: string, facts: Readonly<Record<string, unknown>>): void;
  /** The same meter; what it is told becomes spans, too. */
  traced(meter: Meter): Meter;
}

/** Throws `unavailable` where settings want reports and the packages that make them are not installed. */
export async function openReporting(options: ReportingOptions): Promise<Reporting> {
  const { sentryDsn, tracesEndpoint } = options.settings;
  const errors = sentryDsn === null ? null : await (await import('./sentry.ts')).openSentry(sentryDsn, options);
  const traces = tracesEndpoint === null ? null : await (await import('./traces.ts')).openTraces(tracesEndpoint, options);
  return {
    error: (message, facts) => errors?.error(message, facts),
    traced: (meter) => traces?.traced(meter) ?? meter,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([errors?.[Symbol.asyncDispose](), traces?.[Symbol.asyncDispose]()]);
    },
  };
}
