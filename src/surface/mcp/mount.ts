/**
 * MCP over HTTP. Every request stands alone, so that any replica may answer it: 2026-07-28 is made that way, and clients
 * of the revisions from 2025 are served without a session of theirs being kept.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Cluster } from '../../cluster/mod.ts';
import { nestsTooDeep, type HttpContext, type Mount } from '../http/mod.ts';
import { openCancellations, type Cancellations } from './cancellations.ts';

export interface McpMountOptions {
  /** Offer the tools that add, update and remove repositories, to callers whose role allows them. */
  readonly management: boolean;
  /** Other servers that may have a call which is cancelled here; absent: there are none. */
  readonly cluster?: Pick<Cluster, 'tell' | 'hear'>;
}

/** Revision 2025-03-26 may send several messages at once; more than this would be a way around limits on requests. */
const BATCH_MOST = 20;
const SESSION = 'mcp-session-id';

interface Message {
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown } | null;
}

/** Adds `/mcp`. */
export function mountMcp(options: McpMountOptions): Mount {
  return async (http, context) => {
    const [{ createMcpHandler }, { makeServer }] = await Promise.all([import('@modelcontextprotocol/server'), import('./protocol.ts')]);
    const cancellations = openCancellations(options.cluster);
    const requests = new WeakMap<Request, FastifyRequest>();
    const handler = createMcpHandler(({ requestInfo }) => {
      const request = requests.get(requestInfo as Request) as FastifyRequest;
      const service = context.serviceOf(request);
      const scope = scopeOf(context, request);
      return makeServer({
        service, version: context.version, management: options.management, activity: () => [], ready: async () => {},
        ...(scope === null ? {} : { begin: (id) => cancellations.begin(scope, id) }),
      });
    }, { onerror: (error) => context.log('debug', `mcp: ${error.message}`) });
    await http.register(async (scope) => {
      addRoutes(scope, context, cancellations, async (request, reply, text, body) => {
        const converted = toRequest(request, text, context.signalOf(request));
        requests.set(converted, request);
        const response = await handler.fetch(converted, body === undefined ? {} : { parsedBody: body });
        // Nothing is kept under it; it tells requests of one client from those of another when one is cancelled.
        if ((body as Message | undefined)?.method === 'initialize' && response.ok) reply.header(SESSION, randomUUID());
        return response;
      });
    });
    http.addHook('onClose', async () => {
      cancellations[Symbol.dispose]();
      await handler.close();
    });
  };
}

type Answer = (request: FastifyRequest, reply: FastifyReply, text: string, body: unknown) => Promise<Response>;

function addRoutes(http: FastifyInstance, context: HttpContext, cancellations: Cancellations, answer: Answer): void {
  // What is no JSON is told in the words of the protocol.
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
  http.route({
    // Server-sent events and jobs take their time; the operations behind tools have limits of their own.
    method: ['GET', 'POST', 'DELETE'], url: '/mcp', config: { unhurried: true },
    handler: async (request, reply) => {
      const text = typeof request.body === 'string' ? request.body : '';
      const body = parsed(text);
      if (request.method === 'POST' && body === undefined) return refuse(reply, -32_700, 'Parse error: the body is no JSON.');
      if (Array.isArray(body) && body.length > BATCH_MOST) return refuse(reply, -32_600, `A batch may have ${BATCH_MOST} messages.`);
      const scope = scopeOf(context, request);
      for (const message of (Array.isArray(body) ? body : [body]) as readonly (Message | null | undefined)[]) {
        if (message?.method === 'subscriptions/listen') context.endless(request);
        if (message?.method === 'notifications/cancelled' && scope !== null) cancellations.cancel(scope, message.params?.requestId);
      }
      return answer(request, reply, text, body);
    },
  });
}

function refuse(reply: FastifyReply, code: number, message: string): FastifyReply {
  return reply.status(400).send({ jsonrpc: '2.0', error: { code, message }, id: null });
}

/** Undefined for what is no JSON, or none that anybody means. */
function parsed(text: string): unknown {
  if (nestsTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whose request ids these are; null where the client has no name for itself. */
function scopeOf(context: HttpContext, request: FastifyRequest): string | null {
  const session = request.headers[SESSION];
  return typeof session === 'string' ? `${context.serviceOf(request).identity.id}\n${session}` : null;
}

function toRequest(request: FastifyRequest, text: string, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':')) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // Host is checked where the connection is taken; here only the path matters.
  return new Request(new URL(request.url, 'http://localhost'), { method: request.method, headers, signal, ...(request.method === 'POST' ? { body: text } : {}) });
}
