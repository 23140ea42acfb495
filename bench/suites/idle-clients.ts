/** What clients cost a server that only hold their connection: over HTTP, and as sessions of this machine that share it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { round } from '../measure.ts';
import { LAUNCHER, McpSession, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const CLIENTS = 200;
const SESSIONS = 10;
/** What the traffic of connecting left is collected by then. */
const SETTLE_MILLIS = 10_000;

export async function idleClientsSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const server = await startServer(dataDir, bench.scratch);
  const pid = server.child.pid as number;
  try {
    // Memory that any traffic makes the server hold is there before the clients are.
    for (const client of await connected(server.url, CLIENTS)) await client.close();
    const before = await settled(pid);
    const clients = await connected(server.url, CLIENTS);
    const held = await settled(pid);
    await Promise.all(clients.map((client) => client.close()));
    const alone = await settled(pid);
    const sessions = Array.from({ length: SESSIONS }, () => new McpSession(dataDir, bench.scratch));
    for (const session of sessions) {
      await session.initialize();
      await session.text('search_code', { query: 'nothing_of_this_name', mode: 'text', repository: bench.name });
    }
    const shared = await settled(pid);
    const thin = sessions.map((session) => memoryOf(session.pid));
    for (const session of sessions) await session.close();
    const most = (name: 'own' | 'resident'): number => Math.max(...thin.map((one) => one[name]));
    const mib = (bytes: number): number => round(bytes / 2 ** 20);
    return {
      suite: 'idle-clients', corpus: bench.name, raw: { before, held, alone, shared, thin },
      tables: [
        {
          title: 'Memory of the server, MiB', columns: ['', 'resident', 'more than before'],
          rows: [
            ['after its first traffic', mib(before.resident), 0],
            [`${CLIENTS} MCP clients over HTTP hold their connections`, mib(held.resident), mib(held.resident - before.resident)],
            [`${SESSIONS} sessions of this machine share it`, mib(shared.resident), mib(shared.resident - alone.resident)],
          ],
        },
        { title: 'Memory of one session of this machine, MiB', columns: ['', 'its own', 'resident, with the program text that all share'], rows: [['a thin pipe', mib(most('own')), mib(most('resident'))]] },
      ],
    };
  } finally {
    server.child.kill();
    await new Promise((resolve) => server.child.once('exit', resolve));
  }
}

interface Memory {
  readonly resident: number;
  /** Not shared with other processes. */
  readonly own: number;
}

function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1_024;
  return { resident: of('VmRSS'), own: of('RssAnon') };
}

async function settled(pid: number): Promise<Memory> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
  return memoryOf(pid);
}

/** Clients of both eras, each with a connection of its own, after a list of tools and a query. */
async function connected(url: string, count: number): Promise<readonly Client[]> {
  const clients: Client[] = [];
  for (let at = 0; at < count; at++) {
    const client = new Client({ name: 'bench', version: '1' }, at % 2 === 0 ? {} : { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { fetch: fetchThrough(new Agent({ keepAlive: true, maxSockets: 1 })) }));
    await client.listTools();
    await client.callTool({ name: 'search_code', arguments: { query: 'nothing_of_this_name', mode: 'text' } });
    clients.push(client);
  }
  return clients;
}

/** As every client in a process of its own has it: a connection that nobody else uses. */
function fetchThrough(agent: Agent): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return (url, init = {}) => new Promise((resolve, reject) => {
    const asked = request(url, { agent, method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)) }, (answer) => {
      const headers = new Headers(Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]));
      const empty = [202, 204, 304].includes(answer.statusCode as number);
      if (empty) answer.resume();
      resolve(new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream), { status: answer.statusCode as number, headers }));
    });
    asked.on('error', reject);
    asked.end(init.body as string | undefined);
  });
}

async function startServer(dataDir: string, cwd: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(LAUNCHER, ['serve', '--port', '0', '--data-dir', dataDir], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /Serving on (http:\/\/[^\s"]+?)\.?$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, url };
}
