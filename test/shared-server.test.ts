/** Sessions of one machine share a running server: thin processes, one watcher for one folder, and nobody notices when it goes. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { LAUNCHER, PROJECT, makeRepository, temporaryFolder, until, writeFiles } from './faces.ts';
import { startServer, type RunningServer } from './server.ts';

const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());

interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly pid: number;
  search(query: string): Promise<string>;
}

interface SessionOptions {
  readonly dataDir: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly modern?: boolean;
  readonly roots?: readonly string[];
}

async function openSession({ dataDir, cwd, env = {}, modern = false, roots }: SessionOptions): Promise<Session> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: roots === undefined ? {} : { roots: {} }, ...(modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } as const } : {}) });
  if (roots !== undefined) client.setRequestHandler('roots/list', () => ({ roots: roots.map((root) => ({ uri: pathToFileURL(root).href })) }));
  const environment = Object.fromEntries(Object.entries(process.env).filter((one): one is [string, string] => one[1] !== undefined));
  const transport = new StdioClientTransport({ command: LAUNCHER, args: ['mcp', '--data-dir', dataDir], cwd, env: { ...environment, ...env }, stderr: 'pipe' });
  await client.connect(transport);
  return {
    client, pid: transport.pid as number,
    async search(query) {
      const result = await client.callTool({ name: 'search_code', arguments: { query, mode: 'text' } });
      return (result.content as { text: string }[])[0]?.text ?? '';
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Processes below one, by their arguments. */
function below(parent: number): readonly { readonly pid: number; readonly words: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const after = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(after[1]) === parent ? [{ pid: Number(name), words: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }] : [];
    } catch {
      return [];
    }
  });
}

function watchersOf(server: RunningServer): readonly string[] {
  return below(server.process.pid as number).map(({ words }) => words).filter((words) => words.includes(' watch '));
}

function megabytes(pid: number, name: 'VmRSS' | 'RssAnon'): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}


async function sessionsOf(server: RunningServer): Promise<number> {
  return Number(/^code_index_sessions (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1] ?? -1);
}

describe('a shared server', () => {
  it('has one watcher for ten sessions of one folder, and each of them is a thin pipe', async () => {
    const dataDir = path.join(folder.path, 'ten');
    mkdirSync(dataDir);
    const project = makeRepository(path.join(folder.path, 'project'), PROJECT);
    await using server = await startServer({ dataDir });
    assert.equal(lstatSync(path.join(dataDir, 'serve.sock')).mode & 0o777, 0o600);
    const sessions: Session[] = [];
    try {
      for (let at = 0; at < 10; at++) sessions.push(await openSession({ dataDir, cwd: project, modern: at % 3 === 2, ...(at % 3 === 1 ? { roots: [project] } : {}) }));
      for (const session of sessions) await until('the text', async () => (await session.search('greetAll')).includes('src/greet.ts'));
      assert.equal(watchersOf(server).length, 1, watchersOf(server).join('\n'));
      assert.equal(await sessionsOf(server), 10);
      const [own, shared] = [sessions.map(({ pid }) => megabytes(pid, 'RssAnon')), sessions.map(({ pid }) => megabytes(pid, 'VmRSS'))];
      process.stdout.write(`# memory of a thin session: ${Math.max(...own).toFixed(0)} MB of its own, ${Math.max(...shared).toFixed(0)} MB with what is shared\n`);
      assert.ok(Math.max(...own) < 60, `${own.join()} MB`);
      writeFiles(project, { 'src/later.ts': 'export const addedLater = 1;\n' });
      for (const session of sessions) await until('the new file', async () => (await session.search('addedLater')).includes('src/later.ts'));
      process.kill((sessions[3] as Session).pid, 'SIGKILL');
      await until('the end of one session', async () => (await sessionsOf(server)) === 9);
      assert.match(await (sessions[4] as Session).search('greetAll'), /src\/greet\.ts/);
      assert.equal(watchersOf(server).length, 1);
    } finally {
      await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    }
    await until('the end of the sessions', async () => (await sessionsOf(server)) === 0);
    await until('the end of the watcher', async () => watchersOf(server).length === 0);
    assert.equal(await server.stop(), 0);
    assert.equal(existsSync(path.join(dataDir, 'serve.sock')), false);
  });

  it('may be killed: its sessions go on by themselves, and another server is found again', async () => {
    const dataDir = path.join(folder.path, 'killed');
    mkdirSync(dataDir);
    const project = makeRepository(path.join(folder.path, 'project-killed'), PROJECT);
    const server = await startServer({ dataDir });
    await using session = await openSession({ dataDir, cwd: project });
    await using modern = await openSession({ dataDir, cwd: project, modern: true });
    for (const one of [session, modern]) await until('the text', async () => (await one.search('greetAll')).includes('src/greet.ts'));
    const asked = [session, modern].map((one) => one.search('greetAll'));
    await server.stop('SIGKILL');
    for (const answer of [...asked, session.search('Greeter'), modern.search('Greeter')]) assert.match(await answer, /src\/greet\.ts/);
    await using again = await startServer({ dataDir });
    await using later = await openSession({ dataDir, cwd: project });
    assert.match(await later.search('greetAll'), /src\/greet\.ts/);
    assert.equal(await sessionsOf(again), 1);
  });

  it('is taken again when it comes back soon', async () => {
    const dataDir = path.join(folder.path, 'back');
    mkdirSync(dataDir);
    const project = makeRepository(path.join(folder.path, 'project-back'), PROJECT);
    const first = await startServer({ dataDir });
    await using session = await openSession({ dataDir, cwd: project });
    await until('the text', async () => (await session.search('greetAll')).includes('src/greet.ts'));
    // The next one waits for the socket of the first, which goes at once.
    const second = startServer({ dataDir });
    await first.stop();
    await using server = await second;
    assert.match(await session.search('greetAll'), /src\/greet\.ts/);
    assert.match(await session.search('Greeter'), /src\/greet\.ts/);
    assert.ok([0, 1].includes(await sessionsOf(server)));
  });

  it('is not taken by a session with other settings, and takes nobody who does not say who it is', async () => {
    // The name is too long for a socket, so a file says where it is.
    const dataDir = path.join(folder.path, 'long'.repeat(30), 'deep'.repeat(20));
    mkdirSync(dataDir, { recursive: true });
    await using server = await startServer({ dataDir });
    const pointer = path.join(dataDir, 'serve.sock');
    assert.ok(lstatSync(pointer).isFile());
    const address = readFileSync(pointer, 'utf8').trim();
    assert.equal(lstatSync(path.dirname(address)).mode & 0o777, 0o700);
    await using session = await openSession({ dataDir, cwd: folder.path, env: { MCP_ALLOWED_ROOTS: folder.path } });
    assert.equal((await session.client.listTools()).tools.length, 5);
    assert.equal(await sessionsOf(server), 0);
    await using managing = await openSession({ dataDir, cwd: folder.path, env: { ENABLE_REPOSITORY_MANAGEMENT: 'true' } });
    assert.equal((await managing.client.listTools()).tools.length, 11);
    assert.equal(await sessionsOf(server), 1);
    const { connect } = await import('node:net');
    for (const said of ['\n', 'no json\n', '{}\n', '{"protocol":1,"version":"0","cwd":"/","management":false,"settings":{}}\n', 'x'.repeat(100_000), `{"protocol":2}\n${'{}\n'.repeat(1_000)}`]) {
      const socket = connect(address);
      let answer = '';
      socket.on('data', (part) => (answer += part.toString('utf8')));
      socket.on('error', () => {});
      socket.write(said);
      await new Promise((resolve) => socket.once('close', resolve));
      assert.ok(answer === '' || answer.startsWith('{"refused":'), answer);
    }
    assert.equal((await managing.client.listTools()).tools.length, 11);
    await managing[Symbol.asyncDispose]();
    await endsWithItsClient(dataDir, server);
    await server.stop();
    assert.deepEqual([existsSync(pointer), existsSync(path.dirname(address))], [false, false]);
  });
});

/** A session ends with its stdin and with its parent. */
async function endsWithItsClient(dataDir: string, server: RunningServer): Promise<void> {
  await until('the end of the others', async () => (await sessionsOf(server)) === 0);
  const child: ChildProcess = spawn(LAUNCHER, ['mcp', '--data-dir', dataDir], { cwd: folder.path, stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await until('the session', async () => (await sessionsOf(server)) === 1);
  child.stdin?.end();
  assert.equal(await exited, 0);
  const parent = spawn('sh', ['-c', `sleep 30 | "${LAUNCHER}" mcp --data-dir "${dataDir}" & wait`], { cwd: folder.path, stdio: 'ignore' });
  await until('the next session', async () => (await sessionsOf(server)) === 1);
  parent.kill('SIGKILL');
  await until('its end', async () => (await sessionsOf(server)) === 0);
}
