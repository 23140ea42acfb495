import { CodeIndexError, type Log, type Meter } from '../../base/mod.ts';
import type { Settings } from '../flags.ts';

/** What leaves the machine about the server itself, and only where the settings say so. */
export interface Reporting extends AsyncDisposable {
  /** An error of the program itself: its sentence, its stack, and which request it was. */
  error(message: string, facts: Readonly<Record<string, unknown>>): void;
  /** The same meter; what it is told becomes spans, too. */
  traced(meter: Meter): Meter;
}

export interface ReportingOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Log;
  mask(text: string): string;
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

/** Brings an optional package, or says how to install what `variable` needs. */
export async function bring<T>(variable: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new CodeIndexError('unavailable', `${variable} is set, but what it needs does not load: ${((error as Error).message.split('\n')[0] ?? '').slice(0, 200)}.`, `Run \`npm i ${packages}\` beside code-index, or unset ${variable}.`, { cause: error });
  }
}
