import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';
import { memoryCounts } from '../../cluster/mod.ts';
import { answerBroken, watchConnections } from './connections.ts';
import { challenge, mountMetadata } from './challenge.ts';
import { Door } from './door.ts';
import { HttpError, pathOf, sendError } from './errors.ts';
import { Exchanges, type Exchange } from './exchanges.ts';
import { allowOrigin, answerPreflight, isPreflight, setHeaders } from './headers.ts';
import { mountHealth } from './health.ts';
import { openPlaces } from './places.ts';
import type { HttpContext, HttpOptions, HttpRules, HttpServer } from './port.ts';
import { nestsTooDeep } from './nesting.ts';
import { refuse } from './refusal.ts';
import { requestId } from './request-id.ts';
import { watchRoutes } from './routes.ts';

/** Longer addresses belong into a body. */
const URL_BYTES = 8_192;
const HEADER_BYTES = 16_384;
/** Seconds that the headers of a request may take: a slow client holds nothing but its connection. */
const HEADER_SECONDS = 10;
/** Longer than proxies keep theirs (60 s), so that they do not send into a closing one. */
const KEEP_ALIVE_SECONDS = 72;

/** Listens and answers until it is disposed of, which lets requests under way end. An address that cannot be listened on is Node's own error. */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const { log, service, production, publicUrl } = options;
  let { rules } = options;
  let places = openPlaces(options, rules);
  let draining = false;
  const door = new Door(options, options.counts ?? memoryCounts());
  const exchanges = new Exchanges(log, service.meter, options.requestSeconds);
  const secure = rules.tls !== null || publicUrl?.startsWith('https:') === true;
  const begin = (request: FastifyRequest, reply: FastifyReply): Exchange => {
    const exchange = exchanges.begin(request, reply);
    setHeaders(request, reply, secure);
    if (draining) reply.raw.setHeader('connection', 'close');
    return exchange;
  };
  const fail: Fail = (thrown, request, reply) => {
    if ((thrown as Partial<CodeIndexError>).code === 'unauthenticated') challenge(request, reply, publicUrl);
    sendError(thrown, request, reply, { log, production });
  };
  const http = makeServer(options, (error, request, reply) => {
    begin(request, reply);
    fail(error, request, reply);
  });
  refuseDeepBodies(http);
  watchConnections(http.server, service.meter, options.trustedProxies);
  http.setErrorHandler(fail);
  answerUnknown(http, fail);
  http.addHook('onRequest', async (request, reply) => {
    const exchange = begin(request, reply);
    const origin = places.check(request);
    if (origin !== null) allowOrigin(reply, origin);
    if (isPreflight(request)) {
      answerPreflight(request, reply);
      return reply;
    }
    checkAddress(request.raw.url ?? '');
    exchange.identity = await door.admit(request, reply, exchange.config);
    return undefined;
  });
  const context = contextOf(options, exchanges);
  mountHealth(http, options, { identityOf: (request) => exchanges.of(request)?.identity ?? null, draining: () => draining });
  mountMetadata(http, publicUrl, () => rules.access);
  http.get('/api/session', async (request, reply) => {
    const { name, role, repositories } = context.serviceOf(request).identity;
    return reply.header('cache-control', 'no-store').send({ identity: { name, role, repositories }, authentication: door.required ? 'bearer' : 'none', version: options.version });
  });
  for (const mount of options.mounts) await mount(http, context);
  const url = await listen(http, options);
  return {
    url,
    reload(next) {
      door.reload(next);
      places = openPlaces(options, next);
      if (next.tls !== null && rules.tls !== null) (http.server as unknown as { setSecureContext(from: object): void }).setSecureContext({ cert: next.tls.certificate, key: next.tls.key });
      rules = next;
    },
    async [Symbol.asyncDispose]() {
      draining = true;
      // Nobody new is let in, and who asks nothing now is let go.
      http.server.close();
      await exchanges.drain(options.drainSeconds * 1_000);
      http.server.closeAllConnections();
      await http.close();
    },
  };
}

type Fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => void;

function answerUnknown(http: FastifyInstance, fail: Fail): void {
  const otherMethods = watchRoutes(http);
  http.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    const methods = otherMethods(path);
    if (methods.length === 0) return fail(new CodeIndexError('not_found', `There is no ${request.method} ${path.slice(0, 200)} here.`, 'See /openapi.json for what there is.'), request, reply);
    reply.raw.setHeader('allow', methods.join(', '));
    return fail(new HttpError(405, 'invalid_query', `${path.slice(0, 200)} does not answer ${request.method}.`, `Use ${methods.join(' or ')}.`), request, reply);
  });
}

function makeServer(options: HttpOptions, onUnreadable: Fail): FastifyInstance {
  const { rules: { tls }, trustedProxies, service } = options;
  const wire = { maxHeaderSize: HEADER_BYTES, headersTimeout: HEADER_SECONDS * 1_000, connectionsCheckingInterval: 1_000 };
  const common = {
    logger: false, return503OnClosing: false, forceCloseConnections: 'idle' as const,
    bodyLimit: options.bodyBytes, keepAliveTimeout: KEEP_ALIVE_SECONDS * 1_000,
    // Bodies are timed by `Exchanges`, which lets an upload go on while it moves.
    requestTimeout: 0,
    routerOptions: { maxParamLength: URL_BYTES },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    genReqId: requestId,
    frameworkErrors: onUnreadable,
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerBroken(error, socket, service.meter),
  };
  if (tls === null) return fastify({ ...common, http: wire });
  checkCertificate(tls);
  return fastify({ ...common, https: { ...wire, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' } }) as unknown as FastifyInstance;
}

/** The parser of the framework, behind a look at the depth. */
function refuseDeepBodies(http: FastifyInstance): void {
  const parse = http.getDefaultJsonParser('error', 'error');
  http.removeContentTypeParser('application/json');
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    if (nestsTooDeep(text)) done(new HttpError(400, 'invalid_query', 'The body is nested too deep.', 'Send one JSON object of the parameters.'));
    else void parse(request, text, done);
  });
}

function checkCertificate({ certificate, key }: NonNullable<HttpRules['tls']>): void {
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    throw new CodeIndexError('invalid_query', `The certificate and its key cannot be used: ${(error as Error).message}.`, 'Give PEM files that belong together as TLS_CERT_FILE and TLS_KEY_FILE.', { cause: error });
  }
}

function checkAddress(url: string): void {
  if (url.length > URL_BYTES) throw new HttpError(414, 'too_large', `The address is longer than ${URL_BYTES} characters.`, 'Send long texts in the body.');
  if (url.includes('%00')) throw new CodeIndexError('invalid_query', 'The address holds a NUL character.', 'Leave it out: no text of code has one.');
}

function contextOf({ version, log, service }: HttpOptions, exchanges: Exchanges): HttpContext {
  return {
    version, log, meter: service.meter,
    serviceOf(request) {
      const exchange = exchanges.of(request);
      if (exchange === undefined || exchange.identity === null) throw refuse('missing', 'This is answered to those alone who bring a token.');
      return (exchange.service ??= service.as({ identity: exchange.identity, workspace: [] }));
    },
    signalOf: (request) => exchanges.of(request)?.stop.signal ?? AbortSignal.abort(new DOMException('the client is gone', 'AbortError')),
    endless(request) {
      const exchange = exchanges.of(request);
      if (exchange !== undefined) exchange.endless = true;
    },
  };
}

async function listen(http: FastifyInstance, { host, port }: HttpOptions): Promise<string> {
  try {
    // One listener: `localhost` would open a second one that nothing here watches.
    return await http.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (error) {
    await http.close();
    throw error;
  }
}
