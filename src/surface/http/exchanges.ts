/** Requests under way: counted, logged, ended when they take too long, and when the server stops. */
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import type { Log, Meter } from '../../base/mod.ts';
import type { Identity } from '../../domain/mod.ts';
import type { Service } from '../../service/mod.ts';
import { HttpError, pathOf } from './errors.ts';

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The pattern of its route; undefined where there is none. */
  readonly endpoint: string | undefined;
  readonly config: FastifyContextConfig;
  /** By `performance.now()`. */
  readonly begun: number;
  readonly stop: AbortController;
  identity: Identity | null;
  service: Service | null;
  /** Ends when the server stops. */
  endless: boolean;
  /** Bytes that its connection had read at its beginning. */
  readonly before: number;
  /** When the answer was handed over to the network. */
  writtenAt: number | null;
}

/** Times are looked at so often: no timer for each request. */
const LOOK_MILLIS = 500;
/** What answers to a closed stream needs. */
const CUT_MILLIS = 1_000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export class Exchanges {
  readonly #open = new Map<FastifyRequest, Exchange>();
  readonly #log: Log;
  readonly #meter: Meter;
  readonly #limitMillis: number;
  readonly #watch: NodeJS.Timeout;

  constructor(log: Log, meter: Meter, requestSeconds: number) {
    this.#log = log;
    this.#meter = meter;
    this.#limitMillis = requestSeconds * 1_000;
    this.#watch = setInterval(() => this.#look(), LOOK_MILLIS).unref();
  }

  begin(request: FastifyRequest, reply: FastifyReply): Exchange {
    const begun = performance.now();
    // Fastify makes these options anew whenever they are asked for.
    const { url: endpoint, config } = request.routeOptions;
    const exchange: Exchange = { request, reply, endpoint, config, begun, before: request.raw.socket.bytesRead, stop: new AbortController(), identity: null, service: null, endless: false, writtenAt: null };
    this.#open.set(request, exchange);
    reply.raw.once('close', () => this.#end(exchange));
    return exchange;
  }

  /** Of a request under way; one that has ended is not asked about. */
  of(request: FastifyRequest): Exchange | undefined {
    return this.#open.get(request);
  }

  #end(exchange: Exchange): void {
    const { request, reply, begun, stop, identity } = exchange;
    this.#open.delete(request);
    const whole = reply.raw.writableFinished;
    if (!whole) stop.abort(new DOMException('the client is gone', 'AbortError'));
    const millis = performance.now() - begun;
    const method = METHODS.has(request.method) ? request.method : 'other';
    const endpoint = exchange.endpoint ?? 'none';
    // Nobody read the answer of a request that was cut; what it would have been is not known.
    const status = String(whole ? reply.raw.statusCode : 499);
    this.#meter.count('mcp_requests_total', { method, endpoint, status });
    this.#meter.set('mcp_request_duration_seconds', millis / 1_000, { method, endpoint });
    this.#log('info', `${request.method} ${pathOf(request)} ${status}`, {
      method: request.method, path: pathOf(request), status: Number(status), millis: Math.round(millis * 10) / 10,
      identity: identity?.id ?? null, address: request.ip, request: request.id,
    });
  }

  #look(): void {
    const now = performance.now();
    for (const exchange of this.#open.values()) {
      const { request: { raw }, config, reply, begun, stop } = exchange;
      if (reply.raw.writableEnded) {
        // All is said, but the client does not read.
        exchange.writtenAt ??= now;
        if (now - exchange.writtenAt > this.#limitMillis) raw.destroy();
      } else if (!raw.complete) {
        // A large upload takes its time as long as it moves: every kilobyte buys a second.
        const bought = config.unhurried === true ? raw.socket.bytesRead - exchange.before : 0;
        if (now - begun > this.#limitMillis + bought) refuseSlow(exchange);
      } else if (config.unhurried !== true && !isStream(exchange) && now - begun > this.#limitMillis) {
        stop.abort(new DOMException('the request took too long', 'TimeoutError'));
      }
    }
  }

  /** Ends streams at once, and the rest when it has had its time. */
  async drain(millis: number): Promise<void> {
    const until = performance.now() + millis;
    for (const exchange of this.#open.values()) if (exchange.endless || (exchange.request.method === 'GET' && isStream(exchange))) cutStream(exchange);
    while (this.#open.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(this.#watch);
    if (this.#open.size === 0) return;
    this.#log('warn', `${this.#open.size} requests did not end in time and are cut.`);
    for (const { stop } of this.#open.values()) stop.abort(new DOMException('the server stops', 'AbortError'));
    // Those that heed the signal can still say so.
    for (let turn = 0; turn < 10 && this.#open.size > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isStream({ reply }: Exchange): boolean {
  return reply.raw.headersSent && String(reply.raw.getHeader('content-type') ?? '').startsWith('text/event-stream');
}

/** Its handler ends it when it hears the signal; where it does not, it is ended for it. */
function cutStream({ stop, reply }: Exchange): void {
  stop.abort(new DOMException('the server stops', 'AbortError'));
  setTimeout(() => {
    if (!reply.raw.writableEnded) reply.raw.end();
  }, CUT_MILLIS / 10).unref();
  setTimeout(() => reply.raw.destroy(), CUT_MILLIS).unref();
}

function refuseSlow({ request, reply }: Exchange): void {
  if (!reply.sent) {
    const error = new HttpError(408, 'timeout', 'The request took too long to arrive.', 'Send it again, or over a faster line.');
    void reply.header('connection', 'close').status(408).send(error.toJSON());
  }
  setTimeout(() => request.raw.destroy(), CUT_MILLIS).unref();
}
