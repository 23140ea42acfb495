/** Who is believed: attacks with tokens, and what each role may do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATIONS, runOperation, type CreatedTokenAnswer, type RevokedTokenAnswer, type TokensAnswer } from '../src/service/mod.ts';
import { openTestServer, type TestServer } from './http-server.ts';
import { inMinutes, openProvider, webToken } from './web-tokens.ts';

const ADMIN = 'admin-token-of-the-tests';
const SECRET = 'a secret of thirty-two characters';

async function newToken(server: TestServer, input: Record<string, unknown>): Promise<{ text: string; id: number }> {
  const { text, token } = await runOperation<CreatedTokenAnswer>(server.service, OPERATIONS.createToken, { name: 'test', ...input }, {}, 'cli');
  return { text, id: token.id };
}

/** The status of /api/session with this token, and who the server says it is. */
async function who(server: TestServer, token: string): Promise<string> {
  const { status, code, json, headers } = await server.get('/api/session', token);
  if (status === 401) assert.match(headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token", resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-known\/oauth-protected-resource"$/);
  return status === 200 ? `${json.identity.name} ${json.identity.role} ${json.identity.repositories?.join(',') ?? 'all'}` : `${status} ${code}`;
}

test('access: tokens signed with the secret are believed only when every part of them is right', async () => {
  await using server = await openTestServer({ access: { required: true, adminToken: ADMIN, jwtSecret: SECRET, issuer: 'us', audience: 'here' } });
  const good = { sub: 'alice', iss: 'us', aud: 'here', exp: inMinutes(5) };
  const check = async (wanted: string, token: string): Promise<void> => assert.equal(await who(server, token), wanted, token);
  const hs = (claims: unknown, key = SECRET, header: Record<string, unknown> = {}): string => webToken({ alg: 'HS256', ...header }, claims, key);
  const refused = '401 unauthenticated';

  await check('alice reader all', hs(good));
  await check('alice maintainer curl,router', hs({ ...good, role: 'maintainer', repositories: ['curl', 'router'] }));
  await check('alice reader ', hs({ ...good, repositories: [] }));
  await check('alice reader all', hs({ ...good, aud: ['there', 'here'] }));
  await check('alice reader all', hs({ ...good, exp: inMinutes(-0.5) })); // Within a minute of skew.
  await check('administrator admin all', ADMIN);

  for (const wrong of [
    webToken({ alg: 'none' }, good, ''), webToken({ alg: 'None' }, good, ''), hs(good, 'another secret of thirty-two chars'),
    hs({ ...good, exp: inMinutes(-2) }), hs({ ...good, nbf: inMinutes(2) }), hs({ ...good, exp: undefined }), hs({ ...good, exp: 'tomorrow' }),
    hs({ ...good, iss: 'them' }), hs({ ...good, iss: undefined }), hs({ ...good, aud: 'there' }), hs({ ...good, aud: undefined }),
  ]) await check(refused, wrong);
});

/** Rules without limits but those of `access`. */
function rulesOf(access: Parameters<TestServer['http']['reload']>[0]['access']): Parameters<TestServer['http']['reload']>[0] {
  return { access, rateLimit: null, allowedHosts: [], allowedOrigins: [], tls: null };
}

test('access: claims that are not what they should be are refused, never taken for less', async () => {
  await using server = await openTestServer({ access: { required: true, jwtSecret: SECRET } });
  const good = { sub: 'alice', exp: inMinutes(5) };
  const hs = (claims: unknown, header: Record<string, unknown> = {}): string => webToken({ alg: 'HS256', ...header }, claims, SECRET);
  for (const wrong of [
    hs({ ...good, sub: undefined }), hs({ ...good, sub: '' }), hs({ ...good, sub: 7 }), hs({ ...good, sub: 'a\nb' }), hs({ ...good, role: 'root' }), hs({ ...good, role: null }), hs({ ...good, role: ['admin'] }),
    hs({ ...good, repositories: 'curl' }), hs({ ...good, repositories: null }), hs({ ...good, repositories: [1] }), hs({ ...good, repositories: { curl: true } }),
    hs(good, { alg: 'HS512' }), hs(good, { crit: ['x'], x: 1 }), hs('alice'), hs([good]),
  ]) assert.equal(await who(server, wrong), '401 unauthenticated', wrong);
});

test('access: keys of a provider vouch for their own algorithm alone, and a public key is no secret', async () => {
  await using provider = await openProvider();
  const access = { required: true, jwksUrl: provider.url, issuer: 'https://login.example', audience: 'here' };
  await using server = await openTestServer({ access });
  const good = { sub: 'bob', iss: 'https://login.example', aud: 'here', exp: inMinutes(5) };
  const { rsa, elliptic } = provider;
  assert.equal(await who(server, webToken({ alg: 'RS256', kid: 'one' }, good, rsa.privateKey)), 'bob reader all');
  assert.equal(await who(server, webToken({ alg: 'ES256', kid: 'two' }, good, elliptic.privateKey)), 'bob reader all');
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
  for (const wrong of [
    webToken({ alg: 'HS256', kid: 'one' }, good, pem), webToken({ alg: 'HS256', kid: 'one' }, good, JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))),
    webToken({ alg: 'none', kid: 'one' }, good, ''), webToken({ alg: 'ES256', kid: 'one' }, good, elliptic.privateKey), webToken({ alg: 'RS256', kid: 'three' }, good, rsa.privateKey),
    // The attacker's own key, brought along.
    webToken({ alg: 'ES256', jwk: elliptic.publicKey.export({ format: 'jwk' }), kid: 'two' }, good, (await openKeys()).privateKey),
    webToken({ alg: 'ES256', jku: 'http://127.0.0.1:1/keys', kid: 'mine' }, good, (await openKeys()).privateKey),
    webToken({ alg: 'RS256', kid: 'one' }, { ...good, iss: 'https://other.example' }, rsa.privateKey),
    webToken({ alg: 'RS256', kid: 'one' }, { ...good, aud: 'there' }, rsa.privateKey),
  ]) assert.equal(await who(server, wrong), '401 unauthenticated', wrong);
  assert.equal(provider.fetched(), 1, 'a made-up key does not drive us against the provider');
  // With a secret beside the key set, too, the public key is none.
  server.http.reload(rulesOf({ ...access, jwtSecret: SECRET }));
  assert.equal(await who(server, webToken({ alg: 'HS256', kid: 'one' }, good, pem)), '401 unauthenticated');
  assert.equal(await who(server, webToken({ alg: 'HS256' }, good, SECRET)), 'bob reader all');
});

async function openKeys(): Promise<{ readonly privateKey: import('node:crypto').KeyObject }> {
  const { generateKeyPairSync } = await import('node:crypto');
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

test('access: while the provider is away known keys go on, and what nobody can check is unavailable, not wrong', async () => {
  await using provider = await openProvider();
  const access = { required: true, jwksUrl: provider.url, issuer: 'us', audience: 'here' };
  await using server = await openTestServer({ access });
  const token = webToken({ alg: 'RS256', kid: 'one' }, { sub: 'bob', iss: 'us', aud: 'here', exp: inMinutes(5) }, provider.rsa.privateKey);
  provider.fail(true);
  assert.equal(await who(server, token), '503 unavailable');
  const asked = provider.fetched();
  assert.equal(await who(server, token), '503 unavailable');
  assert.equal(provider.fetched(), asked, 'it is not asked again at once');
  provider.fail(false);
  server.http.reload(rulesOf(access));
  assert.equal(await who(server, token), 'bob reader all');
  provider.fail(true);
  assert.equal(await who(server, token), 'bob reader all');
  assert.throws(() => server.http.reload(rulesOf({ required: true, jwksUrl: provider.url })), /any other program/);
});

test('access: API tokens are kept as digests, end at once when revoked, and expire', async () => {
  await using server = await openTestServer({ access: { required: true } });
  const { text, id } = await newToken(server, { name: 'ci', role: 'maintainer', repositories: ['curl'] });
  assert.match(text, /^cidx_[A-Za-z0-9_-]{43}$/);
  assert.equal(await who(server, text), 'ci maintainer curl');
  assert.equal(await who(server, `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`), '401 unauthenticated');
  await runOperation(server.service, OPERATIONS.revokeToken, { id }, {}, 'cli');
  assert.equal(await who(server, text), '401 unauthenticated');
  const store = await server.service.store();
  const { tokenDigest } = await import('../src/service/mod.ts');
  await store.tokens.create({ digest: tokenDigest('cidx_old'), name: 'old', role: 'admin', repositories: null, expiresAt: new Date(Date.now() - 1).toISOString() });
  assert.equal(await who(server, 'cidx_old'), '401 unauthenticated');
  await assert.rejects(runOperation(server.service, OPERATIONS.revokeToken, { id }, {}, 'cli'), { code: 'conflict' });
  await assert.rejects(runOperation(server.service, OPERATIONS.revokeToken, { id: 99 }, {}, 'cli'), { code: 'not_found' });
  const audited = (await store.journal.audit({ limit: 10 })).map(({ actor, act, target, outcome }) => `${actor} ${act} ${target} ${outcome}`);
  assert.deepEqual(audited, ['local tokens revoke 99 not_found', 'local tokens revoke 1 conflict', 'local tokens revoke 1 done', 'local tokens create ci done']);
});

test('access: JSON web tokens end at once when revoked, by their id or all of a subject until then, and stay so', async () => {
  await using server = await openTestServer({ access: { required: true, jwtSecret: SECRET } });
  const now = Math.floor(Date.now() / 1_000);
  const hs = (claims: object): string => webToken({ alg: 'HS256' }, { exp: inMinutes(5), ...claims }, SECRET);
  const revoke = (input: object): Promise<RevokedTokenAnswer> => runOperation(server.service, OPERATIONS.revokeToken, input, {}, 'cli');
  const [first, second, without] = [hs({ sub: 'alice', jti: 'one', iat: now - 10 }), hs({ sub: 'alice', jti: 'two', iat: now - 10 }), hs({ sub: 'alice' })];
  const later = hs({ sub: 'alice', jti: 'three', iat: now + 100 });
  const other = hs({ sub: 'one', jti: 'alice', iat: now - 10 });
  const all = async (): Promise<string> => (await Promise.all([first, second, without, later, other].map((token) => who(server, token)))).map((one) => (one.startsWith('401') ? '-' : '+')).join('');
  assert.equal(await all(), '+++++');
  const { webTokens } = await revoke({ jwt: 'one' });
  assert.deepEqual([webTokens?.by, webTokens?.name], ['id', 'one']);
  assert.equal(await all(), '-++++', 'the id is none of a subject');
  await revoke({ subject: 'alice' });
  assert.equal(await all(), '---++', 'what was issued later is answered, what does not say when is not');
  await revoke({ jwt: 'one' });
  server.http.reload(rulesOf({ required: true, jwtSecret: SECRET }));
  assert.equal(await all(), '---++');
  const { revokedWebTokens } = await runOperation<TokensAnswer>(server.service, OPERATIONS.listTokens, {}, {}, 'cli');
  assert.deepEqual(revokedWebTokens.map(({ by, name }) => `${by} ${name}`).sort(), ['id one', 'subject alice']);
  const text = await server.meter.text();
  assert.match(text, /code_index_authentication_failures_total\{reason="revoked"\} [1-9]/);
  for (const wrong of [{}, { id: 1, jwt: 'one' }, { jwt: 'one', subject: 'alice' }]) await assert.rejects(revoke(wrong), { code: 'invalid_query' });
  const narrow = server.service.as({ identity: { id: 'token:9', name: 'narrow', role: 'admin', repositories: ['curl'] }, workspace: [] });
  await assert.rejects(runOperation(narrow, OPERATIONS.revokeToken, { jwt: 'two' }, {}, 'cli'), { code: 'forbidden' });
  for (const wrong of [{ jti: 7 }, { jti: '' }, { jti: 'x'.repeat(201) }, { jti: ['one'] }]) assert.equal(await who(server, hs({ sub: 'bob', ...wrong })), '401 unauthenticated');
  const audited = (await (await server.service.store()).journal.audit({ limit: 10 })).map(({ act, target, outcome }) => `${act} ${target} ${outcome}`);
  assert.deepEqual(audited.slice(-3), ['tokens revoke one done', 'tokens revoke alice done', 'tokens revoke one done']);
});

test('access: a header that is no bearer token is refused, whatever it holds', async () => {
  await using server = await openTestServer({ access: { required: true, adminToken: ADMIN, jwtSecret: SECRET } });
  for (const authorization of ['Bearer', 'Bearer ', 'Basic YTpi', ADMIN, `Bearer ${ADMIN} ${ADMIN}`, `Bearer ${ADMIN},Bearer x`, `Token ${ADMIN}`, 'Bearer ..', 'Bearer a.b.c', `Bearer ${'x'.repeat(8_000)}`, 'Bearer {}', 'Bearer é', `Bearer ${ADMIN}x`, `Bearer ${ADMIN.slice(1)}`]) {
    const { status, code, text } = await server.get('/api/session', undefined, { headers: { authorization } });
    assert.deepEqual([status, code], [401, 'unauthenticated'], authorization);
    assert.ok(!text.includes(authorization.slice(7, 60)) || authorization.length < 10, text);
  }
  assert.equal((await server.get('/api/session', undefined, { headers: { authorization: `bearer  ${ADMIN}` } })).status, 200);
});

test('access: without the need for tokens whoever comes is the local user, but a wrong token is still wrong', async () => {
  await using server = await openTestServer({ access: { required: false, adminToken: ADMIN } });
  assert.deepEqual((await server.get('/api/session')).json, { identity: { name: 'local user', role: 'admin', repositories: null }, authentication: 'none', version: '0' });
  assert.equal(await who(server, ADMIN), 'administrator admin all');
  assert.equal(await who(server, 'nonsense'), '401 unauthenticated');
});

test('access: what is open, what needs an identity, and what needs a role', async () => {
  await using server = await openTestServer({
    access: { required: true, adminToken: ADMIN }, probes: { database: async () => ({ ok: true, found: 'sqlite in /secret/place' }) },
    mounts: [(http, context) => {
      http.get('/page', { config: { open: true } }, async () => 'page');
      http.get('/careless', { config: { open: true } }, async (request) => context.serviceOf(request).identity.name);
    }],
  });
  const { text: reader } = await newToken(server, {});
  const { text: maintainer } = await newToken(server, { role: 'maintainer' });
  const rows: string[] = [];
  for (const address of ['/health', '/ready', '/page', '/careless', '/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp', '/nowhere', '/api/session', '/metrics', '/admin/log-level', '/admin/diagnostics']) {
    const found = [];
    for (const token of [undefined, 'wrong', reader, maintainer, ADMIN]) found.push((await server.get(address, token)).status);
    rows.push(`${address} ${found.join(' ')}`);
  }
  assert.deepEqual(rows, [
    '/health 200 401 200 200 200',
    '/ready 200 401 200 200 200',
    '/page 200 401 200 200 200',
    '/careless 401 401 200 200 200',
    '/.well-known/oauth-protected-resource 200 401 200 200 200',
    '/.well-known/oauth-protected-resource/mcp 200 401 200 200 200',
    '/nowhere 404 401 404 404 404',
    '/api/session 401 401 200 200 200',
    '/metrics 401 401 200 200 200',
    '/admin/log-level 401 401 403 403 200',
    '/admin/diagnostics 401 401 403 403 200',
  ]);
  assert.deepEqual((await server.get('/ready')).json, { status: 'ready', checks: { database: { ok: true } } });
  assert.deepEqual((await server.get('/ready', maintainer)).json.checks, { database: { ok: true } });
  const { text: limited } = await newToken(server, { role: 'admin', repositories: ['shop'] });
  for (const whole of ['/metrics', '/admin/diagnostics']) assert.equal((await server.get(whole, limited)).status, 403, `${whole} tells of every repository`);
  assert.deepEqual((await server.get('/ready', ADMIN)).json.checks, { database: { ok: true, found: 'sqlite in /secret/place' } });
  const level = (body: unknown, token: string): Promise<{ status: number; json: unknown }> => server.get('/admin/log-level', token, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  assert.deepEqual((await level({ level: 'DEBUG' }, ADMIN)).json, { level: 'debug' });
  assert.equal((await level({ level: 'DEBUG' }, maintainer)).status, 403);
  for (const wrong of [{ level: 'loud' }, {}, [], null, { level: 7 }]) assert.equal((await level(wrong, ADMIN)).status, 400);
});

test('access: the metadata of a protected resource says where tokens come from', async () => {
  await using provider = await openProvider();
  await using server = await openTestServer({ publicUrl: 'https://code.example.org/', access: { required: true, jwksUrl: provider.url, issuer: 'https://login.example', audience: 'here' } });
  assert.deepEqual((await server.get('/.well-known/oauth-protected-resource/mcp')).json, {
    resource: 'https://code.example.org/mcp', authorization_servers: ['https://login.example'], bearer_methods_supported: ['header'], resource_name: 'code-index',
  });
  const { status, headers } = await server.get('/api/session');
  assert.equal(status, 401);
  assert.equal(headers.get('www-authenticate'), 'Bearer resource_metadata="https://code.example.org/.well-known/oauth-protected-resource"');
  assert.equal(headers.get('strict-transport-security'), 'max-age=31536000');
});

test('access: nobody gives more than they have', async () => {
  await using server = await openTestServer();
  await newToken(server, { name: 'everything', role: 'admin' });
  const limited = server.service.as({ identity: { id: 'token:9', name: 'limited', role: 'admin', repositories: ['curl'] }, workspace: [] });
  const run = (operation: (typeof OPERATIONS)[keyof typeof OPERATIONS], input: unknown): Promise<unknown> => runOperation(limited, operation, input, {}, 'rest');
  await assert.rejects(run(OPERATIONS.createToken, { name: 'x', repositories: ['router'] }), { code: 'forbidden' });
  const made = (await run(OPERATIONS.createToken, { name: 'x', role: 'admin' })) as CreatedTokenAnswer;
  assert.deepEqual(made.token.repositories, ['curl']);
  assert.deepEqual(((await run(OPERATIONS.listTokens, {})) as { tokens: readonly { name: string }[] }).tokens.map(({ name }) => name), ['x']);
  await assert.rejects(run(OPERATIONS.revokeToken, { id: 1 }), { code: 'not_found' });
  await assert.rejects(run(OPERATIONS.audit, {}), { code: 'forbidden' });
  const reader = server.service.as({ identity: { id: 'token:8', name: 'reader', role: 'maintainer', repositories: null }, workspace: [] });
  for (const operation of [OPERATIONS.createToken, OPERATIONS.listTokens, OPERATIONS.revokeToken, OPERATIONS.audit]) await assert.rejects(runOperation(reader, operation, { name: 'x', id: 1 }, {}, 'rest'), { code: 'forbidden' });
});

test('access: tokens are nowhere in the log, the figures or the errors', async () => {
  await using server = await openTestServer({ access: { required: true, adminToken: ADMIN, jwtSecret: SECRET }, mounts: [(http) => { http.get('/boom', async () => { throw new Error('inner'); }); }] });
  const { text } = await newToken(server, {});
  const signed = webToken({ alg: 'HS256' }, { sub: 'alice', exp: inMinutes(5) }, SECRET);
  for (const token of [ADMIN, text, signed, `${signed}x`]) for (const address of [`/api/session?token=${token}`, '/boom', '/nowhere', '/admin/diagnostics']) await server.get(address, token);
  const all = JSON.stringify(server.said) + (await server.get('/metrics', ADMIN)).text;
  for (const secret of [ADMIN, text, signed, SECRET, signed.split('.')[2] as string]) assert.ok(!all.includes(secret));
  const line = server.said.find(({ facts }) => facts['identity'] === 'jwt:alice' && facts['path'] === '/boom');
  assert.deepEqual(Object.keys(line?.facts ?? {}), ['method', 'path', 'status', 'millis', 'identity', 'address', 'request']);
});

