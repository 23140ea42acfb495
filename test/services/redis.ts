/** A private, throw-away Redis for tests: the real server on a free port, with its files in a temporary folder. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';

export interface RedisService extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`, with the password where there is one. */
  readonly url: string;
  readonly port: number;
  /** A connection of the test itself; closed with the server. */
  readonly client: Redis;
  /** Ends the server: `clean` writes everything down first, `kill` is SIGKILL. */
  stop(how?: 'clean' | 'kill'): Promise<void>;
  /** Starts it again on the same port, with the files that are there. */
  start(): Promise<void>;
  /** Removes the files of a stopped server: it starts empty. */
  forget(): void;
}

export interface RedisOptions {
  readonly password?: string;
  /** Further settings as in redis.conf: `{ maxmemory: '2mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** For `skip`; scripts/check.ts says aloud that the program is missing, and in CI nothing is skipped. */
export const REDIS_MISSING: string | false = process.env['CI'] === 'true' || spawnSync('redis-server', ['--version']).error === undefined ? false : 'redis-server is not installed';

/** A start takes a tenth of a second; one that takes this long has failed. */
const STARTING_MILLIS = 10_000;

/** Starts one; it is ready to answer. Every write is on disk before it is acknowledged. */
export async function startRedis({ password, settings = {} }: RedisOptions = {}): Promise<RedisService> {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-redis-'));
  const port = await freePort();
  const options = {
    port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', appendfsync: 'always', daemonize: 'no',
    ...(password === undefined ? {} : { requirepass: password }), ...settings,
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  let running: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => { said += piece.toString(); });
    running = child;
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    await Promise.race([failed, answers(port, child, () => said)]);
  };
  const stop = async (how: 'clean' | 'kill' = 'clean'): Promise<void> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    await once(child, 'exit');
  };
  await start();
  const client = new Redis({ port, host: '127.0.0.1', ...(password === undefined ? {} : { password }), retryStrategy: () => 50 });
  // While the server is down by the test's own wish, that is no news.
  client.on('error', () => {});
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`, port, client, start, stop,
    forget: () => {
      for (const name of ['appendonlydir', 'dump.rdb']) rmSync(path.join(folder, name), { recursive: true, force: true });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      client.disconnect();
      await stop('kill');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until it answers PING; a refusal for want of a password is an answer, "loading" is none. */
async function answers(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const end = Date.now() + STARTING_MILLIS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}:\n${said()}`);
    if (/^(\+PONG|-NOAUTH)/.test(await ping(port))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`redis-server did not answer in ${STARTING_MILLIS} ms:\n${said()}`);
}

function ping(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setEncoding('utf8').once('data', (text: string) => { resolve(text); socket.destroy(); });
    socket.on('error', () => resolve('')).on('close', () => resolve(''));
  });
}
