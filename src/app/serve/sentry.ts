import type { ErrorEvent } from '@sentry/node';
import { CodeIndexError } from '../../base/mod.ts';
import { bring, type ReportingOptions } from './optional.ts';

export interface ErrorReports extends AsyncDisposable {
  error(message: string, facts: Readonly<Record<string, unknown>>): void;
}

const FLUSH_MILLIS = 2_000;

/** Sends errors of the program to Sentry: a type, a sentence without quoted words, a stack, a version. Nothing by itself. */
export async function openSentry(dsn: string, { settings, version, mask }: ReportingOptions): Promise<ErrorReports> {
  const sentry = await bring('SENTRY_DSN', '@sentry/node', () => import('@sentry/node'));
  const client = sentry.init({
    dsn, release: `code-index@${version}`, environment: settings.environment,
    defaultIntegrations: false, integrations: [], maxBreadcrumbs: 0, sendClientReports: false,
    beforeSend: (event) => stripped(event, mask),
  });
  if (client?.getDsn() === undefined) throw new CodeIndexError('invalid_query', 'SENTRY_DSN cannot be read.', 'Set it to the address that the project settings of Sentry show.');
  return {
    error: (message, { stack, error, request }) => {
      const thrown = error instanceof Error ? error : Object.assign(new Error(message), typeof stack === 'string' ? { stack } : {});
      sentry.captureException(thrown, typeof request === 'string' ? { tags: { request } } : undefined);
    },
    async [Symbol.asyncDispose]() {
      await sentry.close(FLUSH_MILLIS);
    },
  };
}

/** A new event with what is wanted, rather than the old one without what is known to be unwanted. */
export function stripped(event: ErrorEvent, mask: (text: string) => string): ErrorEvent {
  const plain = (text: string | undefined): string => mask(text ?? '').replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, '"..."');
  const { event_id, timestamp, level, platform, release, environment, tags, exception } = event;
  return {
    type: undefined,
    ...(event_id === undefined ? {} : { event_id }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(level === undefined ? {} : { level }),
    ...(platform === undefined ? {} : { platform }),
    ...(release === undefined ? {} : { release }),
    ...(environment === undefined ? {} : { environment }),
    ...(tags?.['request'] === undefined ? {} : { tags: { request: tags['request'] } }),
    exception: {
      values: (exception?.values ?? []).map(({ type, value, stacktrace }) => ({
        ...(type === undefined ? {} : { type }),
        value: plain(value),
        stacktrace: {
          frames: (stacktrace?.frames ?? []).map(({ filename, lineno, colno, function: name, in_app }) => ({
            ...(filename === undefined ? {} : { filename }),
            ...(lineno === undefined ? {} : { lineno }),
            ...(colno === undefined ? {} : { colno }),
            ...(name === undefined ? {} : { function: name }),
            ...(in_app === undefined ? {} : { in_app }),
          })),
        },
      })),
    },
  };
}
