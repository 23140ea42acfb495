/** The listener against clients that mean no good, and its end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as secureRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Mount } from '../src/surface/http/mod.ts';
import { makeCertificate } from './certificate.ts';
import { openTestServer, sendRaw } from './http-server.ts';

const echo: Mount = (http, context) => {
  http.post('/echo', async (request) => ({ got: request.body }));
  http.get('/boom', async () => { throw new Error('reading /secret/place failed'); });
  http.get('/wait', (request) => new Promise((_resolve, reject) => {
    const signal = context.signalOf(request);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  }));
  http.get('/large', async () => Buffer.alloc(50_000_000));
  http.get('/items/:name', async (request) => request.params);
};

const json = (body: string): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });

test('http: what cannot be read is refused in our shape, with the status that says why', async () => {
  await using server = await openTestServer({ mounts: [echo], bodyBytes: 1_000 });
  const check = async (wanted: string, address: string, init: RequestInit = {}): Promise<void> => {
    const { status, code, headers, json: told } = await server.get(address, undefined, init);
    assert.equal(`${status} ${code}`, wanted, address);
    assert.match(headers.get('x-request-id') ?? '', /^[\w.-]+$/);
    assert.deepEqual(Object.keys(told.error), ['code', 'message', 'fix']);
  };
  await check('404 not_found', '/nowhere');
  await check('404 not_found', '/%2e%2e/%2e%2e/etc/passwd');
  await check('405 invalid_query', '/echo');
  await check('405 invalid_query', '/items/a', { method: 'DELETE' });
  await check('400 invalid_query', '/echo', json('{"a":'));
  await check('400 invalid_query', '/echo', json(''));
  await check('400 invalid_query', '/echo', json('{"__proto__":{"admin":true}}'));
  await check('400 invalid_query', '/echo', json(`${'['.repeat(400)}${']'.repeat(400)}`));
  await check('413 too_large', '/echo', json(`"${'x'.repeat(2_000)}"`));
  await check('415 invalid_query', '/echo', { method: 'POST', body: '<a/>', headers: { 'content-type': 'application/xml' } });
  await check('400 invalid_query', '/items/%E0%A4%A');
  await check('400 invalid_query', '/items/a%00b');
  await check('400 invalid_query', '/items/a?q=%00');
  await check('414 too_large', `/items/a?q=${'x'.repeat(9_000)}`);
  await check('431 too_large', `/items/a?q=${'x'.repeat(20_000)}`).catch((error: Error) => assert.match(error.message, /x-request-id|not match/)); // There is no request yet, so it has no id.
  await check('500 internal', '/boom');
  const allowed = await server.get('/echo');
  assert.equal(allowed.headers.get('allow'), 'POST');
  assert.equal((await server.get('/health', undefined, { method: 'HEAD' })).status, 200);
});

test('http: bytes that are no request are answered and cut', async () => {
  await using server = await openTestServer({ mounts: [echo] });
  const host = 'Host: localhost\r\n';
  const first = async (bytes: string): Promise<string> => (await sendRaw(server.url, bytes, 3_000)).split('\r\n', 1)[0] as string;
  assert.equal(await first('NONSENSE\r\n\r\n'), 'HTTP/1.1 400 Bad Request');
  assert.equal(await first('\u0016\u0003\u0001\u0002hello'), 'HTTP/1.1 400 Bad Request');
  assert.equal(await first(`GET /health HTTP/1.1\r\n${host}X: ${'y'.repeat(20_000)}\r\n\r\n`), 'HTTP/1.1 431 Request Header Fields Too Large');
  assert.equal(await first('GET /health HTTP/1.1\r\n\r\n'), 'HTTP/1.1 400 Bad Request');
  // Two lengths, or a length beside chunks: the ways to hide one request in another.
  assert.equal(await first(`POST /echo HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`), 'HTTP/1.1 400 Bad Request');
  assert.equal(await first(`POST /echo HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), 'HTTP/1.1 400 Bad Request');
  assert.equal(await first(`GET /health HTTP/1.1\r\n${host}Bad Header: x\r\n\r\n`), 'HTTP/1.1 400 Bad Request');
  assert.equal((await server.get('/health')).status, 200);
});

test('http: details of our own faults are for the log alone in production', async () => {
  await using server = await openTestServer({ mounts: [echo], production: true });
  const { text, headers } = await server.get('/boom', undefined, { headers: { 'x-request-id': 'abc.1' } });
  assert.equal(headers.get('x-request-id'), 'abc.1');
  assert.doesNotMatch(text, /secret/);
  assert.match(text, /abc\.1/);
  const logged = server.said.find(({ level }) => level === 'error');
  assert.match(`${logged?.sentence} ${JSON.stringify(logged?.facts)}`, /secret\/place.*abc\.1/);
  assert.notEqual((await server.get('/health', undefined, { headers: { 'x-request-id': 'a"b' } })).headers.get('x-request-id'), 'a"b');
  assert.doesNotMatch(JSON.stringify(server.said), /a\\"b/);
});

test('http: foreign hosts and pages are refused on every address', async () => {
  await using server = await openTestServer({ mounts: [echo], rules: { allowedOrigins: ['https://tools.example.org'] } });
  const of = async (lines: string, start = 'GET /health'): Promise<string> => sendRaw(server.url, `${start} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
  for (const address of ['/health', '/ready', '/metrics', '/api/session', '/nowhere', '/admin/diagnostics', '/echo']) {
    assert.match(await of('Host: rebound.example\r\n', `GET ${address}`), /^HTTP\/1\.1 403 /);
    assert.match(await of('Host: localhost\r\nOrigin: http://evil.example\r\n', `GET ${address}`), /^HTTP\/1\.1 403 /);
    assert.match(await of('Host: localhost\r\nOrigin: null\r\n', `OPTIONS ${address}`), /^HTTP\/1\.1 403 /);
  }
  const allowed = await of('Host: localhost\r\nOrigin: https://tools.example.org\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type\r\n', 'OPTIONS /echo');
  assert.match(allowed, /^HTTP\/1\.1 204 /);
  assert.match(allowed, /access-control-allow-origin: https:\/\/tools\.example\.org\r\n/i);
  assert.match(allowed, /access-control-allow-headers: authorization,content-type\r\n/i);
  const refused = await of('Host: localhost\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n', 'OPTIONS /echo');
  assert.match(refused, /^HTTP\/1\.1 403 /);
  assert.doesNotMatch(refused, /access-control/i);
});

test('http: rates are kept by identity and by address, and wrong tokens shut out nobody with a right one', async () => {
  const access = { required: true, adminToken: 'admin-token-of-the-tests' };
  await using server = await openTestServer({ access, trustedProxies: ['127.0.0.1'], rules: { rateLimit: { count: 60, millis: 7_200_000 } } });
  const from = async (address: string, token?: string, where = '/api/session'): Promise<Awaited<ReturnType<typeof server.get>>> => server.get(where, token, { headers: { 'x-forwarded-for': address } });
  const statuses = async (times: number, ...args: Parameters<typeof from>): Promise<string> => {
    const counts = new Map<number, number>();
    for (let turn = 0; turn < times; turn++) {
      const { status } = await from(...args);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return [...counts].map(([status, count]) => `${status}x${count}`).join(' ');
  };
  assert.equal(await statuses(1, '10.0.0.1', access.adminToken), '200x1');
  assert.match(await statuses(26, '10.0.0.1', 'wrong'), /^401x2[0-5] 429x[1-6]$/);
  assert.equal(await statuses(1, '10.0.0.1', access.adminToken), '200x1', 'a token that was right before goes on');
  assert.equal(await statuses(1, '10.0.0.2', 'wrong'), '401x1', 'other addresses go on');
  assert.match(await statuses(40, '10.0.0.1'), /^401x3\d 429x\d$/, 'the address has its own limit');
  assert.equal(await statuses(60, '10.0.0.3', access.adminToken), '200x58 429x2', 'one identity, wherever it calls from');
  const limited = await from('10.0.0.4', access.adminToken);
  assert.deepEqual([limited.code, limited.headers.get('ratelimit-limit'), limited.headers.get('ratelimit-remaining')], ['rate_limited', '60', '0']);
  assert.match(limited.headers.get('retry-after') ?? '', /^1[12]\d$/);
  assert.equal(await statuses(40, '10.0.0.1', undefined, '/health'), '200x40', 'probes of a balancer are not counted');
  assert.match((await server.meter.text()), /code_index_rate_limited_total\{by="identity"\} 3/);
});

test('http: the user of this machine is not limited', async () => {
  await using server = await openTestServer({ rules: { rateLimit: { count: 2, millis: 60_000 } } });
  for (let turn = 0; turn < 10; turn++) assert.equal((await server.get('/api/session')).status, 200);
});

test('http: slow clients are cut, and keep nobody waiting', async () => {
  await using server = await openTestServer({ mounts: [echo], requestSeconds: 1 });
  const { hostname, port } = new URL(server.url);
  const open: Socket[] = [];
  const dribble = async (start: string): Promise<void> => {
    const socket = connect(Number(port), hostname);
    open.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(start);
  };
  for (let turn = 0; turn < 100; turn++) await dribble(turn % 2 === 0 ? 'GET /health HTTP/1.1\r\nHost: local' : 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"');
  const drip = setInterval(() => { for (const socket of open) if (!socket.destroyed) socket.write('x'); }, 200);
  try {
    const begun = performance.now();
    for (let turn = 0; turn < 20; turn++) assert.equal((await server.get('/health')).status, 200);
    assert.ok(performance.now() - begun < 2_000);
    const slow = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    const answered = await sendRaw(server.url, slow);
    assert.match(answered, /^HTTP\/1\.1 408 [^]*"timeout"/);
    const reader = connect(Number(port), hostname);
    reader.on('error', () => {}).pause().write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const waited = await server.get('/wait');
    assert.deepEqual([waited.status, waited.code], [504, 'timeout']);
    for (let turn = 0; turn < 100 && !server.said.some(({ facts }) => facts['path'] === '/large'); turn++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(server.said.find(({ facts }) => facts['path'] === '/large')?.facts['status'], 499, 'who does not read the answer is cut, too');
    reader.destroy();
  } finally {
    clearInterval(drip);
    for (const socket of open) socket.destroy();
  }
});

test('http: stopping ends streams, lets requests end, and cuts what does not', async () => {
  const aborted: string[] = [];
  const server = await openTestServer({
    drainSeconds: 1,
    mounts: [(http, context) => {
      http.get('/stream', (request, reply) => {
        void reply.hijack();
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
        context.signalOf(request).addEventListener('abort', () => reply.raw.end('data: bye\n\n'));
      });
      http.get('/short', async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return { done: true }; });
      http.get('/never', (request) => new Promise(() => { context.signalOf(request).addEventListener('abort', () => aborted.push('never')); }));
    }],
  });
  const { hostname, port } = new URL(server.url);
  const idle = connect(Number(port), hostname);
  await once(idle, 'connect');
  const kept = connect(Number(port), hostname).setEncoding('utf8');
  let heard = '';
  kept.on('data', (text: string) => {
    heard += text;
    // Asked again on the connection that was busy when the end began.
    if (text.includes('"done"')) kept.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });
  kept.write('GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const stream = server.get('/stream');
  const never = server.get('/never').then(() => 'answered', () => 'cut');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const begun = performance.now();
  await server[Symbol.asyncDispose]();
  const millis = performance.now() - begun;
  assert.ok(millis > 900 && millis < 4_000, `${millis}`);
  assert.equal((await stream).text, 'data: 1\n\ndata: bye\n\n');
  assert.equal(await never, 'cut');
  assert.deepEqual(aborted, ['never']);
  assert.match(heard, /"done":true[^]*503 Service Unavailable[^]*connection: close[^]*"draining"/i);
  await assert.rejects(server.get('/health'));
  idle.destroy();
  kept.destroy();
});

test('http: a probe that hangs or fails is told as such', async () => {
  await using server = await openTestServer({ probes: { database: async () => ({ ok: true, found: 3 }), disk: () => new Promise(() => {}), queue: async () => { throw new Error('it is gone'); } } });
  const { status, json: told } = await server.get('/ready');
  assert.equal(status, 503);
  assert.deepEqual(told, { status: 'unready', checks: { database: { ok: true, found: 3 }, disk: { ok: false, found: 'no answer within 2 s' }, queue: { ok: false, found: 'it is gone' } } });
  assert.equal((await server.get('/health')).status, 200);
});

test('http: TLS with a certificate that can be replaced while the server runs', async () => {
  const [first, second] = [makeCertificate('first'), makeCertificate('other')];
  await using server = await openTestServer({ rules: { tls: first } });
  assert.match(server.url, /^https:/);
  const get = (ca: Buffer): Promise<string> => new Promise((resolve, reject) => {
    secureRequest(`${server.url}/health`, { ca, agent: false }, (response) => {
      response.resume().on('end', () => resolve(`${response.statusCode} ${response.headers['strict-transport-security']}`));
    }).on('error', reject).end();
  });
  assert.equal(await get(first.certificate), '200 max-age=31536000');
  server.http.reload({ access: { required: false }, rateLimit: null, allowedHosts: [], allowedOrigins: [], tls: second });
  assert.equal(await get(second.certificate), '200 max-age=31536000');
  await assert.rejects(get(first.certificate));
  await assert.rejects(openTestServer({ rules: { tls: { certificate: first.certificate, key: second.key } } }), { code: 'invalid_query' });
});
