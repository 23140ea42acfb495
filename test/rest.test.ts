/** REST as its callers see it: over a real listener, with input of all kinds made from the routes' own fields. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ERROR_CODES, type ErrorCode } from '../src/base/mod.ts';
import type { Job } from '../src/domain/mod.ts';
import { openMemoryQueue } from '../src/queue/mod.ts';
import { OPERATIONS, doJob, openService, type Field, type Service } from '../src/service/mod.ts';
import { openHttp, statusOf, type HttpServer } from '../src/surface/http/mod.ts';
import { ROUTES, changes, hasBody, mountRest, parametersOf, placesOf, type OpenApiDocument, type OpenApiOperation, type Route } from '../src/surface/rest/mod.ts';
import { faultsOf } from './json-schema.ts';
import { git, makeRepository, temporaryFolder, writeFiles } from './faces.ts';
import { allowed } from './generated-input.ts';

const folder = temporaryFolder();
const roots = path.join(folder.path, 'roots');
const dataDir = path.join(folder.path, 'data-of-the-server');
const MAX_QUERY = 200;
const MAX_UPLOAD = 100_000;
const ADMIN = 'administrator-of-the-tests';
const ODD = 'odd name/ä %41?&#+.ts';
let service: Service;
let open: HttpServer;
let managed: HttpServer;

function serve(over: Service, management: boolean, required = false): Promise<HttpServer> {
  return openHttp({
    host: '127.0.0.1', port: 0, version: '1.2.3', service: over, log: () => {}, mounts: [mountRest({ maxQueryChars: MAX_QUERY, management, maxUploadBytes: MAX_UPLOAD })],
    rules: { access: { required, adminToken: ADMIN }, rateLimit: null, allowedHosts: [], allowedOrigins: [], tls: null },
    production: true, publicUrl: null, trustedProxies: [], bodyBytes: 1_048_576, requestSeconds: 30, drainSeconds: 1,
    metrics: null, probes: {}, admin: { logLevel: () => 'warn', diagnostics: async () => ({}) },
  });
}

before(async () => {
  makeRepository(path.join(roots, 'project'), {
    'README.md': '# Project\n\nIt can parse.\n', 'src/parse.ts': 'export function parse(text: string): string[] {\n  return text.split(",");\n}\n\nexport const words = parse("a,b");\n',
    'src/min.ts': 'export function least(a: number, b: number): number {\n  return a < b ? a : b;\n}\n', [ODD]: 'export const odd = "<b>&\'";\n', 'a.bin': new Uint8Array([0, 1, 2, 0]), 'b.bin': new Uint8Array([0, 1]), 'c.bin': new Uint8Array([0]),
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) makeRepository(path.join(roots, `other-${name}`), { 'x.py': `def parse_${name}():\n    pass\n` });
  service = openService({ dataDir, allowedRoots: [roots], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, embedding: { provider: 'none' }, version: '1.2.3', maxUploadBytes: MAX_UPLOAD });
  await OPERATIONS.index.run(service, { targets: ['project', 'other-a', 'other-b', 'other-c', 'other-d', 'other-e'].map((name) => path.join(roots, name)) }, {});
  open = await serve(service, false);
  managed = await serve(service, true);
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await managed[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Tests look into answers freely.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

async function ask(address: string, init: RequestInit = {}, server: HttpServer = open): Promise<Reply> {
  const response = await fetch(`${server.url}${address}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

function send(method: string, body?: unknown): RequestInit {
  return { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) };
}

/** What holds for every reply whatever was asked. */
function isSound(reply: Reply, asked: string): void {
  assert.ok(reply.status !== 500 && reply.status < 600, `${asked}: ${reply.status} ${reply.text.slice(0, 500)}`);
  if (reply.status >= 400) {
    const { code, message, fix } = reply.json.error as { code: ErrorCode; message: string; fix: string };
    assert.ok(ERROR_CODES.includes(code) && message.length > 0 && fix.length > 0, reply.text);
    assert.equal(statusOf(code) === reply.status || reply.status === 400 || reply.status === 415 || reply.status === 405 || reply.status === 414, true, `${reply.status} ${code}`);
    for (const inside of [dataDir, path.resolve(import.meta.dirname, '..'), 'node_modules', '    at ']) assert.ok(!reply.text.includes(inside), `${asked}: ${reply.text}`);
  }
}

describe('addresses', () => {
  it('answer what the command line answers', async () => {
    const { json, headers } = await ask('/api/search?query=parse&mode=text&repository=project');
    assert.deepEqual([...new Set(json.results.map((one: { path: string }) => one.path))].sort(), ['README.md', 'src/parse.ts']);
    assert.equal(headers.get('x-cache'), 'miss');
    const direct = await OPERATIONS.search.run(service, { query: 'parse', mode: 'text', repository: ['project'] }, {});
    assert.deepEqual({ ...json, tookMs: 0 }, JSON.parse(JSON.stringify({ ...direct, tookMs: 0 })));
    assert.equal((await ask('/api/references?name=parse')).json.results[0].relation, 'reference');
    assert.equal((await ask('/api/similar', send('POST', { snippet: 'export function smaller(a: number, b: number): number {\n  return a < b ? a : b;\n}', limit: 1 }))).json.results[0].path, 'src/min.ts');
    assert.equal((await ask('/api/repositories/project')).json.repositories[0].name, 'project');
  });

  it('reach any path, and never one outside', async () => {
    const encoded = encodeURIComponent(ODD).replaceAll('%2F', '/');
    for (const address of [`/api/files/project/${encoded}`, `/api/files/project/${encodeURIComponent(ODD)}`, `/api/files?path=${encodeURIComponent(ODD)}&repository=project`]) {
      assert.equal((await ask(address)).json.path, ODD, address);
    }
    assert.equal((await ask('/api/files/project/src/parse.ts?start_line=2&end_line=2')).json.text.trim(), 'return text.split(",");');
    assert.equal((await ask('/api/files/project/src/parse.ts?view=outline')).json.outline[0].name, 'parse');
    for (const outside of ['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', 'src%2f..%2f..%2fother-a%2fx.py', '..\\x', '.git/config', '%00', '%2e%2e/%2e%2e/x']) {
      const reply = await ask(`/api/files/project/${outside}`);
      assert.ok(reply.status === 404 || reply.status === 400 || reply.status === 403, `${outside}: ${reply.status} ${reply.text}`);
      assert.doesNotMatch(reply.text, /root:|parse_a|\[core\]/);
    }
  });

  it('take queries of any signs, and name the parameter that cannot be', async () => {
    for (const query of ['a < b', '&', '"<b>&\'"', '%', '+', "'; DROP TABLE blob; --", '\u{1f600}', '...', 'x'.repeat(MAX_QUERY)]) {
      assert.equal((await ask(`/api/search?query=${encodeURIComponent(query)}`)).status, 200, query);
    }
    assert.equal((await ask(`/api/search?query=${encodeURIComponent('"<b>&\'"')}`)).json.results[0].path, ODD);
    for (const [address, said] of [
      ['/api/search', '"query" is missing'], ['/api/search?query=', '"query" is empty'], [`/api/search?query=${'x'.repeat(MAX_QUERY + 1)}`, '"query" has 201 characters'],
      ['/api/search?query=a%00b', 'NUL'], ['/api/search?query=a&limit=0', '"limit" cannot be "0"'], ['/api/search?query=a&limit=1001', '"limit" cannot be'],
      ['/api/search?query=a&limit=1e2', '"limit" cannot be'], ['/api/search?query=a&all=yes', '"all" cannot be "yes"'], ['/api/search?query=a&language=c%3Bd', '"language" cannot be "c;d"'],
      ['/api/search?query=a&query=b', '"query" was given 2 times'], ['/api/search?query=a&nope=1', 'no argument "nope"'], ['/api/search?query=a&mode=best', '"mode" cannot be "best"'],
      ['/api/search?query=a&__proto__=1', '__proto__'], ['/api/files/project/src/parse.ts?path=x', '"path"'], ['/api/repositories?cursor=abc', 'cursor'],
    ] as const) {
      const { status, json, text } = await ask(address);
      assert.equal(status, 400, address);
      assert.equal(json.error.code, 'invalid_query');
      assert.ok(json.error.message.includes(said) || text.includes(said), text);
    }
    assert.match((await ask('/api/similar', send('POST', { snippet: 3 }))).json.error.message, /"snippet" cannot be 3/);
    assert.match((await ask('/api/similar', send('POST', { snippet: 'x', limit: '3' }))).json.error.message, /"limit" cannot be "3"/);
    assert.equal((await ask('/api/similar', send('POST', [1]))).status, 400);
    assert.equal((await ask('/api/similar', { ...send('POST', {}), body: '{"snippet":' })).status, 400);
    assert.equal((await ask('/api/similar?limit=3', send('POST', { snippet: 'x' }))).status, 400);
  });
});

describe('answers', () => {
  it('carry an ETag that holds as long as they say the same', async () => {
    const address = '/api/search?query=least&repository=project';
    const first = await ask(address);
    const etag = first.headers.get('etag') as string;
    assert.match(etag, /^W\/"[\w-]+"$/);
    assert.equal(first.headers.get('cache-control'), 'private, no-cache');
    const again = await ask(address, { headers: { 'if-none-match': `"x", ${etag}` } });
    assert.deepEqual([again.status, again.text, again.headers.get('x-cache')], [304, '', 'hit']);
    assert.equal((await ask(address, { headers: { 'if-none-match': '"x"' } })).status, 200);
    assert.equal((await ask('/api/search?query=least', { headers: { 'if-none-match': etag } })).status, 200);
    const status = (await ask('/api/status')).headers.get('etag') as string;
    assert.equal((await ask('/api/status', { headers: { 'if-none-match': status } })).status, 304);
    writeFiles(path.join(roots, 'project'), { 'src/more.ts': 'export const least = 1;\n' });
    await OPERATIONS.index.run(service, { targets: [path.join(roots, 'project')] }, {});
    const changed = await ask(address, { headers: { 'if-none-match': etag } });
    assert.equal(changed.status, 200);
    assert.ok(changed.json.results.some((one: { path: string }) => one.path === 'src/more.ts'));
  });

  it('page by page are the whole list', async () => {
    const pages = async (address: string, list: string): Promise<string[]> => {
      const names: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { json } = await ask(`${address}?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
        assert.ok(json[list].length <= 2);
        names.push(...json[list].map((one: { name?: string; path?: string }) => one.name ?? one.path));
        cursor = json.nextCursor;
      }
      return names;
    };
    assert.deepEqual(await pages('/api/repositories', 'repositories'), ['other-a', 'other-b', 'other-c', 'other-d', 'other-e', 'project']);
    assert.deepEqual(await pages('/api/repositories/project/skipped', 'skipped'), ['a.bin', 'b.bin', 'c.bin']);
    const whole = (await ask('/api/search?query=parse&all=true&limit=1000')).json.results.map((one: { path: string; startLine: number }) => `${one.path}:${one.startLine}`);
    const parts: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json } = await ask(`/api/search?query=parse&all=true&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      parts.push(...json.results.map((one: { path: string; startLine: number }) => `${one.path}:${one.startLine}`));
      cursor = json.nextCursor;
    }
    assert.deepEqual(parts, whole);
  });
});

/** Any value that the field allows. */
function valid(field: Field): fc.Arbitrary<unknown> {
  return allowed(field, field.kind === 'text' ? validText(field) : fc.string(), field.kind === 'texts' ? validTexts(field) : fc.string());
}

function validText({ pattern, least = 0, most = 60 }: Extract<Field, { kind: 'text' }>): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.constantFrom('typescript', 'c++', 'c#', 'python');
  return fc.string({ unit: 'binary', minLength: least, maxLength: Math.min(most, 60) }).map((text) => text.replaceAll('\0', 'n').toWellFormed().slice(0, most)).filter((text) => text.length >= least);
}

function validTexts({ pattern }: Extract<Field, { kind: 'texts' }>): fc.Arbitrary<string[]> {
  const one = pattern === undefined ? fc.oneof(fc.constantFrom('project', '*', 'src', 'main', '**/*.ts', '[', '{a'), fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\0', 'n'))) : fc.constantFrom('typescript', 'c');
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

const WRONG = fc.oneof(fc.constantFrom('', '\0', '-1', '1e99', 'NaN', 'null', '[object Object]', '../../../etc/passwd', '%', '\ud800', '9'.repeat(400), 'x'.repeat(5_000)), fc.string({ unit: 'binary', maxLength: 50 }));

function addressOf(route: Route, given: Readonly<Record<string, unknown>>): { address: string; body: Record<string, unknown> } {
  const places = placesOf(route);
  const text = (value: unknown): string => encodeURIComponent(String(value).toWellFormed());
  const address = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => text(given[name] ?? 'project') || 'project');
  const rest = Object.entries(given).filter(([name]) => !places.includes(name));
  if (hasBody(route)) return { address, body: Object.fromEntries(rest) };
  return { address: `${address}?${rest.flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${text(name)}=${text(one)}`)).join('&')}`, body: {} };
}

describe('generated input', () => {
  for (const route of ROUTES.filter(({ upload }) => upload !== true)) {
    const fields = Object.entries(parametersOf(route, MAX_QUERY));
    it(`${route.method} ${route.path} is answered or refused, never a fault`, async () => {
      const right = fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valid(field)])), { requiredKeys: fields.filter(([, field]) => field.required === true).map(([name]) => name) });
      const wrong = fc.tuple(right, fc.dictionary(fc.oneof(fc.constantFrom(...fields.map(([name]) => name), 'nope', '__proto__', 'constructor'), fc.string({ maxLength: 5 })), WRONG, { minKeys: 1, maxKeys: 3 })).map(([good, bad]) => ({ ...good, ...bad }));
      await fc.assert(fc.asyncProperty(fc.oneof(right, wrong), async (given) => {
        const { address, body } = addressOf(route, given);
        const init = hasBody(route) ? send(route.method, body) : { method: route.method };
        // What names folders may only reach what is allowed, so the managed server is asked for these too.
        isSound(await ask(address, init, changes(route) && route.method !== 'DELETE' ? managed : open), `${route.method} ${address}`);
      }), { numRuns: 25 });
    });
  }

  it('valid input is never refused for its form', async () => {
    const search = ROUTES.find(({ path: address }) => address === '/api/search') as Route;
    const fields = Object.entries(parametersOf(search, MAX_QUERY)).filter(([name]) => !['repository', 'branch', 'cursor'].includes(name));
    await fc.assert(fc.asyncProperty(fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valid(field)])), { requiredKeys: ['query'] }), async (given) => {
      const reply = await ask(addressOf(search, given).address);
      // A name in the query itself (`repo:x`) or a language that is not there may still be unknown.
      assert.ok(reply.status === 200 || /(repo|branch|lang|regular expression|language|query is empty)/i.test(reply.text), `${JSON.stringify(given)} ${reply.text}`);
    }), { numRuns: 60 });
  });

  it('malformed requests have our shape of error too', async () => {
    for (const target of ['/api/files/project/%zz', '/api/search?query=%zz', '/api/%', '//api/search', '/api/search?query=a&query[]=b', '/api/nothing', '/%00']) isSound(await raw(target), target);
  });
});

/** Sends an address as it is, which fetch would mend. */
function raw(target: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(open.url);
    httpRequest({ host: '127.0.0.1', port, path: target }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: new Headers(), text, json: text.startsWith('{') ? JSON.parse(text) : null }));
    }).on('error', reject).end();
  });
}

describe('the OpenAPI document', () => {
  it('is whole: every reference is there, every parameter of an address is told, names are unique', async () => {
    const document = (await ask('/openapi.json')).json as OpenApiDocument;
    assert.equal(document.openapi, '3.1.0');
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(document.components.schemas[name as string] !== undefined, name);
    const ids = new Set<string>();
    for (const [address, methods] of Object.entries(document.paths)) {
      assert.match(address, /^\/api\//);
      for (const [method, operation] of Object.entries(methods)) {
        assert.ok(['get', 'post', 'patch', 'delete'].includes(method));
        assert.ok(!ids.has(operation.operationId), operation.operationId);
        ids.add(operation.operationId);
        const told = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name, required }) => [name, required]);
        assert.deepEqual(told.sort(), [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]).sort());
        assert.equal(new Set((operation.parameters ?? []).map((one) => `${one.in} ${one.name}`)).size, operation.parameters?.length ?? 0);
        assert.ok(operation.summary !== '' && operation.description !== '' && operation.responses['200'] !== undefined && operation.responses['400'] !== undefined);
        for (const parameter of operation.parameters ?? []) if (parameter.example !== undefined) assert.deepEqual(faultsOf(parameter.schema, parameter.example, document.components.schemas), [], `${operation.operationId} ${parameter.name}`);
      }
    }
  });

  it('has examples that work as they stand, and answers as it says', async () => {
    const document = (await ask('/openapi.json')).json as OpenApiDocument;
    for (const [address, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (method !== 'get' && address !== '/api/similar') continue;
        if (address.startsWith('/api/jobs/')) continue;
        const { target, init } = exampleOf(address, method, operation);
        const reply = await ask(target, init);
        assert.equal(reply.status, 200, `${method} ${target}: ${reply.text.slice(0, 300)}`);
        const schema = ((operation.responses['200'] as Record<string, unknown>)['content'] as Record<string, { schema: Record<string, unknown> }>)['application/json']?.schema ?? {};
        assert.deepEqual(faultsOf(schema, reply.json, document.components.schemas), [], `${method} ${target}`);
        assert.ok(operation['x-curl'].startsWith('curl'), operation['x-curl']);
      }
    }
    const schema = document.components.schemas['Error'] as Record<string, unknown>;
    assert.deepEqual(faultsOf(schema, (await ask('/api/search')).json, document.components.schemas), []);
  });

  it('can be read as a page without scripts', async () => {
    const { status, headers, text } = await ask('/docs');
    assert.equal(status, 200);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.doesNotMatch(text, /<script|https?:\/\/(?!127\.0\.0\.1)|style=|javascript:/i);
    for (const route of ROUTES) assert.ok(text.includes(`<code>${route.path}</code>`), route.path);
    assert.match((await ask('/docs.css')).headers.get('content-type') ?? '', /^text\/css/);
  });
});

function exampleOf(address: string, method: string, { parameters = [], requestBody }: OpenApiOperation): { target: string; init: RequestInit } {
  const of = (name: string): unknown => parameters.find((one) => one.name === name)?.example;
  const target = address.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(of(name))).replaceAll('%2F', '/'));
  const query = parameters.filter((one) => one.in === 'query' && one.example !== undefined).map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join('&');
  const body = requestBody?.content['application/json']?.example;
  return { target: `${target}${query === '' ? '' : `?${query}`}`, init: body === undefined ? { method: method.toUpperCase() } : send(method.toUpperCase(), body) };
}

it('how to ask is told without a token, what there is is not', async () => {
  await using closed = await serve(service, false, true);
  const { status, text } = await ask('/openapi.json', {}, closed);
  assert.equal(status, 200);
  assert.ok(text.includes('my-project') && !text.includes('other-a'));
  assert.equal((await ask('/docs', {}, closed)).status, 200);
  assert.ok((await ask('/openapi.json', { headers: { authorization: `Bearer ${ADMIN}` } }, closed)).text.includes('other-a'));
  assert.equal((await ask('/api/search?query=parse', {}, closed)).status, 401);
});

describe('what changes something', () => {
  it('is refused where repositories are not managed', async () => {
    for (const route of ROUTES.filter(changes)) {
      const { address } = addressOf(route, { name: 'project', id: 'x' });
      const reply = await ask(address, { method: route.method });
      assert.deepEqual([reply.status, reply.json.error.code], [403, 'forbidden'], `${route.method} ${address}`);
      assert.match(reply.json.error.fix, /ENABLE_REPOSITORY_MANAGEMENT/);
    }
    assert.ok(!existsSync(path.join(dataDir, 'uploads')) || readdirSync(path.join(dataDir, 'uploads')).length === 0);
  });
});

/** An endless or broken body, as fast as it is taken. */
function stream(bytes: number, end: 'whole' | 'broken'): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return end === 'whole' ? controller.close() : controller.error(new Error('gone'));
      controller.enqueue(new Uint8Array(Math.min(left, 16_384)));
      left -= 16_384;
    },
  });
}

const uploadRoute = ROUTES.find(({ upload }) => upload === true);

describe('uploads', { skip: uploadRoute === undefined }, () => {
  const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, type = 'application/gzip', name = 'sent'): Promise<Reply> => ask(`/api/uploads?name=${name}`, { method: 'POST', body, headers: { 'content-type': type }, duplex: 'half' } as RequestInit, managed);
  const left = (): readonly string[] => (existsSync(path.join(dataDir, 'uploads')) ? readdirSync(path.join(dataDir, 'uploads')) : []);

  it('end as soon as they are too large, and leave nothing', async () => {
    for (const body of [new Uint8Array(MAX_UPLOAD + 1), stream(MAX_UPLOAD * 2, 'whole')]) {
      const reply = await post(body);
      assert.deepEqual([reply.status, reply.json.error.code], [413, 'too_large']);
      assert.deepEqual(left(), []);
    }
  });

  it('leave nothing when the caller goes', async () => {
    await assert.rejects(post(stream(MAX_UPLOAD / 2, 'broken')));
    for (let turn = 0; turn < 100 && left().length > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(left(), []);
  });

  it('are archives', async () => {
    for (const [body, type] of [['hello', 'text/plain'], [new Uint8Array(600), 'application/x-tar'], [gzipSync('x'), 'application/zip'], ['', 'application/gzip']] as const) {
      const reply = await post(body, type);
      assert.equal(reply.status, 400, reply.text);
      isSound(reply, type);
    }
    assert.deepEqual(left(), []);
  });
});

const showRoute = ROUTES.find(({ operation }) => operation.name === 'jobs show');

describe('events of a job', { skip: showRoute === undefined }, () => {
  it('tell every state to whoever may see it, until its end', async () => {
    await using own = openService({ ...service.settings });
    let proceed = (): void => {};
    const asked = new Promise<void>((resolve) => (proceed = resolve));
    const journal = (await own.store()).journal;
    const queue = await openMemoryQueue({
      records: journal,
      execute: async (_job: Job, { onProgress }: { onProgress: (progress: { kind: 'scan'; repository: string; files: number }) => void }) => {
        onProgress({ kind: 'scan', repository: 'project', files: 3 });
        await asked;
        return {};
      },
    } as never);
    own.setQueue(queue);
    await using server = await serve(own, true, true);
    const bearer = { headers: { authorization: `Bearer ${ADMIN}` } };
    const job = await queue.add({ kind: 'index', repository: 'project', fetch: false }, { by: 'local', repository: 'project' });
    assert.equal((await ask(`/api/jobs/${job.id}/events`, {}, server)).status, 401);
    assert.equal((await ask('/api/jobs/nothing/events', bearer, server)).status, 404);
    const response = await fetch(`${server.url}/api/jobs/${job.id}/events`, { headers: { ...bearer.headers, 'last-event-id': '7' } });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    setTimeout(proceed, 100);
    const events = (await response.text()).split('\n\n').filter((event) => event.includes('event: job')).map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null') as Job);
    assert.equal(events.at(-1)?.state, 'done');
    assert.ok(events.length >= 2 && events.every(({ id }) => id === job.id));
    const over = await (await fetch(`${server.url}/api/jobs/${job.id}/events`, bearer)).text();
    assert.equal(over.split('event: job').length, 2, 'a job that is over is told once');
  });
});

it('where the server keeps its files is told to administrators alone', async () => {
  assert.equal((await ask('/api/status')).json.dataDir, dataDir);
  const reader = service.as({ identity: { id: 'token:1', name: 'reader', role: 'reader', repositories: ['project'] }, workspace: [] });
  assert.equal((await OPERATIONS.status.run(reader, {}, {})).dataDir, '');
});

describe('work that takes long', () => {
  it('is a job with an address; every example of the document works', async () => {
    await using own = openService({ ...service.settings, dataDir: path.join(folder.path, 'data-with-queue') });
    await OPERATIONS.index.run(own, { targets: [path.join(roots, 'project')] }, {});
    own.setQueue(await openMemoryQueue({ records: (await own.store()).journal, execute: ({ request }, context) => doJob(own, request, context) }));
    await using server = await serve(own, true);
    const ended = async (location: string): Promise<Job> => {
      for (;;) {
        const { job } = (await ask(location, {}, server)).json as { job: Job };
        if (job.finishedAt !== null) return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const archive = path.join(folder.path, 'sent.tar.gz');
    assert.equal(spawnSync('tar', ['-czf', archive, '-C', path.join(roots, 'other-a'), 'x.py']).status, 0);
    const sent = await ask('/api/uploads?name=sent', { method: 'POST', headers: { 'content-type': 'application/gzip' }, body: new Uint8Array(readFileSync(archive)) }, server);
    assert.ok(sent.status === 200 || sent.status === 202, sent.text);
    if (sent.status === 202) assert.equal((await ended(sent.headers.get('location') as string)).state, 'done');
    assert.equal((await ask('/api/search?query=parse_a&repository=sent&mode=text', {}, server)).json.results[0].path, 'x.py');
    assert.deepEqual(readdirSync(path.join(folder.path, 'data-with-queue', 'uploads')).filter((name) => name.includes('.')), []);
    assert.ok(!(await ask('/api/jobs', {}, server)).text.includes(path.join(folder.path, 'data-with-queue', 'uploads', '')));

    const document = (await ask('/openapi.json', {}, server)).json as OpenApiDocument;
    const all = Object.entries(document.paths).flatMap(([address, methods]) => Object.entries(methods).map(([method, operation]) => ({ address, method, operation })));
    // What removes comes last.
    for (const { address, method, operation } of all.toSorted((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'))) {
      if (address === '/api/uploads' || address.endsWith('/events')) continue;
      const { target, init } = exampleOf(address, method, operation);
      const reply = await ask(target, init, server);
      // The job of the example has ended well, so that it can neither be cancelled any more nor begun anew.
      assert.ok([200, 202].includes(reply.status) || (/^\/api\/jobs\/\{id\}(\/replay)?$/.test(address) && reply.status === 409), `${method} ${target}: ${reply.status} ${reply.text}`);
      const content = (operation.responses[String(reply.status)] as Record<string, unknown> | undefined)?.['content'] as Record<string, { schema: Record<string, unknown> }> | undefined;
      if (content !== undefined) assert.deepEqual(faultsOf(content['application/json']?.schema ?? {}, reply.json, document.components.schemas), [], `${method} ${target}`);
      if (reply.status !== 202) continue;
      const job = await ended(reply.headers.get('location') as string);
      assert.equal(job.state, 'done', JSON.stringify(job));
    }
    assert.ok(!(await ask('/api/repositories', {}, server)).text.includes('"name":"project"'), 'the last example removed it');
  });
});

it('a repository that git knows is told with its commit', async () => {
  const head = git(path.join(roots, 'project'), 'rev-parse', 'HEAD');
  assert.equal((await ask('/api/search?query=parse&repository=project')).json.freshness.headCommit, head);
  writeFileSync(path.join(roots, 'project', 'x.txt'), 'x');
});
