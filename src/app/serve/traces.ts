import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span, SpanContext } from '@opentelemetry/api';
import type { Meter, MetricLabels, MetricName } from '../../base/mod.ts';
import { bring, type ReportingOptions } from './optional.ts';

export interface Traces extends AsyncDisposable {
  traced(meter: Meter): Meter;
}

const PACKAGES = '@opentelemetry/api @opentelemetry/sdk-trace-base @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources';
const REQUESTS = 'http.server.request.start';
const FLUSH_MILLIS = 2_000;

/**
 * Spans by OTLP: one for each request, taken from Node's own news of them, and below it one for each operation and job,
 * made of what the meter is told anyway. No query, no argument and no identity is in them.
 */
export async function openTraces(endpoint: string, { version, log }: ReportingOptions): Promise<Traces> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes, defaultResource }] = await bring('OTEL_EXPORTER_OTLP_ENDPOINT', PACKAGES, () =>
    Promise.all([import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-base'), import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources')]));
  api.diag.setLogger({ error: (message) => log('warn', `Traces: ${message}`), warn: () => {}, info: () => {}, debug: () => {}, verbose: () => {} }, api.DiagLogLevel.ERROR);
  const named = process.env['OTEL_SERVICE_NAME'] ?? 'code-index';
  const provider = new sdk.BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': named, 'service.version': version })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }))],
  });
  const tracer = provider.getTracer('code-index', version);
  const current = new AsyncLocalStorage<Span>();
  const begin = (message: unknown): void => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
    const parent = parentOf(request.headers['traceparent']);
    const span = tracer.startSpan(
      request.method ?? 'GET',
      { kind: api.SpanKind.SERVER, attributes: { 'http.request.method': request.method ?? 'GET' } },
      parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent),
    );
    // Ends with the answer, or when nobody takes it any more.
    response.once('close', () => {
      const end = Date.now();
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
      // In the same turn the meter is told the route, which names the span.
      current.enterWith(span);
      setImmediate(() => span.end(end));
    });
    current.enterWith(span);
  };
  subscribe(REQUESTS, begin);
  const below = (name: string, seconds: number, attributes: Readonly<Record<string, string>>): void => {
    const parent = current.getStore();
    const context = parent === undefined ? api.ROOT_CONTEXT : api.trace.setSpan(api.ROOT_CONTEXT, parent);
    const end = Date.now();
    const span = tracer.startSpan(name, { startTime: end - seconds * 1_000, attributes }, context);
    if (!['done', 'cancelled'].includes(attributes['outcome'] ?? 'done')) span.setStatus({ code: api.SpanStatusCode.ERROR });
    span.end(end);
  };
  return {
    traced: (meter) => tracedMeter(meter, current, below),
    async [Symbol.asyncDispose]() {
      unsubscribe(REQUESTS, begin);
      await Promise.race([provider.shutdown(), new Promise((resolve) => setTimeout(resolve, FLUSH_MILLIS).unref())]);
    },
  };
}

/** An outcome is counted in the same turn as its time is set: what was counted last belongs to it. */
function tracedMeter(meter: Meter, current: AsyncLocalStorage<Span>, below: (name: string, seconds: number, attributes: Readonly<Record<string, string>>) => void): Meter {
  let operation: Readonly<Record<string, string>> = {};
  let job: Readonly<Record<string, string>> = {};
  return {
    count<Name extends MetricName>(name: Name, labels: MetricLabels<Name>): void {
      meter.count(name, labels);
      const known = labels as Readonly<Record<string, string>>;
      if (name === 'code_index_operations_total') operation = known;
      if (name === 'code_index_jobs_total') job = known;
      if (name === 'mcp_requests_total') {
        const span = current.getStore();
        span?.updateName(`${known['method']} ${known['endpoint']}`);
        span?.setAttribute('http.route', known['endpoint'] ?? '');
      }
    },
    set<Name extends MetricName>(name: Name, value: number, labels: MetricLabels<Name>): void {
      meter.set(name, value, labels);
      const known = labels as Readonly<Record<string, string>>;
      if (name === 'code_index_operation_duration_seconds') below(known['operation'] ?? '', value, operation['operation'] === known['operation'] ? operation : known);
      if (name === 'code_index_job_duration_seconds') below(`job ${known['kind']}`, value, job['kind'] === known['kind'] ? job : known);
    },
  };
}

/** W3C trace context: whose span this request is part of. */
export function parentOf(header: string | readonly string[] | undefined): SpanContext | null {
  if (typeof header !== 'string') return null;
  const [, version, traceId, spanId, flags, more] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header.trim()) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags as string, 16) & 1, isRemote: true };
}
