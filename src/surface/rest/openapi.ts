/** The OpenAPI 3.1 document, made from the table of routes. */
import { boundedSchema, type Field } from '../../service/mod.ts';
import type { RestOptions } from './options.ts';
import { ROUTES, changes, hasBody, parametersOf, placesOf, type Route } from './routes.ts';
import { SCHEMAS, type Schema } from './schemas.ts';

/** What examples name, so that they work as they stand. */
export interface ExampleValues {
  /** Where the server is: `http://127.0.0.1:8000`. */
  readonly server: string;
  readonly repository: string;
  /** A file of it. */
  readonly path: string;
  /** Its folder on the server. */
  readonly root: string;
  readonly job: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description?: string;
  readonly required?: true;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, Schema>>;
  readonly 'x-curl': string;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string; readonly license: { readonly name: string; readonly identifier: string } };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: Readonly<Record<string, Schema>> };
}

const TAGS: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'Search', description: 'Find and read code.' },
  { name: 'Repositories', description: 'What is indexed.' },
  { name: 'Management', description: 'Change what is indexed; there with ENABLE_REPOSITORY_MANAGEMENT=true. What takes long is a job: 202, with its address in Location.' },
  { name: 'Jobs', description: 'Work that was queued.' },
];

const FAILURES: Readonly<Record<string, string>> = {
  400: 'A parameter is unknown, missing or cannot be what it is (`invalid_query`).',
  401: 'A token is needed, or the one sent is not good (`unauthenticated`).',
  403: 'The caller may not do this (`forbidden`, `path_not_allowed`).',
  404: 'There is nothing of that name (`not_found`, `not_indexed`).',
  429: 'Too many requests (`rate_limited`).',
  503: 'Something that is needed is not there now (`unavailable`).',
  504: 'It took too long (`timeout`).',
};

export function openApiOf(version: string, options: Pick<RestOptions, 'maxQueryChars'>, values: ExampleValues): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method.toLowerCase()] = describe(route, options.maxQueryChars, values);
  if (paths['/api/jobs/{id}'] !== undefined) paths['/api/jobs/{id}/events'] = { get: eventsOperation(values) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'code-index', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'One index of many git repositories: exact text, regex, symbols, references, meaning and similar code. Answers are the same JSON as from the command line (`--json`) and from the tools of MCP.',
    },
    servers: [{ url: values.server }],
    security: [{}, { bearer: [] }],
    tags: TAGS.filter(({ name }) => Object.values(paths).some((path) => Object.values(path).some(({ tags }) => tags.includes(name)))),
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API token (`code-index tokens create`), a JWT, or ADMIN_TOKEN. Not needed by the user of the same machine unless the server asks for it.' } },
    },
  };
}

function describe(route: Route, maxQueryChars: number, values: ExampleValues): OpenApiOperation {
  const { method, operation, answer } = route;
  const fields = Object.entries(parametersOf(route, maxQueryChars));
  const example = exampleOf(route, values);
  const places = placesOf(route);
  const parameters = fields.filter(([name]) => !hasBody(route) || places.includes(name)).map(([name, field]): Parameter => ({
    name, in: places.includes(name) ? 'path' : 'query', ...(field.text === '' ? {} : { description: field.text }),
    ...(field.required === true ? { required: true as const } : {}), schema: places.includes(name) ? oneOf(boundedSchema(field)) : boundedSchema(field), ...(Object.hasOwn(example, name) ? { example: example[name] } : {}),
  }));
  const queued = changes(route) && route.upload !== true ? { 202: { description: 'Queued.', headers: { Location: { description: 'The address of the job.', schema: { type: 'string' } } }, ...json(answer) } } : {};
  return {
    operationId: idOf(route), summary: route.title ?? operation.title, description: operation.text, tags: [tagOf(route)],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(route, fields.filter(([name]) => !places.includes(name)), example),
    responses: {
      200: { description: 'The answer.', ...(method === 'GET' ? { headers: { ETag: { description: 'Send it back in If-None-Match.', schema: { type: 'string' } } } } : {}), ...json(answer) },
      ...(route.upload === true ? { 202: { description: 'Queued.', ...json(answer) }, 413: { description: 'The archive is too large (`too_large`).', ...json('Error') } } : queued),
      ...(method === 'GET' ? { 304: { description: 'What the caller has is what would be answered.' } } : {}),
      ...failures(),
    },
    'x-curl': curlOf(route, example, values),
  };
}

/** A part of an address is one text, also where the operation takes several. */
function oneOf(schema: Schema): Schema {
  return (schema['items'] as Schema | undefined) ?? schema;
}

function bodyOf(route: Route, fields: readonly (readonly [string, Field])[], example: Readonly<Record<string, unknown>>): Pick<OpenApiOperation, 'requestBody'> {
  if (route.upload === true) {
    const archive = { schema: { type: 'string', format: 'binary' } };
    return { requestBody: { required: true, content: { 'application/gzip': archive, 'application/x-tar': archive, 'application/zip': archive } } };
  }
  if (!hasBody(route) || fields.length === 0) return {};
  const required = fields.filter(([, field]) => field.required === true).map(([name]) => name);
  const schema = {
    type: 'object', properties: Object.fromEntries(fields.map(([name, field]) => [name, boundedSchema(field)])), additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  };
  const own = Object.fromEntries(Object.entries(example).filter(([name]) => fields.some(([one]) => one === name)));
  return { requestBody: { required: required.length > 0, content: { 'application/json': { schema, example: own } } } };
}

/** The example with what is there filled in. */
export function exampleOf(route: Route, values: ExampleValues): Readonly<Record<string, unknown>> {
  const known: Readonly<Record<string, string>> = { $repository: values.repository, $path: values.path, $root: values.root, $job: values.job };
  return Object.fromEntries(Object.entries(route.example).map(([name, value]) => [name, typeof value === 'string' ? (known[value] ?? value) : value]));
}

/** One command for a shell that asks this. */
function curlOf(route: Route, example: Readonly<Record<string, unknown>>, { server }: ExampleValues): string {
  const places = placesOf(route);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(example[name] ?? name).split(name === 'path' ? '/' : '\0').map(encodeURIComponent).join('/'));
  const rest = Object.entries(example).filter(([name]) => !places.includes(name));
  const query = hasBody(route) ? '' : new URLSearchParams(rest.map(([name, value]): [string, string] => [name, String(value)])).toString();
  const address = quoted(`${server}${path}${query === '' ? '' : `?${query}`}`);
  if (route.upload === true) return `curl -X POST ${address} -H 'content-type: application/gzip' --data-binary @project.tar.gz`;
  const method = route.method === 'GET' ? '' : ` -X ${route.method}`;
  const body = hasBody(route) && rest.length > 0 ? ` -H 'content-type: application/json' -d ${quoted(JSON.stringify(Object.fromEntries(rest)))}` : '';
  return `curl${method} ${address}${body}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function eventsOperation({ server, job }: ExampleValues): OpenApiOperation {
  return {
    operationId: 'getJobEvents', summary: 'Follow a job', tags: ['Jobs'],
    description: 'Server-sent events: every change of the job as `event: job` with the whole job as data, the present state first, until it has ended.',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: job }],
    responses: { 200: { description: 'The events.', content: { 'text/event-stream': { schema: { type: 'string' } } } }, ...failures() },
    'x-curl': `curl -N ${quoted(`${server}/api/jobs/${encodeURIComponent(job)}/events`)}`,
  };
}

function json(schema: string): Schema {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } };
}

function failures(): Record<string, Schema> {
  return Object.fromEntries(Object.entries(FAILURES).map(([status, description]) => [status, { description, ...json('Error') }]));
}

function idOf({ method, path }: Route): string {
  const words = path.replace(/^\/api\//, '').split('/').map((part) => part.replaceAll(/[{}]/g, '')).map((word) => (path.includes(`{${word}}`) ? `By${capital(word)}` : capital(word)));
  return `${method.toLowerCase()}${words.join('')}`;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function tagOf(route: Route): string {
  if (route.path.startsWith('/api/jobs')) return 'Jobs';
  if (changes(route)) return 'Management';
  return route.path.startsWith('/api/repositories') || route.path === '/api/status' ? 'Repositories' : 'Search';
}
