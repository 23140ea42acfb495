/** /openapi.json, and /docs: the same to read, as one page without scripts. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asCodeIndexError } from '../../base/mod.ts';
import { OPERATIONS, rootFor, type Service } from '../../service/mod.ts';
import type { HttpContext } from '../http/mod.ts';
import { docsPage, DOCS_STYLE } from './docs-page.ts';
import { openApiOf, type ExampleValues, type OpenApiDocument } from './openapi.ts';
import type { RestOptions } from './options.ts';

const OPEN = { config: { open: true } } as const;
const NOTHING_KNOWN: Omit<ExampleValues, 'server'> = { repository: 'my-project', path: 'README.md', root: '/srv/code/my-project', job: 'id-of-a-job' };
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function mountDocs(http: FastifyInstance, context: HttpContext, options: RestOptions): void {
  const document = async (request: FastifyRequest): Promise<OpenApiDocument> => {
    const server = `${request.protocol}://${request.host}`;
    const service = serviceOf(context, request);
    return openApiOf(context.version, options, { server, ...(service === null ? NOTHING_KNOWN : await whatIsThere(service)) });
  };
  http.get('/openapi.json', OPEN, async (request, reply) => reply.header('cache-control', 'private, no-cache').send(await document(request)));
  http.get('/docs', OPEN, async (request, reply) => {
    void reply.header('cache-control', 'private, no-cache').header('content-security-policy', POLICY);
    return reply.type('text/html; charset=utf-8').send(docsPage(await document(request)));
  });
  http.get('/docs.css', OPEN, async (_request, reply) => reply.header('cache-control', 'public, max-age=3600').type('text/css; charset=utf-8').send(DOCS_STYLE));
}

/** Null for whoever brings no token where one is needed: how to ask is no secret, what there is may be one. */
function serviceOf(context: HttpContext, request: FastifyRequest): Service | null {
  try {
    return context.serviceOf(request);
  } catch (thrown) {
    if (asCodeIndexError(thrown, 'Reading the document').code === 'unauthenticated') return null;
    throw thrown;
  }
}

/** Names for the examples, as this caller may know them. */
async function whatIsThere(service: Service): Promise<Omit<ExampleValues, 'server'>> {
  const store = await service.store();
  const [repositories, views] = await Promise.all([store.meta.repositories(), store.meta.views()]);
  const one = repositories.find(({ url }) => url === null) ?? repositories[0];
  const view = views.find(({ repository }) => repository === one?.id);
  const entries = view === undefined ? [] : await store.files.entries(view.id, { limit: 50 });
  const { jobs: [job] } = await OPERATIONS.listJobs.run(service, { limit: 1 }, {});
  return {
    repository: one?.name ?? NOTHING_KNOWN.repository, path: entries.find(({ blob }) => blob !== null)?.path ?? NOTHING_KNOWN.path,
    root: (one === undefined ? '' : rootFor(service, one.root)) || NOTHING_KNOWN.root, job: job?.id ?? NOTHING_KNOWN.job,
  };
}
