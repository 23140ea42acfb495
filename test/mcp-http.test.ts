/** MCP over HTTP: the official client against a server in a process of its own. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { PROJECT, makeRepository, run, temporaryFolder, until } from './faces.ts';
import { getJson, startServer, type RunningServer } from './server.ts';

const folder = temporaryFolder();
const dataDir = path.join(folder.path, 'data');
const project = path.join(folder.path, 'project');
const other = path.join(folder.path, 'other');
const ADMIN = 'an-administrator-of-tests';
let server: RunningServer;

interface Connection extends AsyncDisposable {
  readonly client: Client;
  call(name: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean }>;
}

interface ConnectOptions {
  readonly modern?: boolean;
  readonly token?: string;
  /** Where each request goes, one after the other; absent: the server of these tests. */
  readonly among?: readonly RunningServer[];
}

async function connect({ modern = false, token = ADMIN, among = [server] }: ConnectOptions = {}): Promise<Connection> {
  const client = new Client({ name: 'test', version: '1' }, modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {});
  let turn = 0;
  await client.connect(new StreamableHTTPClientTransport(new URL('http://placeholder.invalid/mcp'), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    fetch: (_url, init) => fetch(`${(among[turn++ % among.length] as RunningServer).url}/mcp`, init as RequestInit),
  }));
  return {
    client,
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      return { text: (result.content as { text: string }[])[0]?.text ?? '', isError: result.isError === true };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function createToken(name: string, ...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['tokens', 'create', name, '--json', ...flags], { cwd: folder.path, dataDir });
  assert.equal(code, 0, stderr);
  return /cidx_[\w-]+/.exec(stdout)?.[0] ?? '';
}

const start = (env: Readonly<Record<string, string>> = {}): Promise<RunningServer> =>
  startServer({ dataDir, cwd: folder.path, env: { ADMIN_TOKEN: ADMIN, ENABLE_REPOSITORY_MANAGEMENT: 'true', RATE_LIMIT: 'off', ...env } });

before(async () => {
  makeRepository(project, PROJECT);
  makeRepository(other, { 'secret.go': 'package secret\n\n// Hidden is not for everyone.\nfunc Hidden() int { return 42 }\n' });
  for (const root of [project, other]) assert.equal((await run(['index'], { cwd: root, dataDir, env: { MASK_SECRETS: 'true' } })).code, 0);
  server = await start();
});
after(async () => {
  await server?.stop();
  folder[Symbol.dispose]();
});

describe('the tools over HTTP', () => {
  for (const modern of [false, true]) it(`answer ${modern ? 'current' : 'older'} clients`, async () => {
    await using mcp = await connect({ modern });
    assert.equal((await mcp.client.listTools()).tools.length, 11);
    assert.match((await mcp.call('search_code', { query: 'hello', mode: 'text', repository: 'project' })).text, /^Repository text follows; [^\n]*\n3 results \(text\)[^]*\n5\t {2}return shout/);
    // Without a workspace all repositories are searched.
    assert.match((await mcp.call('search_code', { query: 'Hidden', mode: 'text' })).text, /other:secret\.go/);
    assert.match((await mcp.call('symbol_lookup', { name: 'shout', include: ['definition', 'callers'] })).text, /caller, resolved: /);
    assert.match((await mcp.call('read_code', { repository: 'project', path: 'src/greet.ts', start_line: 4, end_line: 6 })).text, /\n4\texport function greet/);
    assert.match((await mcp.call('find_similar', { repository: 'project', path: 'src/greet.ts', start_line: 4, end_line: 6 })).text, /results?/);
    assert.match((await mcp.call('get_status')).text, /project \(.*\): [45] files/);
    assert.equal((await mcp.call('search_code', { query: 'x', repository: 'nosuch' })).isError, true);
    assert.equal((await mcp.call('no_such_tool')).isError, true);
  });

  it('manage repositories, and tell how far they are', async () => {
    const reference = makeRepository(path.join(folder.path, 'reference'), { 'a.go': 'package a\n\nfunc Reference() {}\n' });
    for (const modern of [false, true]) {
      await using mcp = await connect({ modern });
      const progress: unknown[] = [];
      const added = await mcp.client.callTool({ name: 'add_reference_repository', arguments: { path: reference, name: 'ref', days_to_keep: 3 } }, { onprogress: (one: unknown) => progress.push(one) });
      assert.notEqual(added.isError, true, JSON.stringify(added));
      assert.ok(progress.length > 0, 'progress is told');
      await until('the repository', async () => (await mcp.call('search_code', { query: 'Reference', repository: 'ref' })).text.includes('a.go'));
      assert.match((await mcp.call('list_repositories')).text, /^ref: 1 file/m);
      assert.match((await mcp.call('remove_repository', { name: 'ref' })).text, /ref|done/);
      await until('the end of it', async () => !(await mcp.call('list_repositories')).text.includes('ref:'));
    }
  });

  for (const modern of [false, true]) it(`end with their call, of ${modern ? 'current' : 'older'} clients`, async () => {
    const root = path.join(folder.path, `large-${modern}`);
    makeRepository(root, Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`src/f${at}.ts`, `export function large${at}(): number {\n  return ${at};\n}\n`.repeat(5)])));
    await using mcp = await connect({ modern });
    const abort = new AbortController();
    await assert.rejects(mcp.client.callTool({ name: 'add_reference_repository', arguments: { path: root } }, { signal: abort.signal, onprogress: () => abort.abort() }));
    assert.match((await mcp.call('get_status', { repository: 'project' })).text, /project/);
  });

  it('need no stickiness: two servers over one data folder, asked in turns', async () => {
    await using second = await start();
    for (const modern of [false, true]) {
      await using mcp = await connect({ modern, among: [server, second] });
      for (let round = 0; round < 3; round++) {
        assert.match((await mcp.call('search_code', { query: 'hello', mode: 'text', repository: 'project' })).text, /3 results/);
        assert.equal((await mcp.client.listTools()).tools.length, 11);
      }
    }
  });
});

describe('callers', () => {
  it('without a token are told how to get one', async () => {
    const response = await fetch(`${server.url}/mcp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.deepEqual([response.status, /^Bearer /.test(response.headers.get('www-authenticate') ?? '')], [401, true]);
  });
  it('see what they are granted, and the tools of their role', async () => {
    const token = await createToken('narrow', '--repo', 'project');
    for (const modern of [false, true]) {
      await using mcp = await connect({ modern, token });
      assert.deepEqual((await mcp.client.listTools()).tools.map(({ name }) => name), ['search_code', 'symbol_lookup', 'read_code', 'find_similar', 'get_status', 'list_repositories']);
      assert.match((await mcp.call('search_code', { query: 'Hidden', mode: 'text' })).text, /No results/);
      const unknown = await mcp.call('search_code', { query: 'Hidden', repository: 'other' });
      assert.match(unknown.text, /^not_found: .*"other"[^]* project\.$/);
      assert.doesNotMatch((await mcp.call('get_status')).text, /other/);
      assert.doesNotMatch((await mcp.call('list_repositories')).text, /other/);
      for (const [name, args] of [['remove_repository', { name: 'project' }], ['reindex', { repository: 'project' }]] as const) assert.match((await mcp.call(name, args)).text, /^forbidden: /);
    }
  });
});

describe('messages as they come', () => {
  const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; text: string; session: string | null }> => {
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text(), session: response.headers.get('mcp-session-id') };
  };
  const request = (method: string, params: unknown = {}, id: unknown = 1): object => ({ jsonrpc: '2.0', id, method, params });

  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) it(`of ${version} are answered without a session`, async () => {
    const opened = await post(request('initialize', { protocolVersion: version, capabilities: {}, clientInfo: { name: 'old', version: '1' } }));
    assert.match(opened.text, new RegExp(`"protocolVersion":"${version}"`));
    const headers = { 'mcp-protocol-version': version, 'mcp-session-id': opened.session ?? '' };
    assert.equal((await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers)).status, 202);
    assert.match((await post(request('ping'), headers)).text, /"result":\{\}/);
    assert.match((await post(request('tools/list'), { 'mcp-protocol-version': version })).text, /"search_code"/);
    assert.match((await post(request('tools/call', { name: 'get_status', arguments: {} }), headers)).text, /code-index/);
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${server.url}/mcp`, { method, headers: { authorization: `Bearer ${ADMIN}`, accept: 'text/event-stream', ...headers } });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
    }
  });

  it('end a call that another request cancels, and no call of another client', async () => {
    const root = makeRepository(path.join(folder.path, 'cancelled'), Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}.ts`, `export const cancelled${at} = ${at};\n`])));
    let ended = false;
    const call = post(request('tools/call', { name: 'add_reference_repository', arguments: { path: root } }, 7), { 'mcp-session-id': 'a' }).finally(() => (ended = true));
    const other = post(request('tools/call', { name: 'add_reference_repository', arguments: { path: root } }, 7), { 'mcp-session-id': 'b' });
    // It may come before the call; then it is told again.
    while (!ended) {
      assert.equal((await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, { 'mcp-session-id': 'a' })).status, 202);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match((await call).text, /"isError":true/);
    assert.doesNotMatch((await other).text, /"isError":true/);
  });

  it('that make no sense are refused in the words of the protocol, and nothing breaks', async () => {
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };
    const call = (args: unknown): object => request('tools/call', { name: 'search_code', arguments: args });
    const bodies: readonly unknown[] = [
      '', 'null', '1', '"text"', '[]', '{', '{"jsonrpc":"2.0"', '\u0000', '[[[[[[]]]]]]', `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      {}, [null], [1, 'two'], { jsonrpc: '1.0', id: 1, method: 'ping' }, { jsonrpc: '2.0', id: 1 }, { jsonrpc: '2.0', method: 5, id: 1 },
      request('no/such/method'), request(''), request('__proto__'), request('tools/call'), request('tools/call', []), request('tools/call', null),
      request('tools/call', { name: 5 }), request('tools/call', { name: '__proto__', arguments: {} }), request('tools/call', { name: 'search_code', arguments: 'text' }),
      request('ping', {}, null), request('ping', {}, {}), request('ping', {}, [1]), request('ping', {}, 'x'.repeat(50_000)), request('ping', {}, 1e308), request('ping', {}, -1.5), '{"jsonrpc":"2.0","id":1e999,"method":"ping"}',
      request('initialize', { protocolVersion: 5 }), request('initialize', { protocolVersion: 'x'.repeat(10_000), capabilities: {}, clientInfo: { name: 'a', version: '1' } }),
      call({ query: 5 }), call({ query: 'x', limit: 1e99 }), call({ query: 'x', max_tokens: -1 }), call({ query: '\u0000' }), call({ query: 'x', nonsense: {} }), '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_code","arguments":{"__proto__":{"query":"x"}}}}',
      call({ query: 'x', repository: ['../..'] }), request('tools/call', { name: 'read_code', arguments: { path: '../../../etc/passwd' } }), request('tools/call', { name: 'get_status', arguments: {}, _meta: { progressToken: {} } }),
      Array.from({ length: 21 }, (_, id) => request('ping', {}, id)), Array.from({ length: 3 }, (_, id) => request('ping', {}, id)), [request('ping'), request('ping')],
      { jsonrpc: '2.0', id: 3, result: {} }, { jsonrpc: '2.0', id: 3, error: { code: 1, message: 'no' } }, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: { a: 1 } } }, { jsonrpc: '2.0', method: 'notifications/cancelled' },
    ];
    const versions: readonly Readonly<Record<string, string>>[] = [{}, modern, { 'mcp-protocol-version': '1999-01-01' }, { 'mcp-session-id': 'x'.repeat(2_000) }];
    for (const headers of versions) {
      for (const body of bodies) {
        const { status, text } = await post(body, headers);
        assert.ok(status < 500, `${JSON.stringify(body).slice(0, 100)} ${JSON.stringify(headers).slice(0, 60)}: ${status} ${text.slice(0, 200)}`);
        assert.doesNotMatch(text, /root:x:|node_modules|\.ts:\d/);
      }
    }
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }, { accept: 'text/html' }, { 'content-type': 'application/json; charset=utf-16' }]) {
      const { status } = await post(request('ping'), headers);
      assert.ok(status < 500, `${JSON.stringify(headers)}: ${status}`);
    }
    assert.equal((await post(call({ query: 'x'.repeat(2_000_000) }))).status, 413);
    assert.equal((await getJson(server, '/health')).status, 'healthy');
  });
});
