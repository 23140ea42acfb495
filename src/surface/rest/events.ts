import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { CodeIndexError, asCodeIndexError } from '../../base/mod.ts';
import type { Job } from '../../domain/mod.ts';
import { jobFor, runOperation } from '../../service/mod.ts';
import type { HttpContext } from '../http/mod.ts';
import { ROUTES } from './routes.ts';
import { jsonOf } from './send.ts';

/** Proxies close what is silent for a minute, some for half of one. */
const HEARTBEAT_MILLIS = 15_000;
/** A client that reads slower than jobs report would fill the memory; it gets the next state instead of each. */
const UNSENT_BYTES = 65_536;

/**
 * GET /api/jobs/{id}/events: every change of one job as server-sent events, the present state first, until it has ended.
 * Every event carries the whole job, so that a client which comes again needs nothing of what it missed.
 */
export function mountEvents(http: FastifyInstance, context: HttpContext): void {
  const show = ROUTES.find(({ operation, method }) => operation.name === 'jobs show' && method === 'GET')?.operation;
  if (show === undefined) return;
  http.route<{ Params: { id: string } }>({
    method: 'GET', url: '/api/jobs/:id/events', config: { unhurried: true },
    handler: async (request, reply) => {
      const service = context.serviceOf(request);
      const { id } = request.params;
      // Whoever may not see the job is told so here, as by any other address.
      await runOperation(service, show, { id }, {}, 'rest');
      const { queue } = service;
      if (queue === null) throw new CodeIndexError('unavailable', 'Jobs are not followed here.', 'Ask for the job again.');
      context.endless(request);
      const headers = Object.fromEntries(Object.entries(reply.getHeaders()).filter((entry): entry is [string, string] => entry[1] !== undefined));
      reply.hijack();
      await tell(reply.raw, headers, context.signalOf(request), (onChange, signal) => queue.follow(id, (job) => onChange(jobFor(service, job)), signal));
    },
  });
}

type Follow = (onChange: (job: Job) => void, signal: AbortSignal) => Promise<Job>;

async function tell(response: ServerResponse, headers: Readonly<Record<string, string>>, signal: AbortSignal, follow: Follow): Promise<void> {
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  response.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.write('retry: 2000\n\n');
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MILLIS);
  let count = 0;
  const send = (job: Job): void => {
    if (response.writableLength > UNSENT_BYTES && !isOver(job)) return;
    response.write(`id: ${++count}\nevent: job\ndata: ${jsonOf(job)}\n\n`);
  };
  try {
    await follow(send, gone.signal);
  } catch (thrown) {
    if (!gone.signal.aborted) response.write(`event: error\ndata: ${JSON.stringify(asCodeIndexError(thrown, 'Following the job').toJSON())}\n\n`);
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener('abort', stop);
    response.end();
  }
}

function isOver({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
