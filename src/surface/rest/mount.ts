import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';
import { answered, requireRole, runOperation } from '../../service/mod.ts';
import type { HttpContext, Mount } from '../http/mod.ts';
import { mountDocs } from './docs.ts';
import { mountEvents } from './events.ts';
import type { RestOptions } from './options.ts';
import { pageOf } from './pages.ts';
import { checkOf, givenIn } from './parameters.ts';
import { ROUTES, changes, type Route } from './routes.ts';
import { sendAnswered, sendChanged, sendValue } from './send.ts';
import { receiveUpload } from './upload.ts';

/** The routes of the table, the events of jobs, and the pages that describe them. */
export function mountRest(options: RestOptions): Mount {
  return async (http, context) => {
    for (const route of ROUTES) {
      const { method } = route;
      const url = addressOf(route);
      if (changes(route) && !options.management) http.route({ method, url, handler: refused });
      else if (route.upload === true) await http.register(async (scope) => addUpload(scope, context, route, options));
      else http.route({ method, url, handler: handlerOf(route, context, options) });
    }
    mountEvents(http, context);
    mountDocs(http, context, options);
  };
}

/** `/api/files/{repository}/{path}` as Fastify writes it. */
function addressOf({ path }: Route): string {
  return path.replace('{path}', '*').replaceAll(/\{(\w+)\}/g, ':$1');
}

function handlerOf(route: Route, context: HttpContext, options: RestOptions): RouteHandlerMethod {
  const check = checkOf(route, options.maxQueryChars);
  const { operation, list } = route;
  return async (request, reply) => {
    const service = context.serviceOf(request);
    const { input, ...page } = check(givenIn(request));
    const signal = context.signalOf(request);
    if (route.kept === true) return sendAnswered(request, reply, await answered(service, operation, input, { signal }, 'rest'));
    const answer = await runOperation<object>(service, operation, input, { signal, waitMillis: 0 }, 'rest');
    if (changes(route)) return sendChanged(reply, answer);
    if (list === undefined) return sendValue(request, reply, answer);
    const { items, nextCursor } = pageOf(list.name, (answer as Record<string, readonly never[]>)[list.name] ?? [], list.key, page);
    return sendValue(request, reply, { ...answer, [list.name]: items, nextCursor });
  };
}

/** Archives stream through a door of their own: no parser may gather them. */
function addUpload(scope: FastifyInstance, context: HttpContext, route: Route, options: RestOptions): void {
  const check = checkOf(route, options.maxQueryChars);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
  scope.route({
    method: 'POST', url: addressOf(route), config: { unhurried: true },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const service = context.serviceOf(request);
      requireRole(service.identity, route.operation);
      const { input } = check({ ...givenIn(request), body: undefined });
      const signal = context.signalOf(request);
      // The caller may leave after the last byte: what was sent is indexed all the same.
      await using upload = await receiveUpload(request, service.settings.dataDir, options.maxUploadBytes, signal).catch((error: unknown) => {
        // What is still on its way has nobody to read it.
        void reply.header('connection', 'close');
        throw error;
      });
      const answer = await runOperation(service, route.operation, { ...input, file: upload.file }, { waitMillis: 0 }, 'rest');
      // From here on it is the job's; until here a failure of any kind means that nobody will open it.
      upload.handOver();
      return sendChanged(reply, answer);
    },
  });
}

async function refused(): Promise<never> {
  throw new CodeIndexError('forbidden', 'This server does not manage repositories.', 'Start it with ENABLE_REPOSITORY_MANAGEMENT=true, or use `code-index repos` beside it.');
}
