/** Every tool over /mcp, and every address that changes something, with input made from its own schema, right and wrong: an answer or a refusal, never a fault, never the server's folders. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { openMemoryQueue } from '../src/queue/mod.ts';
import { OPERATIONS, doJob, openService, type Service } from '../src/service/mod.ts';
import { openHttp, type HttpServer } from '../src/surface/http/mod.ts';
import { mountMcp, TOOLS, argumentsOf } from '../src/surface/mcp/mod.ts';
import { ROUTES, changes, hasBody, mountRest, parametersOf, placesOf, type Route } from '../src/surface/rest/mod.ts';
import { PROJECT, makeRepository, temporaryFolder } from './faces.ts';
import { allowed } from './generated-input.ts';

const folder = temporaryFolder();
const roots = path.join(folder.path, 'roots');
const ADMIN = 'an-administrator-of-tests';
let service: Service;
let server: HttpServer;
const faults: string[] = [];

before(async () => {
  makeRepository(path.join(roots, 'project'), PROJECT);
  service = openService({ dataDir: path.join(folder.path, 'data-of-the-server'), allowedRoots: [roots], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, embedding: { provider: 'none' }, version: '1', urls: { schemes: ['https', 'ssh'], hosts: ['nowhere.invalid'], privateHosts: false } });
  await OPERATIONS.index.run(service, { targets: [path.join(roots, 'project')] }, {});
  service.setQueue(await openMemoryQueue({ records: (await service.store()).journal, execute: ({ request }, context) => doJob(service, request, context) }));
  server = await openHttp({
    host: '127.0.0.1', port: 0, version: '1', service, log: (level, sentence) => { if (level === 'error') faults.push(sentence); }, mounts: [mountMcp({ management: true }), mountRest({ maxQueryChars: 200, management: true, maxUploadBytes: 10_000 })],
    rules: { access: { required: true, adminToken: ADMIN }, rateLimit: null, allowedHosts: [], allowedOrigins: [], tls: null },
    production: true, publicUrl: null, trustedProxies: [], bodyBytes: 1_048_576, requestSeconds: 30, drainSeconds: 1,
    metrics: null, probes: {}, admin: { logLevel: () => 'warn', diagnostics: async () => ({}) },
  });
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const ODD = fc.oneof(
  fc.constantFrom('', '\0', '../../../etc/passwd', '/etc', 'ext::sh -c id', '-oProxyCommand=x', 'https://127.0.0.1/x', '__proto__', 'constructor', '*', '(a+)+$', '{a,b}{a,b}', '\u202e', '\ud800', 'x'.repeat(5_000), 'project', 'src/greet.ts', 'greet'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const WRONG = fc.oneof(ODD, fc.constantFrom<unknown>(null, true, -1, 0, 1.5, 1e99, [], {}, [[]], [null], { a: 1 }), fc.array(ODD, { maxLength: 3 }));

function right(field: ReturnType<typeof argumentsOf>[string]): fc.Arbitrary<unknown> {
  return allowed(field, ODD, fc.oneof(ODD, fc.array(ODD, { minLength: 1, maxLength: 3 })));
}

function inputs(of: ReturnType<typeof argumentsOf>): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(of);
  const good = fc.record(Object.fromEntries(fields.map(([name, field]) => [name, right(field)])), { requiredKeys: fields.filter(([, field]) => field.required === true).map(([name]) => name) });
  const bad = fc.dictionary(fc.constantFrom(...fields.map(([name]) => name), 'nope', 'constructor', 'toString', 'mode '), WRONG, { minKeys: 1, maxKeys: 4 });
  return fc.oneof(good, fc.tuple(good, bad).map(([one, other]) => ({ ...one, ...other })), bad);
}

describe('generated input', () => {
  for (const tool of TOOLS) {
    it(`${tool.name} answers or refuses`, async () => {
      await fc.assert(fc.asyncProperty(inputs(argumentsOf(tool)), async (given) => {
        const response = await fetch(`${server.url}/mcp`, {
          method: 'POST', headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool.name, arguments: given } }),
        });
        const text = await response.text();
        const asked = `${tool.name} ${JSON.stringify(given)}: ${response.status} ${text.slice(0, 600)}`;
        assert.equal(response.status, 200, asked);
        assert.match(text, /"(?:result|error)":/, asked);
        assert.doesNotMatch(text, /internal: |"code":-32603|"code":\\?"internal|node_modules|root:x:|\.ts:\d+:\d+\)/, asked);
        assert.ok(!text.includes(path.join(folder.path, 'data-of-the-server')) || tool.name === 'get_status', asked);
      }), { numRuns: 40 });
      assert.deepEqual(faults, []);
    });
  }

  for (const route of ROUTES.filter(changes)) {
    it(`${route.method} ${route.path} answers or refuses`, async () => {
      await fc.assert(fc.asyncProperty(inputs(parametersOf(route, 200)), fc.uint8Array({ maxLength: 600 }), async (given, bytes) => {
        const { address, init } = requestOf(route, given, bytes);
        const response = await fetch(`${server.url}${address}`, init);
        const text = await response.text();
        const asked = `${route.method} ${address} ${JSON.stringify(given)}: ${response.status} ${text.slice(0, 600)}`;
        assert.ok(response.status < 500 || response.status === 503, asked);
        if (response.status >= 400) assert.deepEqual(Object.keys((JSON.parse(text) as { error: object }).error), ['code', 'message', 'fix'], asked);
        assert.doesNotMatch(text, /node_modules|root:x:|\.ts:\d+:\d+\)/, asked);
      }), { numRuns: 30 });
      assert.deepEqual(faults, []);
    });
  }
});

function requestOf(route: Route, given: Readonly<Record<string, unknown>>, bytes: Uint8Array<ArrayBuffer>): { readonly address: string; readonly init: RequestInit } {
  const text = (value: unknown): string => encodeURIComponent(String(value).toWellFormed());
  const places = placesOf(route);
  const address = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => text(given[name] ?? 'x') || 'x');
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !places.includes(name)));
  const headers = { authorization: `Bearer ${ADMIN}` };
  if (hasBody(route)) return { address, init: { method: route.method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(rest) } };
  const query = Object.entries(rest).map(([name, value]) => `${text(name)}=${text(value)}`).join('&').slice(0, 7_000);
  return { address: `${address}?${query}`, init: { method: route.method, headers, ...(route.upload === true ? { body: bytes } : {}) } };
}
