import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { CodeIndexError, asCodeIndexError } from '../../base/mod.ts';
import { LOCAL } from '../../service/mod.ts';
import { statusOf } from './errors.ts';
import type { HttpContext, HttpOptions, HttpServer } from './port.ts';

/** Listens and answers until it is disposed of, which lets requests under way end. */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const http = fastify({ logger: false });
  answerErrors(http);
  const signals = new WeakMap<FastifyRequest, AbortSignal>();
  http.addHook('onRequest', async (request, reply) => {
    const gone = new AbortController();
    // A request closes when its body was read; an answer when it was sent, or when nobody takes it any more.
    reply.raw.once('close', () => gone.abort(new DOMException('the client is gone', 'AbortError')));
    signals.set(request, gone.signal);
  });
  const context: HttpContext = {
    version: options.version, log: options.log, meter: options.service.meter,
    serviceOf: () => options.service.as({ identity: LOCAL, workspace: [] }),
    signalOf: (request) => signals.get(request) as AbortSignal,
    endless: () => {},
  };
  http.get('/health', async () => ({ status: 'healthy', version: options.version }));
  for (const mount of options.mounts) await mount(http, context);
  const url = await http.listen({ host: options.host, port: options.port });
  return { url, reload: () => {}, [Symbol.asyncDispose]: () => http.close() };
}

function answerErrors(http: FastifyInstance): void {
  http.setErrorHandler((thrown, request, reply) => {
    const error = asCodeIndexError(thrown, `${request.method} ${request.url.split('?', 1)[0]}`);
    void reply.status(statusOf(error.code)).send(error.toJSON());
  });
  http.setNotFoundHandler((request, reply) => {
    const error = new CodeIndexError('not_found', `There is no ${request.method} ${request.url.split('?', 1)[0]} here.`, 'See /openapi.json for what there is.');
    void reply.status(404).send(error.toJSON());
  });
}
